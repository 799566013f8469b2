"""Grey values put into levels, and brought to a common scale."""

import numpy as np
from numpy.typing import NDArray

from coronal.types.image import Pixels

__all__ = ["levelled", "unit_range"]


def unit_range(values: Pixels, counted: Pixels | None = None) -> NDArray[np.float64]:
    """Return values from 0 (the smallest) to 1 (the largest); all 0 where they are one.

    Parameters
    ----------
    values
        Of any shape.
    counted
        Those of them that tell which is the smallest and the largest, without padding; by default all. What
        lies beyond is 0 or 1.

    Examples
    --------
    >>> unit_range(np.array([-1000, 0, 1000], np.int16))
    array([0. , 0.5, 1. ])
    """
    counted = values if counted is None else counted
    low, high = float(counted.min()), float(counted.max())
    if not low < high:
        return np.zeros(values.shape)
    return ((values.astype(np.float64) - low) / (high - low)).clip(0.0, 1.0)


def levelled(values: Pixels, count: int, counted: Pixels | None = None) -> NDArray[np.uint16]:
    """Return the level of each value, from 0 (the smallest) to count - 1 (the largest), all of equal width.

    Parameters
    ----------
    values, counted
        As `unit_range` takes them.
    count
        How many levels there are.

    Examples
    --------
    >>> levelled(np.array([0.0, 1.9, 2.0, 10.0]), 5)
    array([0, 0, 1, 4], dtype=uint16)
    """
    return np.asarray((unit_range(values, counted) * count).clip(max=count - 1), np.uint16)
