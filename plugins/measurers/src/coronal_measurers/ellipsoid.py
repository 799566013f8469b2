"""The ellipse or ellipsoid that has the same second moments as an object."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal_measurers.regions import Region

__all__ = ["Ellipsoid"]

_OF_VARIANCE = {2: 16.0, 3: 20.0}
"""The square of an axis of a filled ellipse or ellipsoid, by the variance along it."""


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipse of a plane, or an ellipsoid of a volume.

    Parameters
    ----------
    variances
        Along its own axes, the least first; in the square of the spacing's unit.
    covariance
        Along the axes of the array, in array order.
    """

    variances: tuple[float, ...]
    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, region: Region) -> "Ellipsoid":
        """Find it for an object whose pixels have an extent: each is a box, and adds its own second moment.

        A pixel of width s alone has a variance of s² / 12, so that no axis is 0. Without it, as in
        `skimage.measure.regionprops`, an object of one slice would have no thickness.
        """
        covariance = _of_indices(region.properties.image) * np.outer(region.spacing, region.spacing)
        covariance += np.diag(np.square(region.spacing)) / 12
        return cls(tuple(np.linalg.eigvalsh(covariance).tolist()), covariance)

    @property
    def axes(self) -> tuple[float, float]:
        """The longest and the shortest axis (from end to end)."""
        factor = _OF_VARIANCE[len(self.variances)]
        # A box has an extent along each axis; rounding may still fall below 0 where they are very unequal.
        return math.sqrt(factor * self.variances[-1]), math.sqrt(factor * max(self.variances[0], 0.0))

    @property
    def eccentricity(self) -> float:
        """That of an ellipse: 0 for a circle, nearly 1 for a line."""
        return math.sqrt(max(1 - self.variances[0] / self.variances[-1], 0.0))

    @property
    def orientation(self) -> float:
        """From the y axis to the major axis of an ellipse, through the x axis, in degrees; 0 of a circle."""
        (y, both), (_, x) = self.covariance
        return math.degrees(0.5 * math.atan2(2 * both, y - x))


def _of_indices(inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The covariance of the indices where an array is true, along its axes; shape (axes, axes).

    It comes from whole sums and is rounded once: the same on every processor, and exactly 0 between two axes
    of what lies along one of them. The sign of a residue there would turn an orientation from 90 to -90.
    """
    indices = np.nonzero(inside)
    count = len(indices[0])
    sums = [int(index.sum()) for index in indices]
    return np.array(
        [
            [
                (count * int(one @ other) - sum_of_one * sum_of_other) / count**2
                for other, sum_of_other in zip(indices, sums, strict=True)
            ]
            for one, sum_of_one in zip(indices, sums, strict=True)
        ]
    )
