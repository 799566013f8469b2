"""Values that count, brought to a common scale or put into levels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import Image
from coronal.types.image import MAX_MAGNITUDE, Pixels, supported

__all__ = ["Levels", "countable", "measured_values", "unit_range"]


def countable(values: Pixels) -> NDArray[np.bool_]:
    """Return which values count: all but NaN, infinities and those beyond ±10³⁸.

    >>> countable(np.array([1.0, np.nan, -np.inf, 1e300]))
    array([ True, False, False, False])
    """
    if values.dtype.kind != "f":
        return np.ones(values.shape, np.bool_)
    return np.asarray(np.abs(supported(values)) <= MAX_MAGNITUDE)


def measured_values(image: Image) -> Pixels:
    """Return the grey values of an image; what is padding is NaN, and so doesn't count.

    >>> measured_values(Image(np.array([[7, 8]], np.int16), valid=np.array([[True, False]]))).tolist()
    [[7.0, nan]]
    """
    grey = image.grey()
    if image.valid is None:
        return grey
    return np.where(image.valid, grey, np.asarray(np.nan, np.result_type(grey, np.float32)))


def unit_range(values: Pixels) -> NDArray[np.float32]:
    """Return values from 0 (the smallest) to 1 (the largest), all 0 where they are one; all must count.

    >>> unit_range(np.array([-1000, 0, 1000], np.int16))
    array([0. , 0.5, 1. ], dtype=float32)
    """
    low, high = float(values.min()), float(values.max())
    if not low < high:
        return np.zeros(values.shape, np.float32)
    return np.asarray((values.astype(np.float64) - low) / (high - low), np.float32)


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of equal width.

    Parameters
    ----------
    low, high
        Where the first begins and the last ends, in the unit of the values.
    count
        How many there are.
    """

    low: float
    high: float
    count: int

    @classmethod
    def over(cls, values: Pixels, count: int) -> "Levels":
        """Return levels from the smallest to the largest value that counts; from 0 to 0 where none does."""
        counted = values[countable(values)]
        if counted.size == 0:
            return cls(0.0, 0.0, count)
        return cls(float(counted.min()), float(counted.max()), count)

    def of(self, values: Pixels) -> NDArray[np.uint16]:
        """Return the level of each value, from 0 to count - 1.

        Values beyond count as the first or the last level, as do infinities; NaN as the first. Where low and
        high are one, all are of the first.

        >>> Levels(0, 10, 5).of(np.array([-1.0, 0.0, 1.9, 2.0, 10.0, np.nan]))
        array([0, 0, 0, 1, 4, 0], dtype=uint16)
        """
        if not self.low < self.high:
            return np.zeros(values.shape, np.uint16)
        clipped = np.nan_to_num(values.astype(np.float64), nan=self.low).clip(self.low, self.high)
        parts = (clipped - self.low) / (self.high - self.low) * self.count
        return np.asarray(parts.clip(max=self.count - 1), np.uint16)

    def entropy(self, values: Pixels) -> float:
        """Return the entropy of the levels of some values, in bits (`scipy.stats.entropy`'s formula)."""
        shares = np.bincount(self.of(values).ravel()) / values.size
        shares = shares[shares > 0]
        return float(-(shares * np.log2(shares)).sum()) + 0.0
