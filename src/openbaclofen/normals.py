"""A seed, names and numbers of people go in; standard normal numbers come out, each of which belongs to its place alone.

Threefry-2x32 with 20 rounds (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC11, 2011), keyed in turn by seed,
person and name; the numbers are those of jax.random (tests/versus_other), which takes longer to import than a plan.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import cycle, islice
from statistics import NormalDist

import numpy as np

Words = tuple[np.ndarray, np.ndarray]  # two words of 32 bits

_GROUPS = 5
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = np.uint32(0x1BD11BDA)
_WORD = 32
_FRACTION = np.finfo(float).nmant
_below = NormalDist().inv_cdf


def normals(seed: int, names: Sequence[str], number: int, first: int = 0) -> np.ndarray:
    """Standard normal numbers (names, number), of i from `first` on; entry (name, i) depends on seed, name and i alone."""
    none = np.zeros(1, np.uint32)
    key = np.array([seed >> _WORD], np.int64).astype(np.uint32), np.array([seed], np.int64).astype(np.uint32)
    index, tags = np.arange(first, first + number), np.array([zlib.crc32(name.encode()) for name in names], np.uint32)
    person = _mixed(key, (none, index.astype(np.uint32)))
    high, low = _mixed(_mixed(person, (none, tags.reshape(-1, 1))), (none, none))
    bits = (high.astype(np.uint64) << np.uint64(_WORD)) | low
    share = (bits >> np.uint64(2 * _WORD - _FRACTION)) * 2.0**-_FRACTION
    even = share * 2 + np.nextafter(-1.0, 0.0)  # between -1 and 1
    tail = np.fromiter(map(_below, ((1 - np.abs(even)) / 2).ravel().tolist()), float, even.size)
    return np.where(even > 0, -1.0, 1.0) * tail.reshape(even.shape)


def _mixed(key: Words, counter: Words) -> Words:
    """Threefry-2x32 of a counter under a key."""
    keys = (*key, key[0] ^ key[1] ^ _PARITY)
    x, y = counter[0] + keys[0], counter[1] + keys[1]
    for group, rotations in enumerate(islice(cycle(_ROTATIONS), _GROUPS), 1):
        for bits in rotations:
            x = x + y
            y = ((y << np.uint32(bits)) | (y >> np.uint32(_WORD - bits))) ^ x
        x, y = x + keys[group % 3], y + keys[(group + 1) % 3] + np.uint32(group)
    return x, y
