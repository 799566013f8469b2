"""JPEG that pydicom's own decoders leave out: lossless (process 14) and 12-bit, by imagecodecs.

A decoder plugin of pydicom, in the form that it asks for (`DECODER_DEPENDENCIES`, `is_available`).
"""

import imagecodecs
import numpy as np
from pydicom.pixels.decoders.base import (
    Decoder,
    DecodeRunner,
    JPEGExtended12BitDecoder,
    JPEGLosslessDecoder,
    JPEGLosslessSV1Decoder,
)
from pydicom.uid import JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1

__all__ = ["DECODER_DEPENDENCIES", "add_decoders", "decode_frame", "is_available"]

DECODER_DEPENDENCIES = dict.fromkeys((JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1), ("imagecodecs",))

_DECODERS: tuple[Decoder, ...] = (JPEGExtended12BitDecoder, JPEGLosslessDecoder, JPEGLosslessSV1Decoder)


def is_available(uid: str) -> bool:
    """Return whether a transfer syntax can be decoded."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(content: bytes, runner: DecodeRunner) -> bytes:
    """Decode a frame, and tell pydicom of what it has become.

    Parameters
    ----------
    content
        The JPEG code stream of one frame.
    runner
        pydicom's state of decoding.
    """
    is_lossless = runner.transfer_syntax in (JPEGLossless, JPEGLosslessSV1)
    decode = imagecodecs.jpegsof3_decode if is_lossless else imagecodecs.jpeg_decode
    frame = np.ascontiguousarray(decode(content))
    runner.set_option("bits_allocated", 8 * frame.itemsize)
    runner.set_option("planar_configuration", 0)
    return frame.tobytes()


def add_decoders() -> None:
    """Add them to pydicom's; those that are there already stay."""
    for decoder in _DECODERS:
        if "imagecodecs" not in decoder.available_plugins:
            decoder.add_plugin("imagecodecs", (__name__, "decode_frame"))
