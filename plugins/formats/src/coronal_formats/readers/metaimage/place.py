"""Where the elements of a MetaImage lie, in LPS and mm."""

import numpy as np

from coronal import BadImage, Geometry
from coronal.errors import shown
from coronal_formats.readers.common.geometry_from_steps import placed
from coronal_formats.readers.metaimage.header import WHAT, Fields

__all__ = ["geometry_of"]

_MM = {"mm": 1.0, "um": 1e-3, "cm": 10.0}
"""Of `DistanceUnits`, where the file has it."""


def geometry_of(fields: Fields, dimensions: int) -> Geometry:
    """Return where the elements lie, as ITK has it: the axes and the offset are in LPS.

    Parameters
    ----------
    fields
        The header. Without ``ElementSpacing`` and ``ElementSize`` nothing is known; without
        ``TransformMatrix`` and ``Offset`` only the spacing. ``AnatomicalOrientation`` only repeats what the
        matrix says, and ``CenterOfRotation`` counts for nothing, both as in ITK.
    dimensions
        2 or 3. A plane lies at z = 0, as ITK has it.

    Raises
    ------
    BadImage
        When the axes aren't at right angles, one has no length, or the unit isn't known.
    """
    axes = fields.dimensions
    spacing = fields.reals("ElementSpacing", count=axes) or fields.reals("ElementSize", count=axes)
    matrix = fields.reals("TransformMatrix", "Rotation", "Orientation", count=axes * axes)
    offset = fields.reals("Offset", "Position", "Origin", count=axes)
    if spacing is None:
        return Geometry()
    mm = _mm(fields)
    # Each row of the matrix is the direction of an axis of the file, x first.
    directions = np.eye(axes) if matrix is None else np.reshape(matrix, (axes, axes))
    steps, origin = np.zeros((3, dimensions)), np.zeros(3)
    rows = directions[:dimensions, :dimensions] * np.asarray(spacing)[:dimensions, np.newaxis] * mm
    steps[:dimensions] = rows[::-1].T
    origin[:dimensions] = np.asarray(offset or (0.0,) * axes)[:dimensions] * mm
    return placed(WHAT, steps, origin, in_patient=matrix is not None or offset is not None)


def _mm(fields: Fields) -> float:
    unit = fields.get("DistanceUnits", "")
    if unit in ("", "?"):
        return 1.0
    if unit not in _MM:
        raise BadImage(f"DistanceUnits of a {WHAT} must be one of {', '.join(_MM)}, found {shown(unit)}")
    return _MM[unit]
