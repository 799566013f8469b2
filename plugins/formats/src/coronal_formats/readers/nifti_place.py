"""Where the voxels of a NIfTI file lie: its affine, turned from RAS to LPS, in mm."""

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Geometry
from coronal_formats.readers.nifti_header import Header

__all__ = ["geometry_from_affine", "geometry_of"]

_MM = {"meter": 1000.0, "mm": 1.0, "micron": 1e-3, "unknown": 1.0}
_RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])
_LEAST_VOLUME = 0.999
"""Of a voxel whose edges are sheared, as a part of the product of their lengths."""


def geometry_of(header: Header, dimensions: int) -> Geometry:
    """Give the place of a file's image.

    Parameters
    ----------
    header
        Its header. The sform counts where its code isn't 0, else the qform; where both are 0 only the
        spacing is known (`pixdim`). No unit is taken for mm, as all programs do.
    dimensions
        2 or 3.

    Raises
    ------
    BadImage
        When the axes aren't at right angles, or the affine is singular.
    """
    mm = _MM.get(header.get_xyzt_units()[0], 1.0)
    if header["sform_code"] > 0 or header["qform_code"] > 0:
        affine = np.asarray(header.get_best_affine(), np.float64)
        affine[:3] *= mm
        return geometry_from_affine(affine, dimensions)
    steps = tuple(mm * float(step) for step in header.get_zooms()[:dimensions][::-1])
    return Geometry(steps if all(step > 0 for step in steps) else None)


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


def _refuse_shear(direction: NDArray[np.float64]) -> None:
    volume = float(np.sqrt(max(np.linalg.det(direction.T @ direction), 0.0)))
    if volume < _LEAST_VOLUME:
        raise BadImage(
            "the axes of a NIfTI file must be at right angles, found a sheared affine "
            f"({100 * (1 - volume):.1f} % of a voxel's volume): resample it"
        )
