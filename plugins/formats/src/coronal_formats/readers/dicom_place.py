"""Where the pixels of a DICOM file lie in the patient (PS3.3, C.7.6.2)."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from coronal import Geometry
from coronal_formats.readers.dicom_groups import group, numbers

__all__ = ["geometry_of"]

_Vectors: TypeAlias = NDArray[np.float64]

_UNIT_TOLERANCE = 1e-3
_MOST_UNEVEN = 0.05
"""How far a frame may lie from its place on the even grid, as a part of the frames' distance."""

_LEAST_COSINE = 0.999
"""Between the normal of the frames and the way from one to the next; below it the volume is sheared."""


def geometry_of(dataset: Dataset, frames: int) -> Geometry:
    """Give the place of a file's image.

    Parameters
    ----------
    dataset
        The file.
    frames
        How many frames its volume has; 0 where the image is a plane.

    Returns
    -------
    Geometry
        A plane: its spacing and, where position and orientation are sound, its place. A volume: the same
        where its frames are parallel, evenly spaced and in order, along their normal; else nothing.
    """
    spacing = _spacing(dataset)
    orientation = _orientation(dataset, 0)
    if not frames:
        return _plane(spacing, orientation, _position(dataset, 0))
    if spacing is None or orientation is None:
        return Geometry()
    return _volume(spacing, orientation, _positions(dataset, orientation, frames))


def _plane(
    spacing: tuple[float, ...] | None, orientation: _Vectors | None, position: _Vectors | None
) -> Geometry:
    if orientation is None or position is None:
        return Geometry(spacing)
    return Geometry(spacing, _point(position), _rows(orientation))


def _volume(spacing: tuple[float, ...], orientation: _Vectors, positions: _Vectors | None) -> Geometry:
    if positions is None or len(positions) < 2:
        return Geometry()
    step = (positions[-1] - positions[0]) / (len(positions) - 1)
    depth = float(np.linalg.norm(step))
    even = positions[0] + np.arange(len(positions))[:, None] * step
    unevenness = np.linalg.norm(positions - even, axis=1).max()
    normal = np.cross(orientation[:, 1], orientation[:, 0])
    if depth == 0 or unevenness > _MOST_UNEVEN * depth or abs(normal @ step) < _LEAST_COSINE * depth:
        return Geometry()
    direction = np.column_stack([step / depth, orientation])
    return Geometry((depth, *spacing), _point(positions[0]), _rows(direction))


def _spacing(dataset: Dataset) -> tuple[float, ...] | None:
    measures = group(dataset, "PixelMeasuresSequence", 0)
    found = numbers(measures, "PixelSpacing", 2) or numbers(dataset, "ImagerPixelSpacing", 2)
    return found if found and min(found) > 0 else None


def _orientation(dataset: Dataset, frame: int) -> _Vectors | None:
    # As columns for the array axes (y, x): the element tells first where a row runs to, which is x.
    plane = group(dataset, "PlaneOrientationSequence", frame)
    cosines = numbers(plane, "ImageOrientationPatient", 6)
    if cosines is None:
        return None
    vectors = np.array([cosines[3:], cosines[:3]]).T
    lengths = np.linalg.norm(vectors, axis=0)
    is_skewed = abs(vectors[:, 0] @ vectors[:, 1]) > _UNIT_TOLERANCE
    if is_skewed or not np.allclose(lengths, 1.0, atol=_UNIT_TOLERANCE):
        return None
    return np.asarray(vectors / lengths)


def _position(dataset: Dataset, frame: int) -> _Vectors | None:
    position = numbers(group(dataset, "PlanePositionSequence", frame), "ImagePositionPatient", 3)
    return None if position is None else np.array(position)


def _positions(dataset: Dataset, orientation: _Vectors, frames: int) -> _Vectors | None:
    offsets = numbers(dataset, "GridFrameOffsetVector", frames)
    first = _position(dataset, 0)
    if offsets is not None and first is not None:
        # From the first frame, or in its older form the z of the frames (PS3.3, C.8.8.3.2).
        normal = np.cross(orientation[:, 1], orientation[:, 0])
        return np.asarray(first + np.outer(np.array(offsets) - offsets[0], normal))
    positions = [_position(dataset, frame) for frame in range(frames)]
    turns = [_orientation(dataset, frame) for frame in range(frames)]
    parallel = all(turn is not None and np.allclose(turn, orientation, atol=1e-4) for turn in turns)
    known = [position for position in positions if position is not None]
    return np.array(known) if parallel and len(known) == frames else None


def _point(vector: _Vectors) -> tuple[float, float, float]:
    x, y, z = map(float, vector)
    return x, y, z


def _rows(columns: _Vectors) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in columns)
