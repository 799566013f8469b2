"""Stored values to the values that they stand for: slope and intercept, in the least memory."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal.types.image import Pixels

__all__ = ["rescale", "rescaled_types"]

_EXACT_TYPES = (np.dtype(np.int16), np.dtype(np.int32))


def rescale(stored: Pixels, slope: float, intercept: float) -> Pixels:
    """Compute ``stored × slope + intercept``, exactly where whole numbers can.

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
    if _are_whole(stored.dtype, slope, intercept):
        exact = _exact_type((int(stored.min()), int(stored.max())), int(slope), int(intercept))
        if exact is not None:
            return _on_line(stored.astype(exact), int(slope), int(intercept))
    return _on_line(stored.astype(_real_type(stored.dtype)), slope, intercept)


def rescaled_types(
    dtype: "np.dtype[Any]", slope: float, intercept: float, ends: tuple[int, int] | None = None
) -> tuple[str, ...]:
    """Return the number types that `rescale` may return, the narrowest first, without the values.

    Parameters
    ----------
    dtype
        The type of the stored values.
    slope, intercept
        As the file gives them.
    ends
        The least and the greatest stored value that there can be; by default those of the type.

    Examples
    --------
    >>> rescaled_types(np.dtype(np.uint16), 1.0, -1024.0, (0, 4095))
    ('int16',)
    >>> rescaled_types(np.dtype(np.uint16), 1.0, -1024.0)
    ('int16', 'int32')
    """
    if slope == 1 and intercept == 0:
        return (dtype.name,)
    types: list[np.dtype[Any]] = [*_EXACT_TYPES, _real_type(dtype)]
    if not _are_whole(dtype, slope, intercept):
        return (types[-1].name,)
    stored = np.iinfo(dtype)
    narrowest = _exact_type((), int(slope), int(intercept)) or types[-1]
    widest = _exact_type(ends or (stored.min, stored.max), int(slope), int(intercept)) or types[-1]
    return tuple(one.name for one in types[types.index(narrowest) : types.index(widest) + 1])


def _on_line(values: NDArray[Any], slope: float, intercept: float) -> NDArray[Any]:
    if slope != 1:
        values *= slope
    if intercept:
        values += intercept
    return values


def _are_whole(dtype: "np.dtype[Any]", slope: float, intercept: float) -> bool:
    return dtype.kind in "iu" and not slope % 1 and not intercept % 1


def _exact_type(ends: Sequence[int], slope: int, intercept: int) -> "np.dtype[np.signedinteger] | None":
    scaled = [end * slope for end in ends]
    reached = [slope, intercept, *ends, *scaled, *(value + intercept for value in scaled)]
    for exact in _EXACT_TYPES:
        limits = np.iinfo(exact)
        if limits.min <= min(reached) and max(reached) <= limits.max:
            return exact
    return None


def _real_type(dtype: "np.dtype[Any]") -> "np.dtype[np.floating]":
    return np.dtype(np.float64 if dtype == np.float64 else np.float32)
