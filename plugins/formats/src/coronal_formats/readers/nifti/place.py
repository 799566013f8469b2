"""Where the voxels of a NIfTI file lie: its affine, turned from RAS to LPS, in mm."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from coronal import BadImage, Form, Geometry
from coronal_formats.readers.common.geometry_from_steps import placed
from coronal_formats.readers.nifti.header import Header

__all__ = ["geometry_from_affine", "geometry_of"]

_MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 1e-3}
"""Of the codes of units of space: unknown, m, mm and µm. Time's stand in the bits above (`xyzt_units`)."""

_UNIT_OF_SPACE = 7
_RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])


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
        geometry = geometry_from_affine(_in_mm(header.get_sform(), mm), dimensions)
    elif header["qform_code"] > 0 and tells_steps:
        geometry = geometry_from_affine(_in_mm(_qform(header), mm), dimensions)
    else:
        return Geometry(steps if tells_steps else None)
    return replace(geometry, forms=tuple(_forms(header, geometry, mm if tells_steps else None)))


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
    return placed("NIfTI file", columns, affine[:3, 3] * _RAS_TO_LPS)


def _forms(header: Header, world: Geometry, mm: float | None) -> Iterator[Form]:
    # The sform is the world where it counts at all; the qform may place the image in another.
    same = _rows(np.eye(4))
    if header["sform_code"] <= 0:
        yield Form("qform", int(header["qform_code"]), same)
        return
    yield Form("sform", int(header["sform_code"]), same)
    if header["qform_code"] > 0 and mm is not None:
        other = _usable_qform(header, mm, len(world.spacing_mm or ()))
        if other is not None:
            from_world = other.affine() @ np.linalg.inv(world.affine())
            yield Form("qform", int(header["qform_code"]), _rows(from_world))


def _usable_qform(header: Header, mm: float, dimensions: int) -> Geometry | None:
    # Beside an sform that counts, a broken qform is nothing that the image depends on.
    try:
        return geometry_from_affine(_in_mm(_qform(header), mm), dimensions)
    except BadImage:
        return None


def _qform(header: Header) -> NDArray[np.float64]:
    try:
        return header.get_qform()
    except (HeaderDataError, ValueError) as error:
        raise BadImage(
            "the qform of a NIfTI file must be a rotation, found that its quaternion is none"
        ) from error


def _in_mm(affine: NDArray[np.float64], mm: float) -> NDArray[np.float64]:
    return np.asarray(affine, np.float64) * [[mm], [mm], [mm], [1.0]]


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in matrix)
