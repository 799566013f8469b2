"""A threshold that the values themselves tell, of any image."""

from collections.abc import Callable

import numpy as np
from skimage.filters import threshold_otsu, threshold_yen

from coronal.types.image import Pixels
from coronal_imaging.threshold.counted_values import CountedValues

__all__ = ["Rule", "li_threshold", "otsu_threshold", "triangle_threshold", "yen_threshold"]

_LI_TOLERANCE = 1e-6
"""Of the range. By itself the library goes on until no value lies between: rounding can keep it forever."""

_LI_TOLERANCE_OF_WHOLE = 0.5

Means = Callable[[float], tuple[float, float]]
"""The means of the values up to a level and of those above it, all of them less the smallest."""

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
    return _threshold(values, lambda counted: threshold_otsu(hist=counted.histogram()))


def li_threshold(values: Pixels) -> float | None:
    """Find the threshold of least cross-entropy, as `skimage.filters.threshold_li`; see `otsu_threshold`."""
    return _threshold(values, _li)


def yen_threshold(values: Pixels) -> float | None:
    """Find Yen's threshold (`skimage.filters.threshold_yen`); see `otsu_threshold`."""
    return _threshold(values, _yen)


def triangle_threshold(values: Pixels) -> float | None:
    """Find the threshold of the triangle, as `skimage.filters.threshold_triangle`; see `otsu_threshold`.

    A line is drawn from the histogram's peak to the end of its longer tail; the threshold is where the
    histogram lies furthest below it.
    """
    return _threshold(values, _triangle)


def _threshold(values: Pixels, rule: Callable[[CountedValues], float]) -> float | None:
    counted = CountedValues.of(values)
    return None if counted is None else _between(counted, float(rule(counted)))


def _li(counted: CountedValues) -> float:
    """Move a level to between the means of what is above it and below, until it stands still."""
    of_sides = _of_floats if counted.values.dtype.kind == "f" else _of_whole_numbers
    level, tolerance, means = of_sides(counted)
    last = -np.inf
    while abs(level - last) > tolerance:
        last = level
        below, above = means(level)
        if below == 0:
            break
        level = (below - above) / (np.log(below) - np.log(above))
    return level + counted.low


def _of_floats(counted: CountedValues) -> tuple[float, float, Means]:
    values = counted.values.astype(np.float64)
    values -= counted.low
    total = float(values.sum())
    min_positive = float(values.min(where=values > 0, initial=np.inf))

    def means(level: float) -> tuple[float, float]:
        above = values[values > level]
        in_all = float(above.sum())
        below = (total - in_all) / (values.size - above.size) if level >= min_positive else 0.0
        return below, in_all / above.size

    return total / values.size, _LI_TOLERANCE * (counted.high - counted.low), means


def _of_whole_numbers(counted: CountedValues) -> tuple[float, float, Means]:
    counts, numbers = counted.histogram()
    numbers = numbers - numbers[0]
    weights = counts.astype(np.float32)

    def means(level: float) -> tuple[float, float]:
        is_above = numbers > level
        sides = (np.average(numbers[side], weights=weights[side]) for side in (~is_above, is_above))
        below, above = map(float, sides)
        return below, above

    return float((numbers * counts).sum() / counts.sum()), _LI_TOLERANCE_OF_WHOLE, means


def _triangle(counted: CountedValues) -> float:
    counts, middles = counted.histogram()
    peak, last = int(counts.argmax()), len(counts) - 1
    # The longer tail is laid to the left; both ends of the histogram hold a value.
    is_turned = peak < last - peak
    heights, width = (counts[::-1], last - peak) if is_turned else (counts, peak)
    length = np.sqrt(counts[peak] ** 2 + width**2)
    below = counts[peak] / length * np.arange(width) - width / length * heights[:width]
    place = int(below.argmax())
    return float(middles[last - place if is_turned else place])


def _yen(counted: CountedValues) -> float:
    # Where all but a few pixels lie below a bin the library takes the logarithm of 0, and so leaves it out.
    with np.errstate(divide="ignore"):
        return float(threshold_yen(hist=counted.histogram()))


def _between(counted: CountedValues, threshold: float) -> float:
    # The middle of the last bin can be the largest value, above which there would be nothing.
    high = counted.values.dtype.type(counted.high)
    below = np.nextafter(high, -np.inf) if counted.values.dtype.kind == "f" else int(high) - 1
    return min(max(threshold, counted.low), float(below))
