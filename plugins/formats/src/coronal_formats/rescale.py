"""Stored values to the values that they stand for: slope and intercept, in the least memory."""

import numpy as np
from numpy.typing import NDArray

from coronal.image import Pixels

__all__ = ["rescale"]

_EXACT_TYPES = (np.dtype(np.int16), np.dtype(np.int32))


def rescale(stored: Pixels, slope: float, intercept: float) -> Pixels:
    """Give ``stored × slope + intercept``, exactly where whole numbers can.

    Parameters
    ----------
    stored
        Any shape, bool, integer or float.
    slope, intercept
        As the file gives them.

    Returns
    -------
    Pixels
        Of the same shape. The input itself where nothing changes; int16 or int32 where slope and intercept
        are whole numbers and the type holds all that comes of them; else float32 (float64 stays float64).

    Examples
    --------
    >>> rescale(np.array([0, 1024], np.uint16), 1.0, -1024.0)
    array([-1024,     0], dtype=int16)
    >>> rescale(np.array([0, 3], np.uint8), 0.5, 1.0)
    array([1. , 2.5], dtype=float32)
    """
    if slope == 1 and intercept == 0:
        return stored
    exact = _exact_type(stored, slope, intercept)
    if exact is not None:
        return np.asarray(stored.astype(exact) * exact.type(slope) + exact.type(intercept))
    values: NDArray[np.floating] = stored.astype(np.float64 if stored.dtype == np.float64 else np.float32)
    values *= slope
    values += intercept
    return values


def _exact_type(stored: Pixels, slope: float, intercept: float) -> np.dtype[np.signedinteger] | None:
    if stored.dtype.kind not in "iu" or slope % 1 or intercept % 1:
        return None
    ends = [int(stored.min()), int(stored.max())]
    scaled = [end * int(slope) for end in ends]
    reached = [int(slope), int(intercept), *ends, *scaled, *(value + int(intercept) for value in scaled)]
    for exact in _EXACT_TYPES:
        limits = np.iinfo(exact)
        if limits.min <= min(reached) and max(reached) <= limits.max:
            return exact
    return None
