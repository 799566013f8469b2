"""The true area of the faces that pixels and voxels show, by how the edge around each of them lies."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal_imaging.measure.slopes import Heights, Reach, slopes

__all__ = ["edge_sizes"]

_CHUNK = 1 << 16
"""Faces that are worked on at a time: more take more memory and are no faster."""


@dataclass(frozen=True, slots=True)
class _Side:
    """The faces that look along one axis, to one of its two ends."""

    axis: int
    outward: int


def edge_sizes(
    labels: NDArray[np.int32], numbers: NDArray[np.int32], spacing: tuple[float, ...]
) -> NDArray[np.float64]:
    """Compute the perimeter of each object of a plane, or the surface of each object of a volume.

    Each face of a pixel or voxel between an object and what isn't the object counts by its own area times the
    cosine between it and the edge as it lies there: a flat side counts whole, and of the stairs that a tilted
    one is made of just as much as is tilted. The cosine follows from the slope along each axis (`slopes`).

    Parameters
    ----------
    labels
        2-D or 3-D, 0 for the background. What lies beyond the array is background too.
    numbers
        The labels that occur, ascending.
    spacing
        Along each axis, in array order.

    Returns
    -------
    NDArray[np.float64]
        For each label, in the unit of the spacing, or in its square for a volume.

    Examples
    --------
    A block of 4 × 5 × 6 voxels of 1 × 2 × 3 mm has sides of 4, 10 and 18 mm:

    >>> edge_sizes(np.ones((4, 5, 6), np.int32), np.array([1], np.int32), (1.0, 2.0, 3.0))
    array([584.])
    """
    reaches = {
        (axis, other): Reach.of(spacing[axis], spacing[other])
        for axis in range(labels.ndim)
        for other in range(labels.ndim)
        if other != axis
    }
    grid = np.pad(labels, [(_margin(axis, reaches),) * 2 for axis in range(labels.ndim)])
    totals = np.zeros(numbers.size)
    steps = [stride // grid.itemsize for stride in grid.strides]
    for side in _sides(labels.ndim):
        step = side.outward * steps[side.axis]
        face = math.prod(spacing) / spacing[side.axis]
        for voxels in _chunks(grid.ravel(), step):
            heights = Heights(grid.ravel(), voxels, step)
            squares = np.zeros(voxels.size)
            for other in range(labels.ndim):
                if other != side.axis:
                    slope = slopes(heights, steps[other], reaches[side.axis, other])
                    squares += (slope * spacing[side.axis] / spacing[other]) ** 2
            places = np.searchsorted(numbers, grid.ravel()[voxels])
            totals += np.bincount(places, face / np.sqrt(1 + squares), minlength=numbers.size)
    return totals


def _sides(dimensions: int) -> Iterator[_Side]:
    for axis in range(dimensions):
        yield _Side(axis, 1)
        yield _Side(axis, -1)


def _margin(axis: int, reaches: dict[tuple[int, int], Reach]) -> int:
    # So wide that no step along an axis of the flat array leads into another row.
    return max(reach.jump for (along, _), reach in reaches.items() if along == axis) + 1


def _chunks(grid: NDArray[np.int32], step: int) -> Iterator[NDArray[np.intp]]:
    """Return the places of all voxels of an object whose neighbour in one direction is not of it."""
    near, far = (grid[:-step], grid[step:]) if step > 0 else (grid[-step:], grid[:step])
    voxels = np.flatnonzero((near != far) & (near != 0)) + max(-step, 0)
    for start in range(0, voxels.size, _CHUNK):
        yield voxels[start : start + _CHUNK]
