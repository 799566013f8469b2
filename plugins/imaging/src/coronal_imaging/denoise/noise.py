"""How much of an image is noise, as those who remove it want to know."""

import math
import warnings
from typing import Annotated

import numpy as np
from skimage import restoration

from coronal import Parameter
from coronal.types.image import Pixels

__all__ = ["Noise", "noise_deviation"]

Noise = Annotated[
    float | None,
    Parameter(
        "The standard deviation of the noise, in the unit of the values; by default it is estimated.",
        minimum=0,
        maximum=1e6,
    ),
]

_FEW = 8
"""Twice the length of the wavelet by which noise is estimated."""


def noise_deviation(pixels: Pixels, channel_axis: int | None = None) -> float:
    """Estimate the standard deviation of Gaussian noise (`skimage.restoration.estimate_sigma`).

    Parameters
    ----------
    pixels
        Finite values, of any shape. Along an axis of few elements (a volume of three slices) a wavelet sees
        too little, and the mean over these elements is given.
    channel_axis
        Where the channels are; their mean is given.

    Returns
    -------
    float
        In the unit of the values; 0 where the finest detail is 0 throughout.

    Notes
    -----
    The median of the finest wavelet coefficients that aren't 0, by 0.6745. D. L. Donoho and I. M. Johnstone,
    Ideal spatial adaptation by wavelet shrinkage, Biometrika 81 (1994) 425–455.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(100, 7, (64, 64))
    >>> 6.5 < noise_deviation(noise) < 7.5
    True
    """
    apart = [axis for axis, size in enumerate(pixels.shape) if size < _FEW]
    if channel_axis is not None:
        apart = [channel_axis % pixels.ndim]
    if 0 < len(apart) < pixels.ndim:
        parts = np.moveaxis(pixels, apart, range(len(apart)))
        parts = parts.reshape(-1, *parts.shape[len(apart) :])
        return float(np.mean([noise_deviation(part) for part in parts]))
    # The library warns of few columns (are they colours?), and of a median of nothing where no detail is.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        deviation = float(restoration.estimate_sigma(pixels))
    return 0.0 if math.isnan(deviation) else deviation
