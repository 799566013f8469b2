"""The values of a NIfTI file (versions 1 and 2) as Coronal writes it: compressed by gzip, little-endian."""

import gzip
import struct
import sys
from dataclasses import dataclass

from coronal_client.comparison.grid import Grid, NotRead, values_of

__all__ = ["read_nifti"]

_TYPES = {
    2: ("B", 1),
    4: ("h", 1),
    8: ("i", 1),
    16: ("f", 1),
    64: ("d", 1),
    128: ("B", 3),
    256: ("b", 1),
    512: ("H", 1),
    768: ("I", 1),
    1024: ("q", 1),
    1280: ("Q", 1),
}
"""Of a NIfTI data type its code for `array`, and its channels."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the fields of a header are: formats of `struct`, each with its offset in bytes."""

    shape: tuple[str, int]
    data_type: int
    offset: tuple[str, int]
    place: tuple[tuple[str, int], ...]


_LAYOUTS = {
    348: _Layout(("<8h", 40), 70, ("<f", 108), (("<8f", 76), ("<2f", 112), ("<2h18f", 252))),
    540: _Layout(("<8q", 16), 12, ("<q", 168), (("<8d", 104), ("<2d", 176), ("<2i18d", 344))),
}
"""By the size of the header, which it begins with."""


def read_nifti(content: bytes) -> Grid:
    """Read a ``.nii.gz``; NotRead where it isn't as Coronal writes it."""
    data = gzip.decompress(content)
    layout = _LAYOUTS.get(struct.unpack_from("<i", data)[0])
    (data_type,) = struct.unpack_from("<h", data, layout.data_type) if layout else (0,)
    if layout is None or data_type not in _TYPES:
        raise NotRead(f"a NIfTI file of the data type {data_type}")
    type_code, channels = _TYPES[data_type]
    dimensions, *sizes = struct.unpack_from(layout.shape[0], data, layout.shape[1])
    (offset,) = struct.unpack_from(layout.offset[0], data, layout.offset[1])
    values = values_of(data[int(offset) :], type_code, is_swapped=sys.byteorder == "big")
    place = [number for field, at in layout.place for number in struct.unpack_from(field, data, at)]
    shape = (*sizes[:dimensions], channels) if channels > 1 else tuple(sizes[:dimensions])
    return Grid(shape, values, tuple(place))
