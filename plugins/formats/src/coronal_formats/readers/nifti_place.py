"""Where the voxels of a NIfTI file lie: its affine, turned from RAS to LPS, in mm."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from coronal import BadImage, Form, Geometry
from coronal_formats.readers.nifti_header import Header

__all__ = ["geometry_from_affine", "geometry_of"]

_MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 1e-3}
"""Of the codes of units of space: unknown, m, mm and µm. Time's stand in the bits above (`xyzt_units`)."""

_UNIT_OF_SPACE = 7
_RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])
_LEAST_VOLUME = 0.999
"""Of a voxel whose edges are sheared, as a part of the product of their lengths."""


def geometry_of(header: Header, dimensions: int) -> Geometry:
    """Return the place of a file's image.

    Parameters
    ----------
    header
        Its header. The sform counts where its code isn't 0, else the qform; both are kept as
        `Geometry.forms`. Where both codes are 0 only the spacing is known (`pixdim`). No unit is taken for
        mm, as all programs do. A qform takes its lengths from `pixdim`: where that is 0, nothing is known.
    dimensions
        2 or 3.

    Raises
    ------
    BadImage
        When the axes aren't at right angles, or the affine is singular.
    """
    mm = _MM.get(int(header["xyzt_units"]) & _UNIT_OF_SPACE, 1.0)
    steps = tuple(mm * float(step) for step in header.get_zooms()[:dimensions][::-1])
    tells_steps = all(step > 0 for step in steps)
    if header["sform_code"] > 0:
        placed = geometry_from_affine(_in_mm(header.get_sform(), mm), dimensions)
    elif header["qform_code"] > 0 and tells_steps:
        placed = geometry_from_affine(_in_mm(header.get_qform(), mm), dimensions)
    else:
        return Geometry(steps if tells_steps else None)
    return replace(placed, forms=tuple(_forms(header, placed, mm if tells_steps else None)))


def geometry_from_affine(affine: NDArray[np.float64], dimensions: int) -> Geometry:
    """Turn a NIfTI affine into a geometry.

    Parameters
    ----------
    affine
        4 × 4, from index (x, y, z) to RAS in mm.
    dimensions
        2 or 3.

    Raises
    ------
    BadImage
        When it isn't finite, is singular, or sheared so far that a volume in mm³ would be off by over 0.1 %.

    Examples
    --------
    >>> geometry = geometry_from_affine(np.diag([2.0, 3.0, 4.0, 1.0]), 3)
    >>> geometry.spacing_mm
    (4.0, 3.0, 2.0)
    >>> geometry.position_mm((0, 0, 1))
    (-2.0, 0.0, 0.0)
    """
    columns = affine[:3, dimensions - 1 :: -1] * _RAS_TO_LPS[:, None]
    steps = np.linalg.norm(columns, axis=0)
    if not np.isfinite(affine).all() or not steps.all():
        raise BadImage(
            "the affine of a NIfTI file must be finite and give each axis a length, found it isn't"
        )
    direction = columns / steps
    _refuse_shear(direction)
    x, y, z = map(float, affine[:3, 3] * _RAS_TO_LPS)
    rows = tuple(tuple(map(float, row)) for row in direction)
    return Geometry(tuple(map(float, steps)), (x, y, z), rows)


def _forms(header: Header, placed: Geometry, mm: float | None) -> Iterator[Form]:
    # The sform is the world where it counts at all; the qform may place the image in another.
    same = _rows(np.eye(4))
    if header["sform_code"] <= 0:
        yield Form("qform", int(header["qform_code"]), same)
        return
    yield Form("sform", int(header["sform_code"]), same)
    if header["qform_code"] > 0 and mm is not None:
        other = _usable_qform(header, mm, len(placed.spacing_mm or ()))
        if other is not None:
            from_world = other.affine() @ np.linalg.inv(placed.affine())
            yield Form("qform", int(header["qform_code"]), _rows(from_world))


def _usable_qform(header: Header, mm: float, dimensions: int) -> Geometry | None:
    # Beside an sform that counts, a broken qform is nothing that the image depends on.
    try:
        return geometry_from_affine(_in_mm(header.get_qform(), mm), dimensions)
    except (HeaderDataError, ValueError, BadImage):
        return None


def _in_mm(affine: NDArray[np.float64], mm: float) -> NDArray[np.float64]:
    return np.asarray(affine, np.float64) * [[mm], [mm], [mm], [1.0]]


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in matrix)


def _refuse_shear(direction: NDArray[np.float64]) -> None:
    volume = float(np.sqrt(max(np.linalg.det(direction.T @ direction), 0.0)))
    if volume < _LEAST_VOLUME:
        raise BadImage(
            "the axes of a NIfTI file must be at right angles, found a sheared affine "
            f"({100 * (1 - volume):.1f} % of a voxel's volume): resample it"
        )
