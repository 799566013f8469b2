"""Grey values put into levels, and brought to a common scale."""

import numpy as np
from numpy.typing import NDArray

from coronal.image import Pixels

__all__ = ["levelled", "unit_range"]


def unit_range(values: Pixels) -> NDArray[np.float64]:
    """Give values from 0 (the smallest) to 1 (the largest); all 0 where they are one.

    >>> unit_range(np.array([-1000, 0, 1000], np.int16))
    array([0. , 0.5, 1. ])
    """
    low, high = float(values.min()), float(values.max())
    if not low < high:
        return np.zeros(values.shape)
    return (values.astype(np.float64) - low) / (high - low)


def levelled(values: Pixels, count: int) -> NDArray[np.uint16]:
    """Give the level of each value, from 0 (the smallest) to count - 1 (the largest), all of equal width.

    >>> levelled(np.array([0.0, 1.9, 2.0, 10.0]), 5)
    array([0, 0, 1, 4], dtype=uint16)
    """
    return np.asarray((unit_range(values) * count).clip(max=count - 1), np.uint16)
