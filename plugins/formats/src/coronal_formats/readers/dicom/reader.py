"""The reader of DICOM."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from coronal import BadImage, Image, ImageProperties, Meaning, ReadLimits, Signature, reader
from coronal.types.image import Pixels
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.decoding import check_head, decoding, silence
from coronal_formats.readers.dicom.file import PIXELS, read_file
from coronal_formats.readers.dicom.labels import check_keeps_labels
from coronal_formats.readers.dicom.layout import Layout
from coronal_formats.readers.dicom.pixels.decode import Stored, check_header, decoded, frames_of
from coronal_formats.readers.dicom.pixels.lookup import palette_colours
from coronal_formats.readers.dicom.pixels.padding import filled, valid_pixels
from coronal_formats.readers.dicom.properties import code_of, is_palette, properties_of
from coronal_formats.readers.dicom.segments import Segmentation, is_segmentation
from coronal_formats.readers.dicom.structure import layout_of
from coronal_formats.readers.dicom.values import meaning_of, values_of

__all__ = ["dicom"]

T = TypeVar("T")

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
    Frames are slices of one even stack, in any order, tiles of a plane, or segments of a label map; other
    frames, such as times, are refused. Pixels of the padding value or in its range are no part of the image
    (`coronal.Image.valid`).
    """
    return _read(path, limits, _image)


@dicom.labels
def _labels(path: Path, limits: ReadLimits) -> Image:
    """Read the numbers of labels: of a palette the index; after lossy compression there are none."""
    return _read(path, limits, _label_image)


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
            _name_syntax(dataset)
            return make(dataset, limits)


def _label_image(dataset: FileDataset, limits: ReadLimits) -> Image:
    check_keeps_labels(dataset)
    if is_segmentation(dataset):
        return _segments(dataset, limits)
    layout, stored = _laid_out(dataset, limits)
    if is_palette(dataset):
        return _made(dataset, layout, stored.pixels, Meaning.INDEX)
    if stored.has_channels:
        return _made(dataset, layout, stored.pixels, Meaning.COLOUR)
    # Padding stays the number that it is: a background of 0 is often called so.
    return _made(dataset, layout, values_of(dataset, stored.pixels), Meaning.INTENSITY)


def _image(dataset: FileDataset, limits: ReadLimits) -> Image:
    if is_segmentation(dataset):
        return _segments(dataset, limits)
    layout, stored = _laid_out(dataset, limits)
    if is_palette(dataset):
        return _made(dataset, layout, palette_colours(dataset, stored.pixels), Meaning.COLOUR)
    if stored.has_channels:
        return _made(dataset, layout, stored.pixels, Meaning.COLOUR)
    valid = valid_pixels(dataset, stored.pixels)
    values = filled(values_of(dataset, stored.pixels), valid)
    return _made(dataset, layout, values, meaning_of(dataset), valid)


def _segments(dataset: FileDataset, limits: ReadLimits) -> Image:
    check_header(dataset, limits)
    segmentation = Segmentation(dataset, frames_of(dataset), limits)
    labels = segmentation.labels(decoded(dataset, limits).pixels)
    return Image(
        labels, segmentation.layout.geometry, modality=code_of(dataset, "Modality"), meaning=Meaning.INDEX
    )


def _laid_out(dataset: FileDataset, limits: ReadLimits) -> tuple[Layout, Stored]:
    # What the frames are is known by the header, before any of them is decoded.
    check_header(dataset, limits)
    return layout_of(dataset, frames_of(dataset), limits), decoded(dataset, limits)


def _made(
    dataset: FileDataset,
    layout: Layout,
    frames: Pixels,
    meaning: Meaning,
    valid: NDArray[np.bool_] | None = None,
) -> Image:
    is_colour = meaning is Meaning.COLOUR
    covered = layout.covered(frames.shape[1:3])
    # Where no tile lies: paper, or the dark. It is no part of the image.
    background = 0 if covered is None else frames.max() if is_colour else frames.min()
    return Image(
        layout.arranged(frames, background),
        layout.geometry,
        has_channels=is_colour,
        modality=code_of(dataset, "Modality"),
        meaning=meaning,
        valid=covered if valid is None else layout.arranged(valid),
    )


def _check_pixels(dataset: FileDataset) -> None:
    found = [name for name in PIXELS if name in dataset]
    if len(found) > 1:
        raise BadImage(f"a DICOM file must hold pixels of one kind, found {' and '.join(found)}")
    if found:
        return
    uid = UID(dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID", ""))
    kind = uid.name if uid.name != uid else "unknown"
    raise BadImage(
        f"a DICOM file must hold pixels, found none: its SOP class is {kind} "
        f"(modality {code_of(dataset, 'Modality') or 'unknown'})"
    )


def _name_syntax(dataset: FileDataset) -> None:
    if "TransferSyntaxUID" in dataset.file_meta:
        return
    is_implicit, is_little_endian = dataset.original_encoding
    explicit = ExplicitVRLittleEndian if is_little_endian else ExplicitVRBigEndian
    dataset.file_meta = FileMetaDataset(dataset.file_meta)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if is_implicit else explicit
