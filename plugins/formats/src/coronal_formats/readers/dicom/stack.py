"""The frames of a DICOM file as one even stack of slices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from coronal import BadImage, Geometry
from coronal_formats.readers.dicom.dimensions import differences
from coronal_formats.readers.dicom.groups import frame_groups, group, numbers
from coronal_formats.readers.dicom.place import Vectors, as_point, as_rows, spacing_of
from coronal_formats.readers.dicom.positions import Positions, positions_of

__all__ = ["MAX_UNEVEN", "MIN_COSINE", "SAME", "Stack", "sparse_stack", "stack_of"]

MAX_UNEVEN = 0.05
"""How far a frame may lie from its place on the even grid, as a fraction of the frames' distance."""

MIN_COSINE = 0.999
"""Between the normal of the frames and the way from one to the next; below it the volume is sheared."""

SAME = 0.01
"""How near two frames lie that are at one place, as a fraction of the largest distance between neighbours."""


@dataclass(frozen=True, eq=False, slots=True)
class Stack:
    """Slices in their order.

    Parameters
    ----------
    slices
        Shape (frame,): in which slice each frame lies.
    count
        How many slices there are.
    geometry
        Where they lie; without spacing where a distance isn't known.
    """

    slices: NDArray[np.intp]
    count: int
    geometry: Geometry


def stack_of(dataset: Dataset, frames: int) -> Stack:
    """Return the stack that the frames of a file are, one slice each.

    Frames that lie in order, along the normal or against it, stay in their order; others are sorted along it.

    Raises
    ------
    BadImage
        When several frames lie at one place, or they aren't parallel, even, along their normal and of one
        spacing.
    """
    positions = positions_of(dataset, frames)
    gaps = np.diff(np.sort(positions.along))
    places = 1 + int(np.count_nonzero(gaps > SAME * gaps.max()))
    if places < frames:
        raise BadImage(
            f"a DICOM file of several frames must hold one stack of slices, found {frames} frames at "
            f"{places} {'place' if places == 1 else 'places'}{differences(dataset, frames)}"
        )
    return _even(dataset, positions, float(gaps.mean()))


def sparse_stack(dataset: Dataset, frames: int) -> Stack:
    """Return the stack in which the frames of a file lie: several may share a slice, and slices be empty.

    So it is in a segmentation, which has a frame for each segment, and none where there is nothing of it
    (PS3.3, A.51). The distance is `SpacingBetweenSlices` where that fits the places, else the least that is
    found.

    Raises
    ------
    BadImage
        When the slices aren't parallel, even, along their normal and of one spacing.
    """
    positions = positions_of(dataset, frames)
    gaps = np.diff(np.sort(positions.along))
    gaps = gaps[gaps > SAME * gaps.max()]
    if not gaps.size:
        return _even(dataset, positions, np.inf)
    stated = numbers(group(dataset, "PixelMeasuresSequence", 0), "SpacingBetweenSlices", 1)
    depth = abs(stated[0]) if stated else 0.0
    fits = depth > 0 and _unevenness(positions.along, depth) <= MAX_UNEVEN
    return _even(dataset, positions, depth if fits else float(gaps.min()))


def _even(dataset: Dataset, positions: Positions, depth: float) -> Stack:
    if _unevenness(positions.along, depth) > MAX_UNEVEN:
        gaps = np.diff(np.unique(np.round(positions.along, 3)))
        raise BadImage(
            "the slices of a DICOM file must be evenly spaced, found "
            f"{gaps.min():.4g} to {gaps.max():.4g} mm between neighbours"
        )
    slices = np.rint((positions.along - positions.along.min()) / depth).astype(np.intp)
    if _is_backwards(slices):
        slices = slices.max() - slices
    return Stack(slices, int(slices.max()) + 1, _geometry(dataset, positions, slices, depth))


def _unevenness(along: Vectors, depth: float) -> float:
    steps = (along - along.min()) / depth
    return float(np.abs(steps - np.rint(steps)).max())


def _is_backwards(slices: NDArray[np.intp]) -> bool:
    _, first = np.unique(slices, return_index=True)
    return len(first) > 1 and bool(np.all(np.diff(first) < 0))


def _geometry(dataset: Dataset, positions: Positions, slices: NDArray[np.intp], depth: float) -> Geometry:
    spacing, columns = _common_spacing(dataset, len(slices)), positions.orientation
    points = positions.points_mm
    if columns is not None and points is not None and slices.any():
        step = _step(points, slices)
        _check_upright(points, slices, step, np.cross(columns[:, 1], columns[:, 0]))
        depth = float(np.linalg.norm(step))
        columns = np.column_stack([step / depth, columns])
    if spacing is None or not positions.is_distance:
        return Geometry()
    spacing = (depth, *spacing) if slices.any() else spacing
    if columns is None or points is None or not positions.is_in_patient:
        return Geometry(spacing)
    return Geometry(spacing, as_point(points[int(slices.argmin())]), as_rows(columns))


def _common_spacing(dataset: Dataset, frames: int) -> tuple[float, ...] | None:
    measures = frame_groups(dataset, "PixelMeasuresSequence", frames)
    # Once for each item that there is: most often it is shared by all frames.
    spacings = {
        spacing_of(dataset, frame) for frame in {id(one): k for k, one in enumerate(measures)}.values()
    }
    if len(spacings) > 1:
        raise BadImage(
            f"the slices of a DICOM file must have one pixel spacing, found {len(spacings)} in {frames}"
        )
    return spacings.pop()


def _step(points: Vectors, slices: NDArray[np.intp]) -> Vectors:
    first, last = int(slices.argmin()), int(slices.argmax())
    return np.asarray((points[last] - points[first]) / (slices[last] - slices[first]))


def _check_upright(points: Vectors, slices: NDArray[np.intp], step: Vectors, normal: Vectors) -> None:
    depth = float(np.linalg.norm(step))
    even = points[int(slices.argmin())] + np.outer(slices - slices.min(), step)
    sideways = float(np.linalg.norm(points - even, axis=1).max())
    cosine = float(abs(normal @ step)) / depth
    if sideways > MAX_UNEVEN * depth or cosine < MIN_COSINE:
        raise BadImage(
            "the slices of a DICOM file must lie above each other along their normal, found them shifted "
            f"sideways ({np.degrees(np.arccos(min(cosine, 1.0))):.1f}° off it, {sideways:.3g} mm off a line)"
        )
