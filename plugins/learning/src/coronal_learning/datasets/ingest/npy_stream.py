"""A NumPy ``.npy`` in a zip: an untrusted header, and rows read one by one."""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage
from coronal.errors import shown
from coronal.types.image import Pixels
from coronal_learning.datasets.ingest.archive import Archive, Member

__all__ = ["NpyStream", "opened_npy"]

_MAGIC = b"\x93NUMPY"
_MAX_HEADER_LENGTH = 2**14
_LENGTH_BYTES = {1: 2, 2: 4}
"""Size in bytes of the field for the header's length, by version of the format."""

# As every writer writes it; NumPy itself evaluates the header as Python, and warns of some.
_HEADER = re.compile(
    rb"\{'descr': (.{1,200}), 'fortran_order': (False|True), "
    rb"'shape': \(((?:\d{1,15}L?, ?)*(?:\d{1,15}L?)?)\),? ?\}\s*"
)


@dataclass(frozen=True, slots=True)
class NpyStream:
    """An array that is read row by row along its first axis.

    Parameters
    ----------
    shape, dtype
        As declared in the header; the size of the file agrees.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    _file: Member

    def rows(self) -> Iterator[Pixels]:
        """Yield the subarrays along the first axis.

        Raises
        ------
        BadImage
            When the file is corrupt.
        """
        size_bytes = math.prod(self.shape[1:]) * self.dtype.itemsize
        for _ in range(self.shape[0]):
            content = self._file.read(size_bytes)
            if len(content) < size_bytes:
                raise BadImage("the array ends early")
            yield np.frombuffer(content, self.dtype).reshape(self.shape[1:])

    def whole(self) -> NDArray[np.generic]:
        """Read the whole array."""
        content = self._file.read(math.prod(self.shape) * self.dtype.itemsize)
        return np.frombuffer(content, self.dtype).reshape(self.shape)


@contextmanager
def opened_npy(archive: Archive, path: str) -> Iterator[NpyStream]:
    """Open an array of numbers.

    Raises
    ------
    BadImage
        When it is corrupt, of Python objects (a pickle, which is never loaded), in Fortran order, or not of
        the declared size.
    """
    with archive.opened(path) as file:
        dtype, shape, header_bytes = _header(file)
        found_bytes = archive.size_bytes(path) - header_bytes
        declared_bytes = math.prod(shape) * dtype.itemsize
        if declared_bytes != found_bytes:
            raise BadImage(
                f"an array of {dtype} and shape {shape} must have {declared_bytes:,} bytes, "
                f"found {found_bytes:,}"
            )
        yield NpyStream(shape, dtype, file)


def _header(file: Member) -> tuple[np.dtype[np.generic], tuple[int, ...], int]:
    start = file.read(len(_MAGIC) + 2)
    width = _LENGTH_BYTES.get(start[-2]) if start.startswith(_MAGIC) and len(start) > len(_MAGIC) else None
    if width is None:
        raise BadImage("the array must be in NumPy's .npy, version 1 or 2, found something else")
    length = int.from_bytes(file.read(width), "little")
    if length > _MAX_HEADER_LENGTH:
        raise BadImage(f"the header of an array may have {_MAX_HEADER_LENGTH:,} bytes, found {length:,}")
    text = file.read(length)
    found = _HEADER.fullmatch(text)
    if found is None:
        raise BadImage(f"the header of an array must have type, order and shape, found {shown(text)}")
    if found[2] == b"True":
        raise BadImage("an array must lie row by row (numpy.ascontiguousarray), found column by column")
    sizes = re.findall(rb"\d+", found[3])
    return _dtype(found[1]), tuple(map(int, sizes)), len(start) + width + length


def _dtype(descr: bytes) -> np.dtype[np.generic]:
    known = re.fullmatch(rb"'([<>|=]?(?:b1|[iu][1248]|f[248]))'", descr)
    if known is None:
        raise BadImage(f"an array must be of numbers, found the type {shown(descr.decode('latin-1'))}")
    return np.dtype(known[1].decode())
