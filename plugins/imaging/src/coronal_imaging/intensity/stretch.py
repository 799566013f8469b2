"""A range of values, stretched to 0–1."""

import numpy as np
from numpy.typing import NDArray

from coronal.types.image import Pixels

__all__ = ["stretched"]


def stretched(pixels: Pixels, low: float, high: float, *, is_within: bool = False) -> NDArray[np.float32]:
    """Map low to 0 and high to 1, and clip what lies beyond, as `skimage.exposure.rescale_intensity` does.

    Parameters
    ----------
    pixels
        Finite values, of any shape.
    low, high
        In the unit of the values. Where they are equal there is nothing to stretch, and all is 0.
    is_within
        Whether no value lies beyond, so that none needs to be clipped.

    Returns
    -------
    NDArray[np.float32]
        A new array.

    Examples
    --------
    >>> stretched(np.array([-1000, 0, 1000], np.int16), 0, 500)
    array([0., 0., 1.], dtype=float32)
    """
    if not low < high:
        return np.zeros(pixels.shape, np.float32)
    dtype = np.result_type(pixels, np.float32)
    if is_within:
        result = np.subtract(pixels, low, dtype=dtype)
    else:
        result = np.clip(pixels, low, high, dtype=dtype)
        result -= low
    result /= high - low
    return np.asarray(result, np.float32)
