"""From the steps between an image's elements, as files of volumes tell them, to its geometry."""

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Geometry

__all__ = ["placed"]

_MIN_VOLUME = 0.999
"""Of a voxel whose edges are sheared, as a part of the product of their lengths."""


def placed(
    what: str, steps: NDArray[np.float64], origin: NDArray[np.float64] | None, *, in_patient: bool = True
) -> Geometry:
    """Make a geometry of the steps along an image's axes.

    Parameters
    ----------
    what
        What tells them, e.g. ``NIfTI file``.
    steps
        A column for each array axis, in array order (z, y, x): the way from an element to the next, in mm.
        Three rows (x, y, z), in LPS where the place in the patient is known.
    origin
        Where the first element lies, (x, y, z) in LPS, in mm; None where that isn't known.
    in_patient
        Whether the steps are in LPS. Of others only the lengths count.

    Raises
    ------
    BadImage
        When a number isn't finite, an axis has no length, or the axes are sheared so far that a volume in mm³
        would be off by over 0.1 %.

    Examples
    --------
    >>> placed("NIfTI file", np.array([[0.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 0.0]]), None).spacing_mm
    (4.0, 3.0, 2.0)
    """
    lengths = np.linalg.norm(steps, axis=0)
    if not np.isfinite(steps).all() or not lengths.all() or not (origin is None or np.isfinite(origin).all()):
        raise BadImage(
            f"the place of the elements of a {what} must be finite and give each axis a length, "
            "found it isn't"
        )
    direction = steps / lengths
    _refuse_shear(what, direction)
    spacing_mm = tuple(map(float, lengths))
    if not in_patient:
        return Geometry(spacing_mm)
    rows = tuple(tuple(map(float, row)) for row in direction)
    if origin is None:
        return Geometry(spacing_mm, None, rows)
    x, y, z = map(float, origin)
    return Geometry(spacing_mm, (x, y, z), rows)


def _refuse_shear(what: str, direction: NDArray[np.float64]) -> None:
    volume = float(np.sqrt(max(np.linalg.det(direction.T @ direction), 0.0)))
    if volume < _MIN_VOLUME:
        raise BadImage(
            f"the axes of a {what} must be at right angles, found a sheared affine "
            f"({100 * (1 - volume):.1f} % of a voxel's volume): resample it"
        )
