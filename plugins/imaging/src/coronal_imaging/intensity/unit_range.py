"""Values worked on between 0 and 1, and brought back to their own unit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal.types.image import Pixels
from coronal_imaging.intensity.stretch import stretched

__all__ = ["UnitRange"]


@dataclass(frozen=True, slots=True)
class UnitRange:
    """The range of an image's values: between 0 and 1 no square overflows, and no offset costs precision.

    Examples
    --------
    >>> pixels = np.array([-1000, 0, 1000], np.int16)
    >>> bounds = UnitRange.of(pixels)
    >>> bounds.unit(pixels)
    array([0. , 0.5, 1. ], dtype=float32)
    >>> bounds.values(bounds.unit(pixels))
    array([-1000.,     0.,  1000.], dtype=float32)
    """

    low: float
    high: float

    @classmethod
    def of(cls, pixels: Pixels) -> "UnitRange":
        """Return the range of finite values."""
        return cls(float(pixels.min()), float(pixels.max()))

    @property
    def span(self) -> float:
        """The largest value less the smallest: what 1 stands for; 0 of a constant image."""
        return self.high - self.low

    def unit(self, pixels: Pixels) -> NDArray[np.float32]:
        """Scale values to 0–1; those of a constant image to 0."""
        return stretched(pixels, self.low, self.high, is_within=True)

    def values(self, unit: Pixels) -> NDArray[np.float32]:
        """Scale values from 0–1 back."""
        values = unit * np.float32(self.span)
        values += np.float32(self.low)
        return np.asarray(values, np.float32)

    def differences(self, unit: Pixels) -> NDArray[np.float32]:
        """Scale differences of values between 0 and 1 back; what float32 can't hold is its largest number."""
        largest = np.finfo(np.float32).max
        with np.errstate(over="ignore"):
            # In float64, without an array of it.
            values = np.multiply(
                unit, self.span, out=np.empty(unit.shape, np.float32), dtype=np.float64, casting="same_kind"
            )
        return np.clip(values, -largest, largest, out=values)
