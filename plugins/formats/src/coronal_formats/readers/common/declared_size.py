"""What a compressed picture says of its own size, read without a decoder."""

import struct
from typing import IO

__all__ = ["declared_size"]

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_JPEG2000 = b"\xff\x4f\xff\x51"
_JP2_BOX = b"\x00\x00\x00\x0cjP  "
_MAX_BOX_BYTES = 2**16

_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""The markers SOF0 to SOF15 (ITU-T T.81, B.1.1.3), and SOF55 of JPEG-LS (T.87, C.1.1)."""

_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_LAST = (0xD9, 0xDA)


def declared_size(stream: IO[bytes]) -> tuple[int, int] | None:
    """Read the rows and columns that a PNG, JPEG, JPEG-LS or JPEG 2000 stream declares.

    Parameters
    ----------
    stream
        It stands where the picture begins; where it stands afterwards is left open.

    Returns
    -------
    tuple[int, int] | None
        None where the stream is none of these, or its header is broken.

    Examples
    --------
    >>> from io import BytesIO
    >>> declared_size(BytesIO(bytes.fromhex("ffd8 ffc0 000b 08 ffdc fffe 01")))
    (65500, 65534)
    """
    try:
        return _size(stream)
    except struct.error:  # the stream ends too early
        return None


def _size(stream: IO[bytes]) -> tuple[int, int] | None:
    head = stream.read(8)
    if head == _PNG:
        _, columns, rows = struct.unpack(">8sII", stream.read(16))
        return rows, columns
    if head.startswith(_JPEG):
        stream.seek(2 - len(head), 1)
        return _jpeg(stream)
    if head.startswith(_JPEG2000):
        return _jpeg2000(head[4:] + stream.read(32))
    if head == _JP2_BOX:
        boxes = stream.read(_MAX_BOX_BYTES)
        found = boxes.find(_JPEG2000)
        return _jpeg2000(boxes[found + 4 :]) if found >= 0 else None
    return None


def _jpeg(stream: IO[bytes]) -> tuple[int, int] | None:
    while stream.read(1) == b"\xff":
        marker = 0xFF
        while marker == 0xFF:  # fill bytes
            (marker,) = struct.unpack("B", stream.read(1))
        if marker in _FRAME_HEADERS:
            _, rows, columns = struct.unpack(">3sHH", stream.read(7))
            return rows, columns
        if marker in _LAST:
            break
        if marker not in _WITHOUT_LENGTH:
            (length,) = struct.unpack(">H", stream.read(2))
            stream.seek(max(length - 2, 0), 1)
    return None


def _jpeg2000(segment: bytes) -> tuple[int, int]:
    # The segment SIZ (ITU-T T.800, A.5.1) behind its marker.
    columns, rows, left, top = struct.unpack_from(">IIII", segment, 4)
    return rows - top, columns - left
