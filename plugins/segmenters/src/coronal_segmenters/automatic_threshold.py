"""A threshold that the values themselves tell, of any image."""

from collections.abc import Callable

import numpy as np
from skimage.filters import threshold_li, threshold_otsu, threshold_triangle, threshold_yen

from coronal.image import Pixels

__all__ = [
    "LARGEST",
    "Rule",
    "counted_values",
    "li_threshold",
    "otsu_threshold",
    "triangle_threshold",
    "yen_threshold",
]

LARGEST = 1e38
"""The largest value that counts as a number; above it float32 ends."""

_LARGEST_COUNTED = 65_535
"""The library counts each whole number on its own, and takes memory for all from 0 up."""

_FLOAT32_SAFE = (1e-9, 1e9)
"""Between these the library's products of counts and squared differences neither vanish nor overflow."""

_LI_TOLERANCE = 1e-6
"""Of the range. By itself the library goes on until no value lies between: rounding can keep it forever."""

Rule = Callable[[Pixels], float | None]
"""Finds a threshold in values, or none where they have no two classes."""


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
    return _threshold(values, threshold_otsu)


def li_threshold(values: Pixels) -> float | None:
    """Find the threshold of least cross-entropy (`skimage.filters.threshold_li`); see `otsu_threshold`."""
    return _threshold(values, _li)


def yen_threshold(values: Pixels) -> float | None:
    """Find Yen's threshold (`skimage.filters.threshold_yen`); see `otsu_threshold`."""
    return _threshold(values, _yen)


def triangle_threshold(values: Pixels) -> float | None:
    """Find the threshold of the triangle (`skimage.filters.threshold_triangle`); see `otsu_threshold`."""
    return _threshold(values, threshold_triangle)


def counted_values(values: Pixels) -> Pixels | None:
    """Give the values that count for a threshold, in one axis and of a type that the libraries can bear.

    Returns
    -------
    Pixels or None
        Whole numbers within ±65,535, or floats within ±10³⁸; None where there are no two classes.
    """
    counted = _finite(values)
    if counted.size == 0:
        return None
    low, high = float(counted.min()), float(counted.max())
    if not _has_classes(counted.dtype, low, high):
        return None
    return counted if _is_safe(counted.dtype, low, high) else counted.astype(np.float64)


def _threshold(values: Pixels, of_library: Callable[[Pixels], float]) -> float | None:
    counted = counted_values(values)
    return None if counted is None else _between(counted, float(of_library(counted)))


def _li(values: Pixels) -> float:
    if values.dtype.kind != "f":
        # In their own type the library's difference from the smallest can overflow.
        return float(threshold_li(values.astype(np.int64)))
    doubles = values.astype(np.float64)
    return float(threshold_li(doubles, tolerance=_LI_TOLERANCE * float(np.ptp(doubles))))


def _yen(values: Pixels) -> float:
    # Where all but a few pixels lie below a bin the library takes the logarithm of 0, and so leaves it out.
    with np.errstate(divide="ignore"):
        return float(threshold_yen(values))


def _between(values: Pixels, threshold: float) -> float:
    # The middle of the last bin can be the largest value, above which there would be nothing.
    high = values.max()
    below = np.nextafter(high, -np.inf) if values.dtype.kind == "f" else int(high) - 1
    return min(max(threshold, float(values.min())), float(below))


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
