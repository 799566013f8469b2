"""Where the elements of an array lie in the patient: spacing, origin and direction."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadImage, shown

__all__ = ["Form", "Geometry"]

_UNIT_TOLERANCE = 1e-3
_MIN_VOLUME = 1e-3
"""Of the unit vectors together; 0 where two are parallel."""


@dataclass(frozen=True, slots=True)
class Form:
    """One of the coordinate systems that a file places its image in, as NIfTI's qform and sform are.

    Parameters
    ----------
    name
        What the format calls it, e.g. ``qform``.
    code
        What the format says that it is, e.g. 1 for the scanner and 4 for MNI (nifti1.h, NIFTI_XFORM).
    from_world
        4 × 4, from the geometry's world coordinates (LPS, mm) to those of this system (LPS, mm): that never
        changes, whatever moves the elements of the array.
    """

    name: str
    code: int
    from_world: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the elements of an array lie, in millimetres.

    Array axes are ordered (z, y, x), or (y, x) in 2-D. World coordinates are (x, y, z) in the LPS system
    of DICOM (PS3.3, C.7.6.2): x grows to the patient's left, y to the back, z to the head.

    Parameters
    ----------
    spacing_mm
        The distance between the centres of neighbours along each array axis, in mm, in array order; None
        where the file says nothing, and sizes are then in pixels.
    origin_mm
        The world coordinates (x, y, z) of the centre of element [0, 0(, 0)], in mm; None where unknown.
    direction
        Three rows (x, y, z) and a column for each array axis: column *i* is the unit vector in which
        array axis *i* grows. None where unknown.
    forms
        The coordinate systems that the file named, the one of the world coordinates among them: kept for what
        is written. Two geometries are equal whatever theirs are.

    Raises
    ------
    BadImage
        When a number isn't finite, a spacing isn't positive, a column of the direction isn't of length 1,
        two of them are parallel, or the parts are of different dimensions.

    Examples
    --------
    A slice of 0.5 mm pixels whose rows run to the left and columns to the back:

    >>> geometry = Geometry((0.5, 0.5), (-10.0, -20.0, 30.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)))
    >>> geometry.position_mm((0, 2))
    (-9.0, -20.0, 30.0)
    >>> geometry.element_size
    0.25
    """

    spacing_mm: tuple[float, ...] | None = None
    origin_mm: tuple[float, float, float] | None = None
    direction: tuple[tuple[float, ...], ...] | None = None
    forms: tuple[Form, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        # Readers give lists and arrays too: only plain numbers in tuples can be compared and shown.
        if self.spacing_mm is not None:
            object.__setattr__(self, "spacing_mm", tuple(map(float, self.spacing_mm)))
            _check_spacing(self.spacing_mm)
        if self.origin_mm is not None:
            object.__setattr__(self, "origin_mm", tuple(map(float, self.origin_mm)))
            _check_origin(self.origin_mm)
        if self.direction is not None:
            object.__setattr__(self, "direction", tuple(tuple(map(float, row)) for row in self.direction))
            _check_direction(self.direction, self.spacing_mm)

    @property
    def is_placed(self) -> bool:
        """Whether spacing, origin and direction are all known."""
        return self.spacing_mm is not None and self.origin_mm is not None and self.direction is not None

    @property
    def element_size(self) -> float:
        """The area of a pixel in mm², or the volume of a voxel in mm³; 1 where no spacing is known."""
        return math.prod(self.spacing_mm) if self.spacing_mm is not None else 1.0

    def fits(self, dimensions: int) -> bool:
        """Return whether this can be the geometry of an array of so many spatial axes."""
        spacing_fits = self.spacing_mm is None or len(self.spacing_mm) == dimensions
        return spacing_fits and (self.direction is None or len(self.direction[0]) == dimensions)

    def position_mm(self, index: Sequence[float]) -> tuple[float, float, float]:
        """Return the world coordinates (x, y, z) in mm of a place in the array.

        Parameters
        ----------
        index
            The place, in array order; a fraction lies between two elements.

        Raises
        ------
        BadImage
            When spacing, origin or direction is unknown.
        """
        x, y, z, _ = self.affine() @ [*index, *(0.0,) * (3 - len(index)), 1.0]
        return float(x), float(y), float(z)

    def mapped(self, matrix: NDArray[np.float64], offset: Sequence[float]) -> "Geometry":
        """Return the geometry of an array that takes its elements from this one's in an affine way.

        All that moves an image is expressed by it: crop, pad, flip, permute, resize, rotate, take a plane.

        Parameters
        ----------
        matrix
            Shape (axes of this array, axes of the new one). Element ``i`` of the new array lies where the
            place ``matrix @ i + offset`` of this one does.
        offset
            The place in this array, in array order, of the new array's first element; it may lie between two
            elements, or outside.

        Returns
        -------
        Geometry
            What was unknown stays unknown. The origin is also lost where it moves and the direction isn't
            known.

        Raises
        ------
        BadImage
            When two axes of the new array would be parallel, or one of length 0.

        Examples
        --------
        Every second column from the fifth on:

        >>> geometry = Geometry((0.5, 0.5), (-10.0, -20.0, 30.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)))
        >>> geometry.mapped(np.diag([1.0, 2.0]), (0, 4))
        Geometry(spacing_mm=(0.5, 1.0), origin_mm=(-8.0, -20.0, 30.0), direction=((0.0, 1.0), (1.0, 0.0),
        (0.0, 0.0)))
        """
        spacing_mm, direction = self._mapped_axes(np.asarray(matrix, np.float64))
        stays = not np.any(offset)
        return Geometry(
            spacing_mm=tuple(spacing_mm) if self.spacing_mm is not None else None,
            origin_mm=self.position_mm(offset) if self.is_placed else self.origin_mm if stays else None,
            direction=tuple(map(tuple, direction)) if self.direction is not None else None,
            forms=self.forms,
        )

    def affine(self) -> NDArray[np.float64]:
        """Return the 4 × 4 matrix from array index to world coordinates in mm.

        Its first columns belong to the array axes in their order; a 2-D array gets as its third column the
        unit vector across its plane.

        Raises
        ------
        BadImage
            When spacing, origin or direction is unknown.
        """
        if self.spacing_mm is None or self.origin_mm is None or self.direction is None:
            raise BadImage(
                "the image's place in the patient isn't known: it has no spacing, origin or direction"
            )
        matrix = np.eye(4)
        axes = np.asarray(self.direction) * np.asarray(self.spacing_mm)
        matrix[:3, : axes.shape[1]] = axes
        if axes.shape[1] == 2:
            matrix[:3, 2] = np.cross(*np.asarray(self.direction).T)
        matrix[:3, 3] = self.origin_mm
        return matrix

    def _mapped_axes(self, matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the length of one step along each axis of a mapped array, and the unit vectors (columns)."""
        spacing = np.asarray(self.spacing_mm or (1.0,) * len(matrix))
        direction = np.eye(len(matrix)) if self.direction is None else np.asarray(self.direction)
        if (np.count_nonzero(matrix, axis=0) == 1).all():
            # Axes that are only exchanged, reversed or stretched stay what they were to the last bit.
            old, factors = np.abs(matrix).argmax(axis=0), matrix.sum(axis=0)
            return spacing[old] * np.abs(factors), direction[:, old] * np.sign(factors) + 0.0
        axes = direction @ (spacing[:, np.newaxis] * matrix)
        lengths = np.linalg.norm(axes, axis=0)
        if not (lengths > 0).all():
            raise BadImage(f"each axis of the new array must have a length, found {lengths.tolist()}")
        return lengths, axes / lengths


def _check_spacing(spacing_mm: tuple[float, ...]) -> None:
    if len(spacing_mm) not in (2, 3) or not all(math.isfinite(mm) and mm > 0 for mm in spacing_mm):
        raise BadImage(f"a spacing must be 2 or 3 positive numbers of mm, found {shown(spacing_mm)}")


def _check_origin(origin_mm: tuple[float, float, float]) -> None:
    if len(origin_mm) != 3 or not all(map(math.isfinite, origin_mm)):
        raise BadImage(f"an origin must be 3 finite numbers of mm, found {shown(origin_mm)}")


def _check_direction(direction: tuple[tuple[float, ...], ...], spacing_mm: tuple[float, ...] | None) -> None:
    widths = {len(row) for row in direction}
    if len(direction) != 3 or widths not in ({2}, {3}) or (spacing_mm and {len(spacing_mm)} != widths):
        raise BadImage(
            f"a direction must be 3 rows of 2 or 3 numbers and fit the spacing, found {shown(direction)}"
        )
    matrix = np.asarray(direction)
    lengths = np.linalg.norm(matrix, axis=0)
    if not np.allclose(lengths, 1.0, atol=_UNIT_TOLERANCE):
        raise BadImage(f"the columns of a direction must be of length 1, found {lengths.round(4).tolist()}")
    if np.linalg.det(matrix.T @ matrix) < _MIN_VOLUME**2:
        raise BadImage(f"the columns of a direction must not be parallel, found {direction}")
