"""Where a plane of a DICOM file lies in the patient (PS3.3, C.7.6.2)."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from coronal import Geometry
from coronal_formats.readers.dicom.groups import group, numbers
from coronal_formats.readers.dicom.regions import has_regions, spacing_of_regions

__all__ = [
    "Vectors",
    "as_point",
    "as_rows",
    "orientation_of",
    "orthogonal",
    "plane_geometry",
    "position_of",
    "spacing_of",
]

Vectors: TypeAlias = NDArray[np.float64]

_UNIT_TOLERANCE = 1e-3


def plane_geometry(dataset: Dataset) -> Geometry:
    """Return the place of a file's first frame: its spacing and, where both are sound, its place."""
    spacing, orientation, position = spacing_of(dataset), orientation_of(dataset, 0), position_of(dataset, 0)
    if orientation is None or position is None:
        return Geometry(spacing)
    return Geometry(spacing, as_point(position), as_rows(orientation))


def spacing_of(dataset: Dataset, frame: int = 0) -> tuple[float, ...] | None:
    """Return the spacing (y, x) in mm of a frame: that of the patient, else that of the detector."""
    if has_regions(dataset):
        return spacing_of_regions(dataset)
    measures = group(dataset, "PixelMeasuresSequence", frame)
    detector = group(dataset, "FramePixelDataPropertiesSequence", frame)
    found = numbers(measures, "PixelSpacing", 2) or numbers(detector, "ImagerPixelSpacing", 2)
    return found if found and min(found) > 0 else None


def orientation_of(dataset: Dataset, frame: int) -> Vectors | None:
    """Return where the array axes (y, x) of a frame run to, as columns; None where it isn't sound."""
    return orthogonal(
        numbers(_plane(dataset, "PlaneOrientationSequence", frame), "ImageOrientationPatient", 6)
    )


def orthogonal(cosines: tuple[float, ...] | None) -> Vectors | None:
    """Return direction cosines as columns for the array axes (y, x); None where they aren't at right angles.

    The element tells first where a row runs to, which is x.
    """
    if cosines is None:
        return None
    vectors = np.array([cosines[3:], cosines[:3]]).T
    lengths = np.linalg.norm(vectors, axis=0)
    is_skewed = abs(vectors[:, 0] @ vectors[:, 1]) > _UNIT_TOLERANCE
    if is_skewed or not np.allclose(lengths, 1.0, atol=_UNIT_TOLERANCE):
        return None
    return np.asarray(vectors / lengths)


def position_of(dataset: Dataset, frame: int) -> Vectors | None:
    """Return the place (x, y, z) in mm of a frame's first pixel."""
    position = numbers(_plane(dataset, "PlanePositionSequence", frame), "ImagePositionPatient", 3)
    return None if position is None else np.array(position)


def as_point(vector: Vectors) -> tuple[float, float, float]:
    """Return a vector as plain numbers."""
    x, y, z = map(float, vector)
    return x, y, z


def as_rows(columns: Vectors) -> tuple[tuple[float, ...], ...]:
    """Return a matrix as plain numbers, row by row."""
    return tuple(tuple(map(float, row)) for row in columns)


def _plane(dataset: Dataset, name: str, frame: int) -> Dataset:
    # Nuclear medicine has position and orientation of its first frame with the detector (PS3.3, C.8.4.11).
    plane = group(dataset, name, frame)
    detectors = dataset.get("DetectorInformationSequence")
    has_its_own = "ImagePositionPatient" in plane or "ImageOrientationPatient" in plane
    return detectors[0] if detectors and plane is dataset and not has_its_own else plane
