"""The thresholds between several classes of values, of any image."""

import numpy as np
from skimage.filters import threshold_multiotsu

from coronal.types.image import Pixels
from coronal_imaging.threshold.counted_values import BINS, CountedValues

__all__ = ["class_thresholds"]


def class_thresholds(values: Pixels, classes: int) -> tuple[float, ...]:
    """Find the thresholds that part values best in classes (`skimage.filters.threshold_multiotsu`).

    Parameters
    ----------
    values
        One channel, of any shape. NaN, infinities and values beyond ±10³⁸ don't count.
    classes
        How many there are at most: fewer where the values fill fewer of 256 bins.

    Returns
    -------
    tuple of float
        One fewer than there are classes, growing; each class lies above its threshold. Empty where there are
        no two classes.

    Notes
    -----
    P.-S. Liao, T.-S. Chen and P.-C. Chung, A fast algorithm for multilevel thresholding, J. Inf. Sci. Eng. 17
    (2001) 713–727.

    Examples
    --------
    >>> class_thresholds(np.array([0, 0, 10, 10, 20, 20]), 3)
    (0.0, 10.0)
    >>> class_thresholds(np.array([7, 7, 7]), 3)
    ()
    """
    counted = CountedValues.of(values)
    if counted is None:
        return ()
    # The library tries each combination of bins, and keeps a table of all pairs of them.
    counts, middles = counted.histogram(max_bins=BINS)
    found = threshold_multiotsu(hist=(counts, middles), classes=min(classes, np.count_nonzero(counts)))
    return tuple(map(float, found))
