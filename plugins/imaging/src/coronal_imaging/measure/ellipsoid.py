"""The ellipses or ellipsoids that have the same second moments as objects."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal_imaging.measure.objects import Objects

__all__ = ["Ellipsoids"]

_OF_VARIANCE = {2: 16.0, 3: 20.0}
"""The square of an axis of a filled ellipse or ellipsoid, by the variance along it."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ellipsoids:
    """Ellipses of a plane, or ellipsoids of a volume, one for each object.

    Parameters
    ----------
    variances
        Along their own axes, the least first; in the square of the spacing's unit. Shape (objects, axes).
    covariances
        Along the axes of the array, in array order; shape (objects, axes, axes).
    """

    variances: Numbers
    covariances: Numbers

    @classmethod
    def of(cls, objects: Objects, spacing: tuple[float, ...]) -> "Ellipsoids":
        """Find them for objects whose pixels have an extent: each is a box, and adds its own second moment.

        A pixel of width s alone has a variance of s² / 12, so that no axis is 0. Without it, as in
        `skimage.measure.regionprops`, an object of one slice would have no thickness.
        """
        covariances = objects.covariances_px * np.outer(spacing, spacing)
        covariances += np.diag(np.square(spacing)) / 12
        return cls(np.linalg.eigvalsh(covariances), covariances)

    @property
    def axes(self) -> tuple[Numbers, Numbers]:
        """The longest and the shortest axis (from end to end) of each."""
        factor = _OF_VARIANCE[self.variances.shape[-1]]
        # A box has an extent along each axis; rounding may still fall below 0 where they are very unequal.
        least = np.maximum(self.variances[:, 0], 0.0)
        return np.sqrt(factor * self.variances[:, -1]), np.sqrt(factor * least)

    @property
    def eccentricity(self) -> Numbers:
        """That of ellipses: 0 for a circle, nearly 1 for a line."""
        return np.sqrt(np.maximum(1 - self.variances[:, 0] / self.variances[:, -1], 0.0))

    @property
    def orientation(self) -> Numbers:
        """From the y axis to the major axis of ellipses, through the x axis, in degrees; 0 of a circle."""
        y, both, x = self.covariances[:, 0, 0], self.covariances[:, 0, 1], self.covariances[:, 1, 1]
        return np.degrees(0.5 * np.arctan2(2 * both, y - x))
