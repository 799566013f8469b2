"""Where the elements of a NRRD file lie, in LPS and mm."""

import math

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Geometry
from coronal.errors import shown
from coronal_formats.readers.common.geometry_from_steps import placed
from coronal_formats.readers.nrrd.axes import Axes
from coronal_formats.readers.nrrd.header import WHAT, Fields

__all__ = ["geometry_of"]

_TO_LPS = {
    "left-posterior-superior": (1.0, 1.0, 1.0),
    "lps": (1.0, 1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0, 1.0),
    "ras": (-1.0, -1.0, 1.0),
    "left-anterior-superior": (1.0, -1.0, 1.0),
    "las": (1.0, -1.0, 1.0),
}
"""Of the spaces that lie in a patient."""

_ELSEWHERE = ("", "scanner-xyz", "3d-right-handed", "3d-left-handed")
"""Of which nothing tells where they lie in one; none is named where there is a `space dimension` alone."""

_MM = {
    **dict.fromkeys(("", "mm", "millimeter", "millimeters", "millimetre", "millimetres"), 1.0),
    **dict.fromkeys(("um", "µm", "μm", "micron", "microns", "micrometer", "micrometers"), 1e-3),
    **dict.fromkeys(("nm", "nanometer", "nanometers"), 1e-6),
    **dict.fromkeys(("cm", "centimeter", "centimeters"), 10.0),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1000.0),
}


def geometry_of(fields: Fields, axes: Axes) -> Geometry:
    """Return where the elements lie.

    Parameters
    ----------
    fields
        The header. Directions and the origin are turned from the space that it names to LPS; in a space that
        isn't one of a patient only their lengths count. In a space of two dimensions, as ITK writes a plane,
        the plane lies at z = 0 of LPS. Without directions there are the spacings. Thicknesses, and the least
        and the largest of an axis, tell no spacing.
    axes
        Which axes are in space.

    Raises
    ------
    BadImage
        When the axes aren't at right angles, one has no length, or a unit isn't known.
    """
    space = fields.get("space", "").casefold()
    if space not in _TO_LPS and space not in _ELSEWHERE:
        raise BadImage(
            f"space of a {WHAT} must be one of {', '.join(filter(None, (*_TO_LPS, *_ELSEWHERE)))}, "
            f"found {shown(space)}"
        )
    vectors = [vector for place in axes.space[::-1] if (vector := fields.vectors()[place])]
    if not vectors:
        return Geometry(_spacing_mm(fields, axes))
    origin = fields.origin()
    count = len(vectors[0])
    if {*map(len, vectors), len(origin or vectors[0])} != {count} or count not in ((3,) if space else (2, 3)):
        raise BadImage(
            f"the vectors of a {WHAT} must all be of 3 numbers, or of 2 where no space is named, found others"
        )
    mm = [_mm(unit) for unit in fields.quoted("space units", count)]
    to_lps = np.asarray(_TO_LPS.get(space, (1.0, 1.0, 1.0)))[:count] * mm
    steps = _in_three(np.asarray(vectors).T * to_lps[:, np.newaxis])
    start = None if origin is None else _in_three(np.asarray(origin) * to_lps)
    return placed(WHAT, steps, start, in_patient=space in _TO_LPS or count == 2)


def _spacing_mm(fields: Fields, axes: Axes) -> tuple[float, ...] | None:
    spacings = fields.reals("spacings")
    if spacings is None or any(math.isnan(spacings[place]) for place in axes.space):
        return None
    units = fields.quoted("units", len(spacings))
    return tuple(abs(spacings[place]) * _mm(units[place]) for place in axes.space[::-1])


def _mm(unit: str) -> float:
    if unit.casefold() not in _MM:
        raise BadImage(f"the units of a {WHAT} must be m, cm, mm, um or nm, found {shown(unit)}")
    return _MM[unit.casefold()]


def _in_three(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = np.zeros((3, *rows.shape[1:]))
    whole[: len(rows)] = rows
    return whole
