"""How bright an image is, and how its values are spread: statistics of first order."""

import numpy as np
from numpy.typing import NDArray

from coronal import Image
from coronal_learning.estimators.features.levels import levelled

__all__ = ["intensity"]

_PERCENTS = (0, 10, 25, 50, 75, 90, 100)

_BINS = 64


def intensity(image: Image) -> NDArray[np.float64]:
    """Describe each channel of an image by how its values are spread.

    Parameters
    ----------
    image
        A plane, or a volume as a whole; padding doesn't count.

    Returns
    -------
    NDArray[np.float64]
        Of each channel: mean and standard deviation (of the population); minimum, 10th, 25th, 50th, 75th and
        90th percentile and maximum, interpolated; skewness and kurtosis (a normal distribution has 0), both 0
        where all values are one; entropy of 64 bins of equal width (bit).

    Notes
    -----
    `numpy.percentile`, and the formulas of `scipy.stats.skew`, `scipy.stats.kurtosis` (both biased) and
    `scipy.stats.entropy`.

    Examples
    --------
    >>> intensity(Image(np.array([[0, 1], [2, 3]]))).round(2).tolist()
    [1.5, 1.12, 0.0, 0.3, 0.75, 1.5, 2.25, 2.7, 3.0, 0.0, -1.36, 2.0]
    """
    values = image.inside(image.pixels)
    channels = values.reshape(-1, values.shape[-1]).T if image.has_channels else (values,)
    return np.concatenate([_spread(channel.astype(np.float64).ravel()) for channel in channels])


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    percentiles = np.percentile(values, _PERCENTS)
    is_constant = percentiles[0] == percentiles[-1]
    # The deviation of a constant isn't always 0 in floating point.
    sd = 0.0 if is_constant else values.std()
    scores = np.zeros(1) if is_constant else (values - values.mean()) / sd
    kurtosis = 0.0 if is_constant else (scores**4).mean() - 3.0
    return np.array([values.mean(), sd, *percentiles, (scores**3).mean(), kurtosis, _entropy(values)])


def _entropy(values: NDArray[np.float64]) -> float:
    shares = np.bincount(levelled(values, _BINS)) / values.size
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum()) + 0.0
