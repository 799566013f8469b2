"""Values standardised by those that were learned from."""

from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

__all__ = ["Scaling"]

_MIN_DEVIATION = 1e-30
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
    >>> Scaling.of(values).scale(values).ravel().tolist()
    [-1.0, 1.0]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @classmethod
    def of(cls, images: Sequence[NDArray[np.float32]]) -> Self:
        """Take it from images, each of shape (…, channels), NaN left out.

        One by one: all at once take thrice as much.
        """
        places = sum(int(np.count_nonzero(~np.isnan(one[..., 0]))) for one in images)
        none = np.zeros(images[0].shape[-1])
        means = sum((_summed(one.astype(np.float64)) for one in images), start=none) / places
        squares = sum(_summed((one - means) ** 2) for one in images)
        deviations = np.sqrt(squares / places)
        deviations = np.where(deviations > _MIN_DEVIATION, deviations, 1.0)
        return cls(means=tuple(means.tolist()), deviations=tuple(deviations.tolist()))

    def scale(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standardise values of shape (…, channels) where they are, and give them.

        What lies 10,000 deviations away lies no further; NaN, which stands for padding, lies at the mean.
        """
        means, deviations = self._arrays
        values -= means
        values /= deviations
        np.copyto(values, 0.0, where=np.isnan(values))
        return values.clip(-_FURTHEST, _FURTHEST, out=values)

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return np.array(self.means, np.float32), np.array(self.deviations, np.float32)


def _summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.nansum(values, axis=tuple(range(values.ndim - 1))))
