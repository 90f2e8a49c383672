"""Numbers go in; exponentials, logarithms and reciprocals come out, as series that a compiler makes vectors of."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy", "fastmath": {"contract"}}
INSIDE = {**OPTIONS, "forceinline": True}

FAR = math.log(np.finfo(float).max) - 4  # beyond this, either way, an exponential stays what it is
_SHIFT, _BIAS = np.finfo(float).nmant, np.finfo(float).maxexp - 1
_ROUND = 3 * 2.0 ** (_SHIFT - 1)  # adding it rounds to whole numbers
_ROOT_HALF = int(np.float64(math.sqrt(0.5)).view(np.int64))
_LN2, _PER_LN2 = math.log(2), 1 / math.log(2)
_LN2_HIGH, _LN2_LOW = float(np.float32(_LN2)), float.fromhex("-0x1.05c610ca86c39p-29")
_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12 = (1 / math.factorial(k) for k in range(3 * 4 + 1))
_S0, _S1, _S2, _S3, _S4, _S5, _S6, _S7, _S8, _S9 = (2 / (2 * k + 1) for k in range(10))


@njit(**INSIDE)
def exp(x):
    """e^x: x = n log 2 + r, a series in r."""
    x = FAR if x > FAR else x
    x = -FAR if x < -FAR else x
    shifted = x * _PER_LN2 + _ROUND
    n = shifted - _ROUND
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    r2, r4 = r * r, (r * r) * (r * r)
    low = (_C0 + _C1 * r) + (_C2 + _C3 * r) * r2
    middle = (_C4 + _C5 * r) + (_C6 + _C7 * r) * r2
    high = (_C8 + _C9 * r) + (_C10 + _C11 * r) * r2 + _C12 * r4
    p = low + (middle + high * r4) * r4
    whole = (np.float64(shifted).view(np.int64) + np.int64(_BIAS)) << np.int64(_SHIFT)
    return p * np.int64(whole).view(np.float64)


@njit(**INSIDE)
def split(x):
    """x = 2^e m with m about 1: e and m."""
    bits = np.float64(x).view(np.int64)
    e = (bits - np.int64(_ROOT_HALF)) >> np.int64(_SHIFT)
    return np.float64(e), np.int64(bits - (e << np.int64(_SHIFT))).view(np.float64)


@njit(**INSIDE)
def joined(x, e, m, one_over):
    """log x = e log 2 + 2 artanh((m - 1) / (m + 1)), one_over: 1 / (m + 1); no number of what is negative or none."""
    part = (m - 1) * one_over
    square = part * part
    fourth = square * square
    low = (_S0 + _S1 * square) + (_S2 + _S3 * square) * fourth
    high = (_S4 + _S5 * square) + (_S6 + _S7 * square) * fourth
    p = low + (high + (_S8 + _S9 * square) * (fourth * fourth)) * (fourth * fourth)
    return e * _LN2 + part * p if x >= 0 else np.nan


@njit(**INSIDE)
def over2(a, b):
    """1 / a and 1 / b by one division."""
    r = 1 / (a * b)
    return r * b, r * a


@njit(**INSIDE)
def over4(a, b, c, d):
    """The same of four."""
    r, s = over2(a * b, c * d)
    return r * b, r * a, s * d, s * c


@njit(**INSIDE)
def log2(a, b):
    """Logarithms of two numbers."""
    ea, ma = split(a)
    eb, mb = split(b)
    ra, rb = over2(ma + 1, mb + 1)
    return joined(a, ea, ma, ra), joined(b, eb, mb, rb)


@njit(**INSIDE)
def clip(x):
    """The nearest share."""
    return min(max(x, 0.0), 1.0)
