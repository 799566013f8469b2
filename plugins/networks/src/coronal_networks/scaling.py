"""Values standardised by those that were learned from."""

from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

__all__ = ["Scaling"]

_LEAST = 1e-30
"""A deviation of less is none; float32 ends at 1e-38."""

_FURTHEST = 1e4
"""So many deviations from the mean a value lies at most: a network of larger ones could give no number."""


class Scaling(BaseModel):
    """What values are brought to mean 0 and deviation 1 by, each channel for itself.

    Parameters
    ----------
    means, deviations
        Of each channel, over the images that were learned from; a channel without change has the deviation 1.

    Examples
    --------
    >>> values = np.array([[[[1.0], [3.0]]]], np.float32)
    >>> Scaling.of(values).scaled(values).ravel().tolist()
    [-1.0, 1.0]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @classmethod
    def of(cls, values: NDArray[np.float32]) -> Self:
        """Take it from images, shape (images, …, channels)."""
        axes = tuple(range(values.ndim - 1))
        means = values.mean(axis=axes, dtype=np.float64)
        deviations = values.std(axis=axes, dtype=np.float64)
        deviations = np.where(deviations > _LEAST, deviations, 1.0)
        return cls(means=tuple(means.tolist()), deviations=tuple(deviations.tolist()))

    def scaled(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standardise values of shape (…, channels); what lies 10,000 deviations away lies no further."""
        means, deviations = self._arrays
        scaled = (values - means) / deviations
        return np.asarray(scaled.clip(-_FURTHEST, _FURTHEST, out=scaled))

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return np.array(self.means, np.float32), np.array(self.deviations, np.float32)
