"""The values of a TIFF file as Coronal writes it: strips, deflated or as they are, a page for each plane."""

import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from coronal_client.comparison.grid import Grid, NotRead, Values, values_of

__all__ = ["read_tiff"]

_Page: TypeAlias = Mapping[int, tuple[int, ...]]

_WIDTH, _LENGTH, _BITS, _COMPRESSION, _DESCRIPTION = 256, 257, 258, 259, 270
_OFFSETS, _SAMPLES, _SIZES, _X_RESOLUTION, _Y_RESOLUTION, _UNIT = 273, 277, 279, 282, 283, 296
_PREDICTOR, _FORMAT = 317, 339

_SIZE_OF = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}
"""Of a type of tag, in bytes; a fraction (5) is two numbers."""

_NUMBERS = {1: "B", 2: "B", 3: "H", 4: "I", 5: "II"}
_TYPES = {
    **{(bits, 1): code for bits, code in ((8, "B"), (16, "H"), (32, "I"), (64, "Q"))},
    **{(bits, 2): code for bits, code in ((8, "b"), (16, "h"), (32, "i"), (64, "q"))},
    **{(bits, 3): code for bits, code in ((32, "f"), (64, "d"))},
}
_DECODERS: Mapping[int, Callable[[bytes], bytes]] = {1: bytes, 8: zlib.decompress}

_SPACING = re.compile(rb'PhysicalSize[XYZ]="([^"]+)"')


def read_tiff(content: bytes) -> Grid:
    """Read a TIFF file; NotRead where it isn't as Coronal writes it."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(content[:4])
    if order is None:
        raise NotRead("no TIFF file of less than 4 GB")
    pages = list(_pages(content, order))
    first = pages[0]
    samples = first.get(_SAMPLES, (1,))[0]
    shape = (*([len(pages)] if len(pages) > 1 else []), first[_LENGTH][0], first[_WIDTH][0])
    values = _values(content, order, pages)
    return Grid((*shape, samples) if samples > 1 else shape, values, _place(first))


def _pages(content: bytes, order: str) -> Iterator[_Page]:
    (place,) = struct.unpack_from(f"{order}I", content, 4)
    seen: set[int] = set()
    while place and place not in seen:
        seen.add(place)
        (count,) = struct.unpack_from(f"{order}H", content, place)
        entries = (place + 2 + 12 * number for number in range(count))
        yield dict(_entry(content, order, at) for at in entries)
        (place,) = struct.unpack_from(f"{order}I", content, place + 2 + 12 * count)


def _entry(content: bytes, order: str, at: int) -> tuple[int, tuple[int, ...]]:
    tag, kind, count = struct.unpack_from(f"{order}HHI", content, at)
    if kind not in _SIZE_OF:
        return tag, ()
    if count * _SIZE_OF[kind] > 4:
        (at,) = struct.unpack_from(f"{order}I", content, at + 8)
    else:
        at += 8
    return tag, struct.unpack_from(f"{order}{_NUMBERS[kind] * count}", content, at)


def _values(content: bytes, order: str, pages: list[_Page]) -> Values:
    first = pages[0]
    compression, number = first.get(_COMPRESSION, (1,))[0], (first[_BITS][0], first.get(_FORMAT, (1,))[0])
    if compression not in _DECODERS or number not in _TYPES or first.get(_PREDICTOR, (1,)) != (1,):
        raise NotRead(f"a TIFF file of compression {compression}, {number[0]} bits, format {number[1]}")
    strips = (
        _DECODERS[compression](content[start : start + size])
        for page in pages
        for start, size in zip(page[_OFFSETS], page[_SIZES], strict=True)
    )
    is_swapped = (order == ">") != (sys.byteorder == "big")
    return values_of(b"".join(strips), _TYPES[number], is_swapped=is_swapped)


def _place(page: _Page) -> tuple[float, ...]:
    resolution = (*page.get(_X_RESOLUTION, ()), *page.get(_Y_RESOLUTION, ()), *page.get(_UNIT, ()))
    spacing = _SPACING.findall(bytes(page.get(_DESCRIPTION, ())))
    return (*resolution, *map(float, spacing))
