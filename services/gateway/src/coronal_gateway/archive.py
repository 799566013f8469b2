"""A zip, taken apart within bounds: what it promises is checked before any of it is inflated."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from coronal.file_names import is_left_out
from coronal_gateway.errors import BadArchive, TooManyItems
from coronal_gateway.uploads import PIECE_BYTES
from coronal_jobs.errors import TooLarge

__all__ = ["SIGNATURE", "Member", "members"]

SIGNATURE = b"PK\x03\x04"
"""What a zip starts with."""

_BYTES_AN_ENTRY = 400
"""What an entry may take in an archive's list of contents, which is held in memory: 46 and its path."""

_MOST_RATIO = 200
_SMALL_BYTES = 1 << 26
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others inflate a piece to any size at once."""

_ENCRYPTED = 1

# The module zipfile has one error of its own, and lets others through where bytes are senseless.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    OverflowError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file within an archive, not yet inflated.

    Parameters
    ----------
    name
        Its path within the archive.
    """

    name: str
    _archive: zipfile.ZipFile
    _info: zipfile.ZipInfo

    def pieces(self) -> Iterator[bytes]:
        """Give its bytes piece by piece; never more than it promised.

        Raises
        ------
        BadArchive
            When it is encrypted, of a method that isn't inflated, or broken.
        """
        if self._info.flag_bits & _ENCRYPTED:
            raise BadArchive("the file must not be encrypted within its archive, found that it is")
        if self._info.compress_type not in _METHODS:
            raise BadArchive("the file must be stored or deflated within its archive, found another method")
        with _told("the file is broken within its archive"), self._archive.open(self._info) as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


def members(file: BinaryIO, *, most_items: int, most_bytes: int) -> Iterator[Member]:
    """Give the files of a zip; folders, hidden files and what systems add are left out.

    Parameters
    ----------
    file
        The zip.
    most_items
        How many files it may have.
    most_bytes
        How many bytes they may have together, inflated.

    Raises
    ------
    BadArchive
        When it is no zip, when a path leads out of it, or when it would inflate to 200 times its size.
    TooManyItems, TooLarge
        When it promises more than it may.
    """
    bounded = _Bounded(file, most_items * _BYTES_AN_ENTRY)
    with _told("the archive must be a whole zip, found that it isn't"):
        archive = zipfile.ZipFile(bounded)
    with archive:
        items = [info for info in archive.infolist() if _is_item(info)]
        if len(items) > most_items:
            raise TooManyItems(most_items)
        _check_size(items, size_bytes=file.seek(0, 2), most_bytes=most_bytes)
        for info in items:
            yield Member(info.filename, archive, info)


class _Bounded:
    """A file of which no more is read at a time than a bound: its list of contents is read in one go."""

    def __init__(self, file: BinaryIO, most_bytes: int) -> None:
        self._file = file
        self._most_bytes = max(most_bytes, PIECE_BYTES)

    def read(self, size: int = -1) -> bytes:
        """Read, or BadArchive for too much at a time."""
        if size > self._most_bytes:
            raise BadArchive("the archive must have a list of contents for fewer files, found one too long")
        return self._file.read(size if size >= 0 else self._most_bytes)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go elsewhere."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Tell where it is."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Tell that it can go elsewhere."""
        return True


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except BadArchive:
        raise
    except _BROKEN as broken:
        raise BadArchive(what) from broken


def _is_item(info: zipfile.ZipInfo) -> bool:
    """Tell whether an entry is a file that was meant; BadArchive where its path leads out of the archive."""
    path = info.filename.replace("\\", "/")
    parts = path.split("/")
    if not path or path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in parts:
        raise BadArchive("each path in an archive must lead to a place within it, found one that leads out")
    return not path.endswith("/") and not any(map(is_left_out, parts))


def _check_size(items: Sequence[zipfile.ZipInfo], *, size_bytes: int, most_bytes: int) -> None:
    inflated = sum(info.file_size for info in items)
    if inflated > most_bytes:
        raise TooLarge(most_bytes)
    if inflated > _MOST_RATIO * size_bytes + _SMALL_BYTES:
        raise BadArchive(
            f"an archive of {size_bytes:,} bytes must inflate to at most {_MOST_RATIO} times that, "
            f"found {inflated:,} bytes"
        )
