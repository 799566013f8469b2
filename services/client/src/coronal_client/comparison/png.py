"""The values of a PNG file: grey or colour of 8 or 16 bits, with or without opacity (ISO/IEC 15948)."""

import struct
import sys
import zlib
from collections import defaultdict

from coronal_client.comparison.grid import Grid, NotRead, values_of

__all__ = ["read_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
_PLACE = struct.Struct(">IIB")


def read_png(content: bytes) -> Grid:
    """Read a PNG file; NotRead where it has a palette, is interlaced, or has fewer than 8 bits."""
    chunks = _chunks(content)
    width, height, bits, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if colour not in _CHANNELS or bits not in (8, 16) or interlace:
        raise NotRead(f"a PNG file of colour type {colour}, {bits} bits, interlace {interlace}")
    step = _CHANNELS[colour] * bits // 8
    lines = _unfiltered(zlib.decompress(chunks[b"IDAT"]), width * step, step)
    values = values_of(lines, "B" if bits == 8 else "H", is_swapped=sys.byteorder == "little" and bits == 16)
    shape = (height, width, _CHANNELS[colour]) if colour else (height, width)
    return Grid(shape, values, _PLACE.unpack(chunks[b"pHYs"]) if b"pHYs" in chunks else ())


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """Return the content of the chunks by name; of chunks of one name, one after the other."""
    if not content.startswith(_SIGNATURE):
        raise NotRead("no PNG file")
    chunks: dict[bytes, bytes] = defaultdict(bytes)
    place = len(_SIGNATURE)
    while place < len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        chunks[name] += content[place + 8 : place + 8 + length]
        place += length + 12
    return dict(chunks)


def _unfiltered(data: bytes, width: int, step: int) -> bytes:
    """Undo the filter that each line has chosen.

    Parameters
    ----------
    data
        Lines, each behind a byte that names its filter.
    width
        The length of a line in bytes.
    step
        The distance to the same byte of the pixel on the left, in bytes.
    """
    lines = bytearray()
    above = bytearray(width)
    for start in range(0, len(data), width + 1):
        line = bytearray(data[start + 1 : start + 1 + width])
        _undo(data[start], line, above, step)
        lines += line
        above = line
    return bytes(lines)


def _undo(kind: int, line: bytearray, above: bytearray, step: int) -> None:
    match kind:
        case 0:
            pass
        case 1:
            for place in range(step, len(line)):
                line[place] = (line[place] + line[place - step]) & 255
        case 2:
            line[:] = bytes((here + over) & 255 for here, over in zip(line, above, strict=True))
        case 3:
            for place, over in enumerate(above):
                left = line[place - step] if place >= step else 0
                line[place] = (line[place] + (left + over) // 2) & 255
        case 4:
            for place, over in enumerate(above):
                left, corner = (line[place - step], above[place - step]) if place >= step else (0, 0)
                line[place] = (line[place] + _nearest(left, over, corner)) & 255
        case _:
            raise NotRead(f"a PNG file with the filter {kind}")


def _nearest(left: int, over: int, corner: int) -> int:
    """Return which of the three is nearest to left + over - corner (Paeth)."""
    to_left, to_over, to_corner = abs(over - corner), abs(left - corner), abs(left + over - 2 * corner)
    if to_left <= to_over and to_left <= to_corner:
        return left
    return over if to_over <= to_corner else corner
