"""The part of nibabel's NIfTI header that is used, with types."""

from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np
from nibabel.nifti1 import Nifti1Header, Nifti1PairHeader
from nibabel.nifti2 import Nifti2Header, Nifti2PairHeader
from numpy.typing import NDArray

from coronal import BadImage, Signature, UnknownFormat
from coronal_formats.readers.common.inflated_stream import Readable

__all__ = ["PAIR", "SINGLE", "Header", "read_header"]

SINGLE = (Signature.at(344, b"n+1\x00"), Signature.at(4, b"n+2\x00\r\n\x1a\n"))
"""Of NIfTI-1 and NIfTI-2 in one file."""

PAIR = (Signature.at(344, b"ni1\x00"), Signature.at(4, b"ni2\x00\r\n\x1a\n"))
"""Of a header whose pixels lie in another file."""


class Header(Protocol):
    """A NIfTI-1 or NIfTI-2 header."""

    def __getitem__(self, field: str) -> NDArray[np.number]: ...
    def get_sform(self) -> NDArray[np.float64]:
        """Return the 4 × 4 affine from index (x, y, z) to RAS, in the header's unit."""
        ...

    def get_qform(self) -> NDArray[np.float64]:
        """Return the same by quaternion and `pixdim`; HeaderDataError or ValueError if invalid."""
        ...

    def get_data_dtype(self) -> "np.dtype[np.void]":
        """Return the number type, with its byte order."""
        ...

    def get_data_offset(self) -> int:
        """Return where the pixels begin, in bytes from the file's start."""
        ...

    def get_data_shape(self) -> tuple[int, ...]:
        """Return the size along x, y, z and further axes."""
        ...

    def get_slope_inter(self) -> tuple[float | None, float | None]:
        """Return slope and intercept of the values; None where there is none."""
        ...

    def get_zooms(self) -> tuple[float, ...]:
        """Return the spacing along each axis in the header's unit."""
        ...


class _HeaderClass(Protocol):
    def __call__(self, binaryblock: bytes, check: bool = ...) -> Header: ...


_CLASSES = {
    SINGLE[0]: (cast(_HeaderClass, Nifti1Header), 348),
    SINGLE[1]: (cast(_HeaderClass, Nifti2Header), 540),
    PAIR[0]: (cast(_HeaderClass, Nifti1PairHeader), 348),
    PAIR[1]: (cast(_HeaderClass, Nifti2PairHeader), 540),
}
"""With their lengths in bytes."""

_NOT_READ = {
    0: "unknown",
    1: "binary, 1 bit a voxel",
    255: "all",
    1536: "real numbers of 128 bits",
    2048: "complex numbers of 256 bits",
}
"""Data types of the format that nibabel has no numbers for (nifti1.h, DT_*)."""

_MAX_HEADER_BYTES = max(length for _, length in _CLASSES.values())


def read_header(file: Readable, signatures: Sequence[Signature]) -> Header:
    """Read the header at a file's start, without the extensions behind it: they may be of any length.

    A `pixdim` of 0, which tells no size, stays 0: nibabel's check makes 1 of it.

    Parameters
    ----------
    file
        What begins with it.
    signatures
        `SINGLE` or `PAIR`.

    Raises
    ------
    UnknownFormat
        When there is none, as in a gzip file of something else.
    BadImage
        When the numbers are of a type that isn't read.
    """
    head = b""
    while len(head) < _MAX_HEADER_BYTES and (piece := file.read(_MAX_HEADER_BYTES - len(head))):
        head += piece
    for signature in signatures:
        if signature.is_in(head):
            header, length = _CLASSES[signature]
            stored = header(head[:length], check=False)
            _check_data_type(stored)
            checked = header(head[:length])
            checked["pixdim"][1:4] = np.abs(stored["pixdim"][1:4])
            return checked
    raise UnknownFormat(head, ("nifti",))


def _check_data_type(header: Header) -> None:
    code = int(header["datatype"])
    if code in _NOT_READ:
        raise BadImage(
            "a NIfTI file must hold whole or real numbers or RGB, found the data type "
            f"{code}: {_NOT_READ[code]}"
        )
