"""The reader of DICOM."""

from collections.abc import Callable
from pathlib import Path

from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from coronal import BadImage, Image, Meaning, ReadLimits, Signature, reader
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.decoding import check_head, decoding, silence
from coronal_formats.readers.dicom_file import read_file
from coronal_formats.readers.dicom_labels import check_keeps_labels
from coronal_formats.readers.dicom_padding import filled, valid_pixels
from coronal_formats.readers.dicom_pixels import decoded
from coronal_formats.readers.dicom_place import geometry_of
from coronal_formats.readers.dicom_values import meaning_of, values_of

__all__ = ["dicom"]

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
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
        Signature.at(128, b"DICM"),
        *(Signature.at(0, bytes.fromhex(element)) for element in _FIRST_ELEMENTS),
    ),
)
def dicom(path: Path, limits: ReadLimits) -> Image:
    """DICOM: one file of one frame or several (z, y, x), of any transfer syntax but those of video.

    CT comes in Hounsfield units, other values as their rescale or Modality LUT says; MONOCHROME1 is turned
    round, so that brighter is more; palettes and YCbCr become RGB. The spacing is that of the patient, else
    that of the detector (`ImagerPixelSpacing`: a projection is magnified, sizes are then an upper bound).
    Frames that don't lie on one even grid have no place and no spacing. Pixels of the padding value or in its
    range are no part of the image (`coronal.Image.valid`).
    """
    return _read(path, limits, _image)


@dicom.labels
def _labels(path: Path, limits: ReadLimits) -> Image:
    """Read the numbers of labels: of a palette the index; after lossy compression there are none."""
    return _read(path, limits, _label_image)


def _read(path: Path, limits: ReadLimits, make: Callable[[FileDataset, ReadLimits], Image]) -> Image:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, dicom.spec)
        with decoding("DICOM file"):
            dataset = read_file(file, limits)
            _check_pixels(dataset)
            _name_syntax(dataset)
            return make(dataset, limits)


def _label_image(dataset: FileDataset, limits: ReadLimits) -> Image:
    check_keeps_labels(dataset)
    stored = decoded(dataset, limits, looks_up=False)
    is_index = dataset.PhotometricInterpretation == "PALETTE COLOR"
    # Padding stays the number that it is: a background of 0 is often called so.
    is_stored = is_index or stored.has_channels
    return Image(
        stored.pixels if is_stored else values_of(dataset, stored.pixels),
        geometry_of(dataset, stored.frames),
        has_channels=stored.has_channels,
        modality=_code(dataset, "Modality"),
        meaning=Meaning.INDEX if is_index else Meaning.INTENSITY,
    )


def _image(dataset: FileDataset, limits: ReadLimits) -> Image:
    stored = decoded(dataset, limits)
    is_colour = stored.has_channels
    valid = None if is_colour else valid_pixels(dataset, stored.pixels)
    pixels = stored.pixels if is_colour else filled(values_of(dataset, stored.pixels), valid)
    return Image(
        pixels,
        geometry_of(dataset, stored.frames),
        has_channels=is_colour,
        modality=_code(dataset, "Modality"),
        meaning=Meaning.COLOUR if is_colour else meaning_of(dataset),
        valid=valid,
    )


def _check_pixels(dataset: FileDataset) -> None:
    if any(name in dataset for name in _PIXELS):
        return
    uid = UID(dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID", ""))
    kind = uid.name if uid.name != uid else "unknown"
    raise BadImage(
        f"a DICOM file must hold pixels, found none: its SOP class is {kind} "
        f"(modality {_code(dataset, 'Modality') or 'unknown'})"
    )


def _name_syntax(dataset: FileDataset) -> None:
    if "TransferSyntaxUID" in dataset.file_meta:
        return
    is_implicit, is_little_endian = dataset.original_encoding
    explicit = ExplicitVRLittleEndian if is_little_endian else ExplicitVRBigEndian
    dataset.file_meta = FileMetaDataset(dataset.file_meta)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if is_implicit else explicit


def _code(dataset: FileDataset, keyword: str) -> str:
    # A code string: anything else there is no code, and may be anything.
    value = str(dataset.get(keyword) or "")
    return value if value.isascii() and value.isalnum() and value.isupper() and len(value) <= 16 else ""
