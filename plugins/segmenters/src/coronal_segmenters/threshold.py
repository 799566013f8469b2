"""Otsu's threshold, of any image."""

import numpy as np
from skimage.filters import threshold_otsu

from coronal.image import Pixels

__all__ = ["LARGEST", "otsu_threshold"]

LARGEST = 1e38
"""The largest value that counts as a number; above it float32 ends."""

_LARGEST_COUNTED = 65_535
"""The library counts each whole number on its own, and takes memory for all from 0 up."""

_FLOAT32_SAFE = (1e-9, 1e9)
"""Between these the library's products of counts and squared differences neither vanish nor overflow."""


def otsu_threshold(values: Pixels) -> float | None:
    """Find the threshold that parts values best (`skimage.filters.threshold_otsu`).

    Parameters
    ----------
    values
        One channel, of any shape. NaN, infinities and values beyond ±10³⁸ don't count.

    Returns
    -------
    float or None
        In the unit of the values; the brighter class lies above it. None where there are no two classes:
        nothing finite, all of one value, or floats too close for a histogram of 256 bins.

    Notes
    -----
    Whole numbers up to ±65,535 have a bin each, all other values share 256. N. Otsu, A threshold selection
    method from gray-level histograms, IEEE Trans. Syst. Man Cybern. 9 (1979) 62–66.

    Examples
    --------
    >>> otsu_threshold(np.array([0, 0, 1, 9, 9, np.nan])) < 9
    True
    >>> otsu_threshold(np.array([7, 7, 7])) is None
    True
    """
    counted = _finite(values)
    if counted.size == 0:
        return None
    low, high = float(counted.min()), float(counted.max())
    if not _has_classes(counted.dtype, low, high):
        return None
    if not _is_safe(counted.dtype, low, high):
        counted = counted.astype(np.float64)
    return float(threshold_otsu(counted))


def _finite(values: Pixels) -> Pixels:
    # One axis, because the library warns of a volume of 3 or 4 columns that it looks like a colour picture.
    flat: Pixels = values.reshape(-1)
    if values.dtype.kind != "f" or (values.min() >= -LARGEST and values.max() <= LARGEST):
        return flat
    return flat[(flat >= -LARGEST) & (flat <= LARGEST)]


def _has_classes(dtype: np.dtype[np.number | np.bool_], low: float, high: float) -> bool:
    if dtype.kind != "f":
        return low < high
    return bool(high - low > 256 * np.spacing(max(abs(low), abs(high))))


def _is_safe(dtype: np.dtype[np.number | np.bool_], low: float, high: float) -> bool:
    largest = max(abs(low), abs(high))
    if dtype.kind != "f":
        return largest <= _LARGEST_COUNTED
    smallest_safe, largest_safe = _FLOAT32_SAFE
    return largest <= largest_safe and high - low >= max(smallest_safe, 1e-4 * largest)
