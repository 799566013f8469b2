"""Two thresholds, given or found, with what is unsure between them."""

from typing import Annotated

import numpy as np

from coronal import BadParameter, Parameter
from coronal.types.image import Pixels
from coronal_imaging.threshold.automatic_threshold import otsu_threshold
from coronal_imaging.threshold.counted_values import CountedValues

__all__ = ["High", "Low", "two_levels"]

Low = Annotated[
    float | None,
    Parameter(
        "The lower threshold; by default halfway from Otsu's to the mean of what is darker.",
        unit="as the image",
        minimum=-1e9,
        maximum=1e9,
    ),
]
High = Annotated[
    float | None,
    Parameter(
        "The higher threshold; by default halfway from Otsu's to the mean of what is brighter.",
        unit="as the image",
        minimum=-1e9,
        maximum=1e9,
    ),
]


def two_levels(values: Pixels, low: float | None, high: float | None) -> tuple[float, float] | None:
    """Return both thresholds, a missing one halfway between Otsu's and the means of its two classes.

    Parameters
    ----------
    values
        One channel, of any shape. What is no number doesn't count.
    low, high
        As given. One that is given holds, wherever the other would lie by itself.

    Returns
    -------
    tuple of float or None
        The lower and the higher, as float64: compared with them, float32 loses no digit. None where one is to
        be found and the values have no two classes.

    Raises
    ------
    BadParameter
        When the lower threshold lies above the higher one.

    Examples
    --------
    >>> values = np.array([0, 2, 10, 12])
    >>> [f"{level:.1f}" for level in two_levels(values, None, None)]
    ['1.5', '6.5']
    >>> [f"{level:.1f}" for level in two_levels(values, None, -5.0)]
    ['-5.0', '-5.0']
    """
    if low is None or high is None:
        found = _around_otsu(values)
        if found is None:
            return None
        wanted = (found[0] if low is None else low, found[1] if high is None else high)
        low, high = (wanted[0], max(wanted)) if high is None else (min(wanted), wanted[1])
    if low > high:
        raise BadParameter("high", found=f"{high:g}", allowed=f"≥ low ({low:g})")
    return np.float64(low), np.float64(high)


def _around_otsu(values: Pixels) -> tuple[float, float] | None:
    counted, threshold = CountedValues.of(values), otsu_threshold(values)
    if counted is None or threshold is None:
        return None
    bright = counted.values > threshold
    below, above = (float(counted.values[side].mean(dtype=np.float64)) for side in (~bright, bright))
    return (threshold + below) / 2, (threshold + above) / 2
