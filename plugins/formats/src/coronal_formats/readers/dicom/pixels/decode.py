"""The stored pixels of a DICOM file, decoded."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import cast

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import Decoder, get_decoder
from pydicom.pixels.processing import convert_color_space
from pydicom.uid import UID, RLELossless

from coronal import BadImage, ReadLimits
from coronal.types.image import Pixels
from coronal_formats.readers.common.code_stream import Stream, stream_of
from coronal_formats.readers.common.declared_size import declared_size
from coronal_formats.readers.common.decoding import check_room
from coronal_formats.readers.dicom.pixels.bits import check_bits, stored_bits
from coronal_formats.readers.dicom.pixels.jpeg import add_decoders
from coronal_formats.readers.dicom.pixels.rle import use_decoder

__all__ = ["Stored", "check_header", "decoded", "frames_of", "stored_pixel"]

_NEEDED = ("Rows", "Columns", "BitsAllocated", "SamplesPerPixel", "PhotometricInterpretation")
_YBR = ("YBR_FULL", "YBR_FULL_422")
_SAMPLES = {
    **dict.fromkeys(("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"), 1),
    **dict.fromkeys(("RGB", *_YBR, "YBR_RCT", "YBR_ICT"), 3),
}
"""Of each photometric interpretation that is read (PS3.3, C.7.6.3.1.2)."""

_NEW_SYNTAXES = {
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
}
"""Names of those that pydicom 3.0 doesn't know (PS3.6, A)."""

_AS_THEY_ARE = {
    "correct_unused_bits": False,
    "apply_jls_sign_correction": False,
    "apply_j2k_sign_correction": False,
}
"""`stored_bits` puts bits and signs right: pydicom leaves what stands above them in wide streams."""

add_decoders()
use_decoder()


@dataclass(frozen=True, slots=True)
class Stored:
    """Pixels as they are stored.

    Parameters
    ----------
    pixels
        Shape (frame, y, x), with red, green and blue as last axis where `has_channels`; a palette's
        indices are not looked up.
    has_channels
        Whether they are in colour.
    """

    pixels: Pixels
    has_channels: bool


def decoded(dataset: FileDataset, limits: ReadLimits) -> Stored:
    """Decode the pixels; the header is checked first (`check_header`).

    Parameters
    ----------
    dataset
        The file, with its transfer syntax.
    limits
        How many values the image may have.

    Raises
    ------
    BadImage
        When rows, columns, frames, samples or bits are none that an image can have, are over the limits,
        there are too few bytes, or a compressed frame can't be decoded.
    """
    has_channels = check_header(dataset, limits)
    decoder = _decoder(dataset.file_meta.TransferSyntaxUID)
    streams = _streams(dataset)
    pixels, interpretation = _plain_cells(dataset) or _cells(decoder, dataset, streams)
    if "PixelData" in dataset:
        pixels = stored_bits(dataset, pixels, streams)
    if interpretation in _YBR:
        _check_8_bits(pixels)
        pixels = np.asarray(convert_color_space(pixels, interpretation, "RGB"))
    frames = pixels if pixels.ndim - has_channels == 3 else pixels[np.newaxis]
    return Stored(frames, has_channels)


def stored_pixel(dataset: FileDataset, limits: ReadLimits, *, has_frames: bool = True) -> Stored:
    """Return a single pixel, 0, as `decoded` would return all of them; no pixel is decoded.

    Parameters
    ----------
    dataset, limits
        As for `decoded`.
    has_frames
        Whether the compressed frames are there, and their headers are looked at.

    Raises
    ------
    BadImage
        When the header, or that of a compressed frame, is of a form that isn't read.
    """
    has_channels = check_header(dataset, limits)
    pixel = np.zeros((1, 1, 1, 3) if has_channels else (1, 1, 1), _stored_type(dataset))
    streams = _streams(dataset) if has_frames else ()
    if "PixelData" in dataset:
        pixel = stored_bits(dataset, pixel, streams)
    if dataset.PhotometricInterpretation in _YBR:
        _check_8_bits(pixel)
    return Stored(pixel, has_channels)


def _stored_type(dataset: FileDataset) -> "np.dtype[np.integer | np.floating]":
    if "PixelData" not in dataset:
        return np.dtype(np.float32 if "FloatPixelData" in dataset else np.float64)
    kind, bits = "i" if int(dataset.PixelRepresentation) else "u", int(dataset.BitsAllocated)
    return np.dtype(np.uint8 if bits == 1 else f"{kind}{bits // 8}")


def frames_of(dataset: Dataset) -> int:
    """Return how many frames a file has."""
    return int(dataset.get("NumberOfFrames") or 1)


def check_header(dataset: FileDataset, limits: ReadLimits) -> bool:
    """Check what a file declares of its pixels, and return whether they have channels.

    Raises
    ------
    BadImage
        When it is nothing that an image can have, is over the limits, or there are too few bytes for it.
    """
    _decoder(dataset.file_meta.TransferSyntaxUID)
    missing = [name for name in _NEEDED if not dataset.get(name)]
    if missing:
        raise BadImage(f"a DICOM image must tell its {', '.join(_NEEDED)}, found no {', '.join(missing)}")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    frames = frames_of(dataset)
    samples = int(dataset.get("SamplesPerPixel") or 1)
    if min(rows, columns, frames) < 1 or samples not in _SAMPLES.values():
        raise BadImage(
            "a DICOM image must have at least a row, a column and a frame, and 1 or 3 samples a pixel, "
            f"found {rows} × {columns}, {frames} frames and {samples} samples"
        )
    _check_interpretation(dataset.PhotometricInterpretation, samples)
    channels = 3 if dataset.PhotometricInterpretation == "PALETTE COLOR" else samples
    limits.check_values("DICOM file", frames, rows, columns, channels)
    if "PixelData" in dataset:
        check_bits(dataset)
    if "PixelData" in dataset and not _is_packed(dataset):
        bits = rows * columns * frames * samples * int(dataset.BitsAllocated)
        check_room("DICOM file", declared=(bits + 7) // 8, found=len(dataset.PixelData))
    return samples == 3


def _check_interpretation(interpretation: str, samples: int) -> None:
    if _SAMPLES.get(interpretation) == samples:
        return
    is_code = interpretation.replace("_", "").replace(" ", "").isalnum() and len(interpretation) <= 16
    raise BadImage(
        f"a DICOM image of {samples} {'sample' if samples == 1 else 'samples'} a pixel must be one of "
        f"{', '.join(name for name, count in _SAMPLES.items() if count == samples)}, "
        f"found {interpretation if is_code else 'another photometric interpretation'}"
    )


def _check_8_bits(pixels: Pixels) -> None:
    if pixels.dtype != np.uint8:
        raise BadImage(f"a DICOM image in YCbCr must have 8 bits a sample, found {8 * pixels.itemsize}")


def _decoder(syntax: UID) -> Decoder:
    try:
        decoder = get_decoder(syntax)
        is_read = decoder.is_available
    except NotImplementedError:  # pydicom doesn't know it as a transfer syntax
        is_read = False
    if not is_read:
        kind = "a private one" if syntax.is_private else _NEW_SYNTAXES.get(syntax, syntax.name)
        raise BadImage(
            "a DICOM file must have a transfer syntax that is read, found "
            f"{kind if syntax.is_valid else 'none that can be'}"
        )
    return decoder


def _streams(dataset: FileDataset) -> Sequence[Stream]:
    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_encapsulated:
        return ()
    found, count = [], 0
    for frame in _compressed_frames(dataset):
        # A decoder takes memory for the size in the stream, and that may be another than the file's.
        if syntax != RLELossless:
            _check_size(dataset, frame)
            found.append(stream_of(frame))
        count += 1
    if count < frames_of(dataset):
        raise BadImage(
            f"a DICOM file must hold as many compressed frames as it tells, found {count} of "
            f"{frames_of(dataset)}: it is truncated, or its offset table is another's"
        )
    return [stream for stream in found if stream is not None]


def _compressed_frames(dataset: FileDataset) -> Iterator[bytes]:
    try:
        yield from generate_frames(dataset.PixelData, number_of_frames=frames_of(dataset))
    except ValueError:  # as pydicom says that there are fewer
        return


def _check_size(dataset: FileDataset, frame: bytes) -> None:
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    high, wide = declared_size(BytesIO(frame)) or (rows, columns)
    if (high, wide) != (rows, columns):
        raise BadImage(
            f"a frame of this DICOM file must have {rows:,} × {columns:,} pixels, "
            f"found {high:,} × {wide:,} in its compressed stream"
        )


def _plain_cells(dataset: FileDataset) -> tuple[Pixels, str] | None:
    """Return a view of grey pixels of several bytes that aren't compressed; of others None."""
    syntax, bits = dataset.file_meta.TransferSyntaxUID, int(dataset.BitsAllocated)
    interpretation = str(dataset.PhotometricInterpretation)
    is_plain = "PixelData" in dataset and not syntax.is_encapsulated and bits >= 16
    if not is_plain or _SAMPLES[interpretation] > 1:
        return None
    order, kind = "<" if syntax.is_little_endian else ">", "i" if int(dataset.PixelRepresentation) else "u"
    shape = frames_of(dataset), int(dataset.Rows), int(dataset.Columns)
    cells = np.frombuffer(dataset.PixelData, f"{order}{kind}{bits // 8}", math.prod(shape)).reshape(shape)
    return cells.astype(cells.dtype.newbyteorder("="), copy=False), interpretation


def _cells(decoder: Decoder, dataset: FileDataset, streams: Sequence[Stream]) -> tuple[Pixels, str]:
    # pydicom's own type of its options is that of all of them together, for each.
    decode = cast(Callable[..., tuple[Pixels, dict[str, object]]], decoder.as_array)
    syntax = dataset.file_meta.TransferSyntaxUID
    found = ", ".join(sorted(set(map(str, streams)))) or "some"
    try:
        pixels, properties = decode(dataset, raw=True, **_AS_THEY_ARE)
    except RuntimeError as error:  # what pydicom makes of a decoder's refusal
        raise BadImage(
            f"the frames of this DICOM file must be whole streams of {syntax.name}, found {found} "
            "that can't be decoded: damaged, or of a form that isn't read"
        ) from error
    except ValueError as error:
        if not syntax.is_encapsulated:
            raise
        raise BadImage(
            f"each frame of this DICOM file must give {dataset.Rows} × {dataset.Columns} pixels of "
            f"{dataset.get('SamplesPerPixel') or 1} samples, found {found} that gives others"
        ) from error
    return pixels, str(properties["photometric_interpretation"])


def _is_packed(dataset: FileDataset) -> bool:
    is_compressed = dataset.file_meta.TransferSyntaxUID.is_encapsulated
    return bool(is_compressed or dataset.get("PhotometricInterpretation") == "YBR_FULL_422")
