"""The stored pixels of a DICOM file, decoded."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from pydicom.dataset import FileDataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array

from coronal import BadImage, ReadLimits
from coronal.image import Pixels
from coronal_formats.declared_size import declared_size
from coronal_formats.decoding import check_room
from coronal_formats.readers.dicom_jpeg import add_decoders
from coronal_formats.readers.dicom_rle import use_decoder

__all__ = ["Stored", "decoded"]

_NEEDED = ("Rows", "Columns", "BitsAllocated", "PhotometricInterpretation")
_SAMPLES = {1: False, 3: True}

add_decoders()
use_decoder()


@dataclass(frozen=True, slots=True)
class Stored:
    """Pixels as they are stored.

    Parameters
    ----------
    pixels
        Shape (y, x) or (z, y, x), with red, green and blue as last axis where `has_channels`.
    has_channels
        Whether they are in colour.
    frames
        How many there are; 0 for a file of one plane.
    """

    pixels: Pixels
    has_channels: bool
    frames: int


def decoded(dataset: FileDataset, limits: ReadLimits, *, looks_up: bool = True) -> Stored:
    """Decode the pixels; the header is checked first.

    Parameters
    ----------
    dataset
        The file, with its transfer syntax.
    limits
        How many values the image may have.
    looks_up
        Whether the colours of a palette are looked up.

    Raises
    ------
    BadImage
        When rows, columns, frames or samples are none that an image can have, are over the limits, or there
        are too few bytes.
    """
    has_channels = _check_header(dataset, limits)
    _check_syntax(dataset)
    _check_streams(dataset)
    pixels: Pixels = pixel_array(dataset)
    if dataset.PhotometricInterpretation == "PALETTE COLOR" and looks_up:
        pixels, has_channels = np.asarray(apply_color_lut(pixels, dataset)[..., :3]), True
    frames = pixels.shape[0] if pixels.ndim - has_channels == 3 else 0
    return Stored(pixels, has_channels, frames)


def _check_header(dataset: FileDataset, limits: ReadLimits) -> bool:
    missing = [name for name in _NEEDED if not dataset.get(name)]
    if missing:
        raise BadImage(f"a DICOM image must tell its {', '.join(_NEEDED)}, found no {', '.join(missing)}")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    frames = int(dataset.get("NumberOfFrames") or 1)
    samples = int(dataset.get("SamplesPerPixel") or 1)
    if min(rows, columns, frames) < 1 or samples not in _SAMPLES:
        raise BadImage(
            "a DICOM image must have at least a row, a column and a frame, and 1 or 3 samples a pixel, "
            f"found {rows} × {columns}, {frames} frames and {samples} samples"
        )
    channels = 3 if dataset.PhotometricInterpretation == "PALETTE COLOR" else samples
    limits.check_values("DICOM file", frames, rows, columns, channels)
    if "PixelData" in dataset and not _is_packed(dataset):
        bits = rows * columns * frames * samples * int(dataset.BitsAllocated)
        check_room("DICOM file", declared=(bits + 7) // 8, found=len(dataset.PixelData))
    return _SAMPLES[samples]


def _check_syntax(dataset: FileDataset) -> None:
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        is_read = get_decoder(syntax).is_available
    except NotImplementedError:
        is_read = False
    if not is_read:
        kind = "a private one" if syntax.is_private else syntax.name
        raise BadImage(f"a DICOM file must have a transfer syntax that is read, found {kind}")


def _check_streams(dataset: FileDataset) -> None:
    # A decoder takes memory for the size in the stream, and that may be another than the file's.
    if not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    for frame in generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames") or 1)):
        high, wide = declared_size(BytesIO(frame)) or (0, 0)
        if high * wide > rows * columns:
            raise BadImage(
                f"a frame of this DICOM file must have {rows:,} × {columns:,} pixels, "
                f"found {high:,} × {wide:,} in its compressed stream"
            )


def _is_packed(dataset: FileDataset) -> bool:
    is_compressed = dataset.file_meta.TransferSyntaxUID.is_encapsulated
    return bool(is_compressed or dataset.get("PhotometricInterpretation") == "YBR_FULL_422")
