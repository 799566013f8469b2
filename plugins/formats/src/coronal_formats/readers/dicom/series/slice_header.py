"""What the header of a file says of the slice that it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import FileDataset

from coronal import Meaning, ReadLimits
from coronal_formats.readers.dicom.groups import group, listed
from coronal_formats.readers.dicom.pixels.decode import frames_of, stored_pixel
from coronal_formats.readers.dicom.place import Vectors, orientation_of, position_of, spacing_of
from coronal_formats.readers.dicom.properties import code_of, values_declared
from coronal_formats.readers.dicom.segments import is_segmentation
from coronal_formats.readers.dicom.structure import check_no_mosaic
from coronal_formats.readers.dicom.tiles import is_tiled
from coronal_formats.readers.dicom.values import are_turned

__all__ = ["ImageHeader", "SliceHeader", "differing"]

_DIFFERENCES = (
    "ImageType",
    "AcquisitionNumber",
    "TemporalPositionIdentifier",
    "EchoNumbers",
    "EchoTime",
    "InversionTime",
    "DiffusionBValue",
    "TriggerTime",
    "ConvolutionKernel",
)
"""In what images at one place can differ. Their values are never shown."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Which series an image belongs to, and whether it can be a slice.

    Parameters
    ----------
    file
        The path of its file within the zip.
    series
        The UID of its series. It is never shown.
    number
        The number of its series; None where the file has none.
    modality
        The DICOM modality; empty where unknown.
    is_localizer
        Whether it only shows where others lie.
    slice
        None where it is none, as an image of several frames, tiles or segments.
    """

    file: str
    series: str
    number: int | None
    modality: str
    is_localizer: bool
    slice: "SliceHeader | None"

    @classmethod
    def of(cls, file: str, dataset: FileDataset, limits: ReadLimits) -> "ImageHeader":
        """Make one of a file's elements; BadImage where it isn't sound."""
        is_slice = frames_of(dataset) == 1 and not is_tiled(dataset) and not is_segmentation(dataset)
        number = listed(dataset, "SeriesNumber")
        return cls(
            file,
            str(dataset.get("SeriesInstanceUID") or ""),
            int(number[0]) if number else None,
            code_of(dataset, "Modality"),
            "LOCALIZER" in listed(dataset, "ImageType"),
            SliceHeader.of(dataset, limits) if is_slice else None,
        )


@dataclass(frozen=True, eq=False, slots=True)
class SliceHeader:
    """What a slice declares.

    Parameters
    ----------
    plane
        Its rows and columns.
    number_types, meaning
        Those that its values can have, and what they mean.
    spacing
        (y, x) in mm; None where unknown.
    position
        Where its first pixel lies, (x, y, z) in mm in LPS; None where unknown.
    orientation
        Where the array axes (y, x) run to, as columns; None where unknown.
    reversal
        By what values are turned round where 0 is white (MONOCHROME1); empty where they aren't.
    tilt
        The angle in degrees by which the gantry says that it was tilted; 0 where it says nothing.
    instance
        The UID of the image. It is never shown.
    differences
        What can distinguish images at one place, as text: kind of image, times, echoes, b values, kernels.
    """

    plane: tuple[int, int]
    number_types: tuple[str, ...]
    meaning: Meaning
    spacing: tuple[float, ...] | None
    position: Vectors | None
    orientation: Vectors | None
    reversal: tuple[str, ...]
    tilt: float
    instance: str
    differences: tuple[str, ...]

    @classmethod
    def of(cls, dataset: FileDataset, limits: ReadLimits) -> "SliceHeader":
        """Make one of a file's elements; BadImage where they aren't those of a slice."""
        check_no_mosaic(dataset)
        number_types, meaning = values_declared(dataset, stored_pixel(dataset, limits, has_frames=False))
        return cls(
            plane=(int(dataset.Rows), int(dataset.Columns)),
            number_types=number_types,
            meaning=meaning,
            spacing=spacing_of(dataset),
            position=position_of(dataset, 0),
            orientation=orientation_of(dataset, 0),
            reversal=_reversal(dataset),
            tilt=_tilt(dataset),
            instance=str(dataset.get("SOPInstanceUID") or ""),
            differences=tuple(str(dataset.get(name)) for name in _DIFFERENCES),
        )

    @property
    def kind(self) -> str:
        """What its pixels are, for a message."""
        turned = ", 0 as white" if self.reversal else ""
        return f"{self.meaning.value}{turned}"


def differing(slices: Sequence[SliceHeader]) -> str:
    """Return in what slices differ, and how many of each there are, for a message.

    Returns
    -------
    str
        E.g. `` that differ in EchoTime (2)``; empty where the files name nothing.
    """
    counts = [len(set(values)) for values in zip(*(one.differences for one in slices), strict=True)]
    several = [f"{name} ({count})" for name, count in zip(_DIFFERENCES, counts, strict=True) if count > 1]
    return f" that differ in {', '.join(several)}" if several else ""


def _reversal(dataset: FileDataset) -> tuple[str, ...]:
    if not are_turned(dataset):
        return ()
    transform = group(dataset, "PixelValueTransformationSequence", 0)
    stored = ("BitsStored", "PixelRepresentation")
    line = ("RescaleSlope", "RescaleIntercept")
    return tuple(str(dataset.get(name)) for name in stored) + tuple(str(transform.get(name)) for name in line)


def _tilt(dataset: FileDataset) -> float:
    found = [float(angle) for angle in listed(dataset, "GantryDetectorTilt")]
    return found[0] if found and np.isfinite(found[0]) else 0.0
