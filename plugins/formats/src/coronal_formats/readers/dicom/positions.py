"""Where the frames of a DICOM file lie along their common normal, wherever the file says so."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from coronal import BadImage
from coronal_formats.readers.dicom.groups import frame_groups, group, numbers
from coronal_formats.readers.dicom.place import Vectors, orientation_of, orthogonal, position_of
from coronal_formats.readers.dicom.vectors import slice_vector

__all__ = ["PARALLEL_TOLERANCE", "Positions", "normal_of", "positions_of"]

PARALLEL_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False, slots=True)
class Positions:
    """Where parallel frames lie.

    Parameters
    ----------
    along
        Shape (frame,): how far along the normal, in mm; where `is_distance` is False, in slices.
    is_distance
        Whether the file tells distances.
    points_mm
        Shape (frame, 3): the place (x, y, z) of each frame's first pixel; None where only `along` is known.
    orientation
        Where the array axes (y, x) run to, as columns; None where the place isn't known.
    is_in_patient
        Whether the points are of the patient, and not of a volume of its own, as in ultrasound.
    """

    along: Vectors
    is_distance: bool = True
    points_mm: Vectors | None = None
    orientation: Vectors | None = None
    is_in_patient: bool = True


def positions_of(dataset: Dataset, frames: int) -> Positions:
    """Return where the frames of a file lie.

    Parameters
    ----------
    dataset
        The file.
    frames
        How many it has, more than one.

    Raises
    ------
    BadImage
        When nothing tells that its frames are slices, or they are of several stacks or directions.
    """
    each = dataset.get("PerFrameFunctionalGroupsSequence") or ()
    if len(each) == frames:
        found = _in_patient(dataset, frames) or _in_volume(dataset, frames) or _in_stack(dataset, frames)
        if found is not None:
            return found
    return _in_vector(dataset, slice_vector(dataset, frames), frames)


def _in_patient(dataset: Dataset, frames: int) -> Positions | None:
    items = frame_groups(dataset, "PlanePositionSequence", frames)
    points = _all(numbers(item, "ImagePositionPatient", 3) if item else None for item in items)
    if points is None:
        return None
    planes = frame_groups(dataset, "PlaneOrientationSequence", frames)
    return _parallel(dataset, points, _turns(dataset, planes, "ImageOrientationPatient"))


def _in_volume(dataset: Dataset, frames: int) -> Positions | None:
    # Of ultrasound (PS3.3, C.8.24.3): axes of the transducer, which nothing ties to the patient.
    items = frame_groups(dataset, "PlanePositionVolumeSequence", frames)
    points = _all(numbers(item, "ImagePositionVolume", 3) if item else None for item in items)
    if points is None:
        return None
    planes = frame_groups(dataset, "PlaneOrientationVolumeSequence", frames)
    turns = _turns(dataset, planes, "ImageOrientationVolume")
    return _parallel(dataset, points, turns, is_in_patient=False)


def _in_stack(dataset: Dataset, frames: int) -> Positions | None:
    # The order of slices is known, but no position (PS3.3, C.7.6.16.2.2).
    items = frame_groups(dataset, "FrameContentSequence", frames)
    places = _all(numbers(item, "InStackPositionNumber", 1) if item else None for item in items)
    if places is None:
        return None
    _check_stacks(dataset, frames)
    step = numbers(group(dataset, "PixelMeasuresSequence", 0), "SpacingBetweenSlices", 1)
    return _counted(places[:, 0], step)


def _in_vector(dataset: Dataset, name: str, frames: int) -> Positions:
    vector = np.array(numbers(dataset, name, frames))
    if name == "SliceLocationVector":  # in mm, in no stated direction
        return Positions(vector)
    orientation, first = orientation_of(dataset, 0), position_of(dataset, 0)
    if name == "SliceVector":
        # The sign tells to which side of the first slice the others lie (PS3.3, C.8.4.15).
        counted = _counted(vector, numbers(dataset, "SpacingBetweenSlices", 1))
        if orientation is None or first is None or not counted.is_distance:
            return counted
        offsets, axis = counted.along - counted.along[0], normal_of(orientation)
    elif orientation is None or first is None:
        return Positions(vector)
    else:
        # From the first frame; in an older form, of transverse planes, the z of each (PS3.3, C.8.8.3.2).
        offsets = vector - vector[0]
        axis = np.array([0.0, 0.0, 1.0]) if vector[0] else normal_of(orientation)
    points = first + np.outer(offsets, axis)
    return Positions(points @ normal_of(orientation), points_mm=points, orientation=orientation)


def _counted(places: Vectors, step: tuple[float, ...] | None) -> Positions:
    is_distance = step is not None and step[0] != 0
    return Positions(places * step[0] if step and is_distance else places, is_distance)


def _parallel(
    dataset: Dataset, points: Vectors, turns: list[Vectors | None], *, is_in_patient: bool = True
) -> Positions:
    known = [turn for turn in turns if turn is not None]
    if len(known) < len(turns):
        raise BadImage(
            "the frames of a DICOM file must have a direction, with rows and columns at right angles, "
            f"found none in {len(turns) - len(known)} of {len(turns)}"
        )
    _check_stacks(dataset, len(turns))
    if not np.allclose(known, known[0], atol=PARALLEL_TOLERANCE):
        raise BadImage(
            "the frames of a DICOM file must be slices of one stack, parallel to each other, "
            f"found {len(turns)} frames in {_distinct(known)} directions"
        )
    along = points @ normal_of(known[0])
    return Positions(along, points_mm=points, orientation=known[0], is_in_patient=is_in_patient)


def _turns(dataset: Dataset, planes: list[Dataset | None], keyword: str) -> list[Vectors | None]:
    each = [dataset if plane is None else plane for plane in planes]
    # Most often one item is shared by all frames.
    known = {
        id(plane): orthogonal(numbers(plane, keyword, 6)) for plane in {id(one): one for one in each}.values()
    }
    return [known[id(plane)] for plane in each]


def _check_stacks(dataset: Dataset, frames: int) -> None:
    contents = frame_groups(dataset, "FrameContentSequence", frames)
    stacks = {str(content.StackID) for content in contents if content is not None and content.get("StackID")}
    if len(stacks) > 1:
        raise BadImage(
            f"a DICOM file of several frames must hold one stack of slices, found {len(stacks)} stacks "
            f"in {frames} frames"
        )


def _all(vectors: Iterable[tuple[float, ...] | None]) -> NDArray[np.float64] | None:
    found = list(vectors)
    return None if any(vector is None for vector in found) else np.array(found, np.float64)


def normal_of(orientation: Vectors) -> Vectors:
    """Return the normal of a plane, rows × columns, of where its array axes (y, x) run to."""
    return np.cross(orientation[:, 1], orientation[:, 0])


def _distinct(turns: list[Vectors]) -> int:
    return len(np.unique(np.round([turn.ravel() for turn in turns], 3), axis=0))
