"""The part of nibabel's NIfTI header that is used, with types."""

import gzip
from io import BufferedReader
from typing import Protocol, TypeAlias, cast

import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from numpy.typing import NDArray

from coronal import Signature, UnknownFormat

__all__ = ["NIFTI1", "NIFTI2", "BinaryFile", "Header", "read_header"]

BinaryFile: TypeAlias = BufferedReader | gzip.GzipFile

NIFTI1 = Signature.at(344, b"n+1\x00")
NIFTI2 = Signature.at(4, b"n+2\x00\r\n\x1a\n")


class Header(Protocol):
    """A NIfTI-1 or NIfTI-2 header."""

    def __getitem__(self, field: str) -> NDArray[np.number]: ...
    def get_sform(self) -> NDArray[np.float64]:
        """4 × 4, from index (x, y, z) to RAS, in the header's unit."""
        ...

    def get_qform(self) -> NDArray[np.float64]:
        """The same by quaternion and `pixdim`; HeaderDataError or ValueError for what is none."""
        ...

    def get_data_dtype(self) -> "np.dtype[np.void]":
        """The number type, with its byte order."""
        ...

    def get_data_offset(self) -> int:
        """Where the pixels begin, in bytes from the file's start."""
        ...

    def get_data_shape(self) -> tuple[int, ...]:
        """The size along x, y, z and further axes."""
        ...

    def get_slope_inter(self) -> tuple[float | None, float | None]:
        """The scaling of the values; None where there is none."""
        ...

    def get_xyzt_units(self) -> tuple[str, str]:
        """The units of space and time."""
        ...

    def get_zooms(self) -> tuple[float, ...]:
        """The spacing along each axis in the header's unit."""
        ...


class _HeaderClass(Protocol):
    def __call__(self, binaryblock: bytes, check: bool = ...) -> Header: ...


_CLASSES = {
    NIFTI1: (cast(_HeaderClass, Nifti1Header), 348),
    NIFTI2: (cast(_HeaderClass, Nifti2Header), 540),
}
"""With their lengths in bytes."""

_LONGEST = max(length for _, length in _CLASSES.values())


def read_header(file: BinaryFile) -> Header:
    """Read the header at a file's start, without the extensions behind it: they may be of any length.

    A `pixdim` of 0, which tells no size, stays 0: nibabel's check makes 1 of it.

    Raises
    ------
    UnknownFormat
        When there is none, as in a gzip file of something else.
    """
    head = file.read(_LONGEST)
    for signature, (header, length) in _CLASSES.items():
        if signature.is_in(head):
            checked, stored = header(head[:length]), header(head[:length], check=False)
            checked["pixdim"][1:4] = np.abs(stored["pixdim"][1:4])
            return checked
    raise UnknownFormat(head, ("nifti",))
