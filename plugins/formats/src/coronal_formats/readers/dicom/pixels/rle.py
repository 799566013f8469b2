"""DICOM's run-length encoding (PS3.5, annex G), by imagecodecs.

A decoder plugin of pydicom, in the form that it asks for (`DECODER_DEPENDENCIES`, `is_available`). It stands
in for that of pylibjpeg, which panics on a broken segment and takes the process with it.
"""

import struct

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.pixels.decoders.base import DecodeRunner, RLELosslessDecoder
from pydicom.uid import RLELossless

__all__ = ["DECODER_DEPENDENCIES", "decode_frame", "is_available", "use_decoder"]

DECODER_DEPENDENCIES = {RLELossless: ("imagecodecs",)}

_HEADER = struct.Struct("<16L")
_FILL_BYTES = 128
"""The most that a run of PackBits can become."""


def is_available(uid: str) -> bool:
    """Return whether a transfer syntax can be decoded."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(content: bytes, runner: DecodeRunner) -> bytes:
    """Decode a frame: a segment for each byte of each sample, the most significant first.

    Parameters
    ----------
    content
        The frame, with its header of 64 bytes.
    runner
        pydicom's state of decoding.

    Raises
    ------
    ValueError
        When there are more or fewer segments than the pixels want, or one is too short.
    """
    sample_bytes = runner.bits_allocated // 8
    count, *offsets = _HEADER.unpack_from(content)
    if count != runner.samples_per_pixel * sample_bytes:
        raise ValueError("the number of segments must be that of the bytes of a pixel")
    ends = [*offsets[1:count], len(content)]
    size = runner.rows * runner.columns
    segments = [_segment(content[start:end], size) for start, end in zip(offsets[:count], ends, strict=True)]
    planes = np.stack(segments).reshape(runner.samples_per_pixel, sample_bytes, size)
    runner.set_option("planar_configuration", 1)
    return planes[:, ::-1].transpose(0, 2, 1).tobytes()


def use_decoder() -> None:
    """Make it the one that pydicom uses."""
    for label in RLELosslessDecoder.available_plugins:
        RLELosslessDecoder.remove_plugin(label)
    RLELosslessDecoder.add_plugin("imagecodecs", (__name__, "decode_frame"))


def _segment(packed: bytes, size: int) -> NDArray[np.uint8]:
    # With room for the byte that may fill the segment up to an even length, and for no more.
    unpacked = np.frombuffer(imagecodecs.packbits_decode(packed, out=size + _FILL_BYTES), np.uint8)
    if len(unpacked) < size:
        raise ValueError("a segment must hold a byte for each pixel")
    return unpacked[:size]
