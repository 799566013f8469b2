"""The reader of DICOM."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydicom.dataset import FileDataset

from coronal import BadImage, Image, ImageProperties, ReadLimits, Signature, reader
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.decoding import check_head, decoding, silence
from coronal_formats.readers.dicom.file import has_pixels, read_file, sop_class_of
from coronal_formats.readers.dicom.images import image_of, label_image_of
from coronal_formats.readers.dicom.properties import code_of, properties_of

__all__ = ["PREAMBLE", "dicom"]

T = TypeVar("T")

PREAMBLE = Signature.at(128, b"DICM")
"""What a file is known by for certain (PS3.10, 7.1)."""

_FIRST_ELEMENTS = (
    "02000000",
    "08000000",
    "08000100",
    "08000500",
    "08000800",
    "08001600",
    "00080000",
    "00080005",
)
"""Tags that a file without preamble begins with: group lengths, character set, image type, SOP class."""

silence("pydicom")


@reader(
    media_type="application/dicom",
    suffixes=(".dcm", ".dicom", ""),
    signatures=(
        PREAMBLE,
        *(Signature.at(0, bytes.fromhex(element)) for element in _FIRST_ELEMENTS),
    ),
)
def dicom(path: Path, limits: ReadLimits) -> Image:
    """DICOM: one file of one frame or several (z, y, x), of any transfer syntax but those of video.

    CT comes in Hounsfield units, other values as their rescale or Modality LUT says; MONOCHROME1 is turned
    round, so that brighter is more; palettes and YCbCr become RGB. The spacing is that of the patient, else
    that of the detector (`ImagerPixelSpacing`: a projection is magnified, sizes are then an upper bound).
    Frames are slices of one even stack, in any order, tiles of a plane, or segments of a label map; other
    frames, such as times, are refused. Pixels of the padding value or in its range are no part of the image
    (`coronal.Image.valid`).
    """
    return _read(path, limits, image_of)


@dicom.labels
def _labels(path: Path, limits: ReadLimits) -> Image:
    """Read the numbers of labels: of a palette the index; after lossy compression there are none."""
    return _read(path, limits, label_image_of)


@dicom.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    return _read(path, limits, properties_of, skips_pixels=True)


def _read(
    path: Path,
    limits: ReadLimits,
    make: Callable[[FileDataset, ReadLimits], T],
    *,
    skips_pixels: bool = False,
) -> T:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, dicom.spec)
        with decoding("DICOM file"):
            dataset = read_file(file, limits, skips_pixels=skips_pixels)
            _check_pixels(dataset)
            return make(dataset, limits)


def _check_pixels(dataset: FileDataset) -> None:
    if not has_pixels(dataset):
        raise BadImage(
            f"a DICOM file must hold pixels, found none: its SOP class is {sop_class_of(dataset)} "
            f"(modality {code_of(dataset, 'Modality') or 'unknown'})"
        )
