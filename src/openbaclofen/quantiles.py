"""Numbers go in chunk by chunk; quantiles of all of them come out, in memory that does not grow with their number.

Numbers are counted in bins by their exponent and the first eight binary digits behind it, so that a bin is at most 1/256 wide
for what it holds. A quantile is found within a relative error of that (0.4 %, and far less where bins are well filled).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from openbaclofen.errors import InputError

_DIGITS, _MANTISSA = 2 * 4, np.finfo(np.float64).nmant
_SMALLEST, _LARGEST = 2.0 ** (-4 * 10), 2.0 ** (3 * 10)
RELATIVE_ERROR = 2.0**-_DIGITS


def _code(values: np.ndarray) -> np.ndarray:
    """Exponent and first digits of positive numbers as one whole number that rises with them."""
    return np.ascontiguousarray(values, dtype=np.float64).view(np.int64) >> (_MANTISSA - _DIGITS)


_FIRST, _LAST = (int(_code(np.array([edge]))[0]) for edge in (_SMALLEST, _LARGEST))
_BINS = _LAST - _FIRST + 1


class Counts:
    """How many numbers fell into each bin, for each of `rows` quantities (say, times)."""

    def __init__(self, rows: int) -> None:
        self._counts = np.zeros((rows, _BINS), dtype=np.int64)
        self.number = 0

    def add(self, values: np.ndarray) -> None:
        """Count numbers, (any, rows), from 0 to 2^30; below 2^-40 they are zero. Errors: InputError for others."""
        if values.size and not (values.min() >= 0 and values.max() < _LARGEST):
            raise InputError("only finite numbers from zero up are counted", "values")
        rows = len(self._counts)
        place = np.maximum(_code(values) - _FIRST, 0) + np.arange(rows) * _BINS
        self._counts += np.bincount(place.ravel(), minlength=rows * _BINS).reshape(rows, _BINS)
        self.number += len(values)

    def quantiles(self, levels: Sequence[float]) -> np.ndarray:
        """(levels, rows), spread evenly within a bin; as `numpy.quantile` of all numbers to RELATIVE_ERROR."""
        if not self.number or any(not 0 <= level <= 1 for level in levels):
            raise InputError("quantiles are of one number or more, at levels from 0 to 1", "quantiles")
        upto = np.cumsum(self._counts, axis=1)
        return np.stack([self._between(level * (self.number - 1), upto) for level in levels])

    def _between(self, rank: float, upto: np.ndarray) -> np.ndarray:
        """Between the numbers of the whole ranks below and above, as `numpy.quantile` does."""
        whole = int(rank)
        low, high = self._at(whole, upto), self._at(min(whole + 1, self.number - 1), upto)
        return low + (high - low) * (rank - whole)

    def _at(self, rank: int, upto: np.ndarray) -> np.ndarray:
        """The number of this rank, from 0, in each row."""
        rows = np.arange(len(upto))
        place = (upto <= rank).sum(axis=1).clip(max=_BINS - 1)
        inside = self._counts[rows, place]
        share = (rank - (upto[rows, place] - inside) + 0.5) / np.maximum(inside, 1)
        low, high = (((place + _FIRST + end) << (_MANTISSA - _DIGITS)).view(np.float64) for end in (0, 1))
        return np.where(place == 0, 0.0, low + (high - low) * np.clip(share, 0.0, 1.0))
