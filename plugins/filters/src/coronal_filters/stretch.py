"""A range of values, stretched to 0–1."""

import numpy as np
from numpy.typing import NDArray
from skimage.exposure import rescale_intensity

from coronal.image import Pixels

__all__ = ["stretched"]


def stretched(pixels: Pixels, low: float, high: float) -> NDArray[np.float32]:
    """Map low to 0 and high to 1, and clip what lies beyond (`skimage.exposure.rescale_intensity`).

    Parameters
    ----------
    pixels
        Finite values, of any shape.
    low, high
        In the unit of the values. Where they are equal there is nothing to stretch, and all is 0.

    Examples
    --------
    >>> stretched(np.array([-1000, 0, 1000], np.int16), 0, 500)
    array([0., 0., 1.], dtype=float32)
    """
    if not low < high:
        return np.zeros(pixels.shape, np.float32)
    # The copy has no name, so that the library can let go of it as soon as it has clipped it.
    dtype = np.result_type(pixels, np.float32)
    result = rescale_intensity(pixels.astype(dtype, copy=False), (low, high), (0.0, 1.0))
    return np.asarray(result, np.float32)
