"""The chunks of a PNG file that tell of its image, without those that hold the pixels."""

import struct
from functools import cache
from io import BytesIO
from typing import IO

import PIL.Image

__all__ = ["without_pixels"]

_SIGNATURE_BYTES = 8
_HEADER_END = 33
_LAST_CHUNK_BYTES = 12
_CHECKSUM_BYTES = 4
_KEPT = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"iCCP"})


def without_pixels(file: IO[bytes]) -> BytesIO:
    """Return a PNG file of one pixel that has the texts, the EXIF block and the colour profile of another.

    Some of these may follow the pixels, and Pillow decodes all pixels before it looks there.

    Parameters
    ----------
    file
        The other file, in which the pixels are passed over.
    """
    before, after = BytesIO(), BytesIO()
    kept = before
    file.seek(_SIGNATURE_BYTES)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        kept = after if kind == b"IDAT" else kept
        if kind in _KEPT:
            kept.write(head + file.read(length + _CHECKSUM_BYTES))
        else:
            file.seek(length + _CHECKSUM_BYTES, 1)
    pixel = _pixel()
    return BytesIO(
        pixel[:_HEADER_END]
        + before.getvalue()
        + pixel[_HEADER_END:-_LAST_CHUNK_BYTES]
        + after.getvalue()
        + pixel[-_LAST_CHUNK_BYTES:]
    )


@cache
def _pixel() -> bytes:
    buffer = BytesIO()
    PIL.Image.new("L", (1, 1)).save(buffer, "PNG")
    return buffer.getvalue()
