"""What the header of a file says of the slice that it holds."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import FileDataset
from pydicom.tag import Tag

from coronal_formats.readers.dicom.file import Header
from coronal_formats.readers.dicom.groups import listed
from coronal_formats.readers.dicom.place import Vectors, position_of
from coronal_formats.readers.dicom.series.slice_form import SliceForm, stored_values

__all__ = ["SliceHeader", "differing"]

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

_DIFFERENCE_TAGS = tuple(map(Tag, _DIFFERENCES))


@dataclass(frozen=True, eq=False, slots=True)
class SliceHeader:
    """What a file declares.

    Parameters
    ----------
    file
        Its path within the zip.
    series
        The UID of its series. It is never shown.
    number
        The number of its series; None where the file has none.
    form
        What it has in common with others.
    position
        Where its first pixel lies, (x, y, z) in mm in LPS; None where unknown.
    tilt
        The angle in degrees by which the gantry says that it was tilted; 0 where it says nothing.
    instance
        The UID of the image. It is never shown.
    differences
        What can distinguish images at one place, as it is stored: kind of image, times, echoes, b values …
    pixels
        Where its pixels begin in the file, and how many bytes they are; None where they are compressed.
    """

    file: str
    series: str
    number: int | None
    form: SliceForm
    position: Vectors | None
    tilt: float
    instance: str
    differences: tuple[Hashable, ...]
    pixels: tuple[int, int] | None

    @classmethod
    def of(cls, file: str, header: Header, form: SliceForm) -> "SliceHeader":
        """Make one of a file's elements."""
        dataset = header.dataset
        number = listed(dataset, "SeriesNumber")
        return cls(
            file,
            str(dataset.get("SeriesInstanceUID") or ""),
            int(number[0]) if number else None,
            form,
            position=position_of(dataset, 0) if form.is_slice else None,
            tilt=_tilt(dataset),
            instance=str(dataset.get("SOPInstanceUID") or ""),
            differences=stored_values(dataset, _DIFFERENCE_TAGS),
            pixels=header.pixels,
        )


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


def _tilt(dataset: FileDataset) -> float:
    found = [float(angle) for angle in listed(dataset, "GantryDetectorTilt")]
    return found[0] if found and np.isfinite(found[0]) else 0.0
