"""A zip from an untrusted sender: what it declares is checked before anything is inflated."""

import os
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

from coronal.errors import BadArchive, BadImage
from coronal.formats.file_names import composed, is_left_out

__all__ = [
    "ZIP_SIGNATURE",
    "BoundedZip",
    "ZipEntry",
    "as_bad_image",
    "path_within",
    "reading_zip",
    "unique_paths",
]

ZIP_SIGNATURE = b"PK\x03\x04"
"""The first bytes of a zip."""

_MAX_RATIO = 200
_SMALL_BYTES = 1 << 26
"""To this size a zip may inflate whatever its own: a few black images are smaller than 1/200."""

_BYTES_PER_ENTRY = 400
"""Space of an entry in the central directory, which is read into memory at once: 46 bytes and the path."""

_MIN_DIRECTORY_BYTES = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others can inflate a small piece to any size in one step."""

_ENCRYPTED = 1
_UTF8 = 0x800
"""Flag of an entry whose path is written in UTF-8 (APPNOTE 4.4.4)."""

# The module zipfile has an error of its own, and lets others through where bytes make no sense.
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
class ZipEntry:
    """A file or folder in a zip, not yet inflated.

    Parameters
    ----------
    path
        Path from the top of the zip, in Unicode's composed form, with ``/`` between folders and behind a
        folder.
    info
        Entry in the zip's central directory.
    """

    path: str
    info: zipfile.ZipInfo

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.path.endswith("/")


class BoundedZip:
    """The entries of a zip; hidden files and what systems add are left out.

    Parameters
    ----------
    file
        The zip; it stays open.
    max_files
        Number of files for which the central directory may have room. The caller counts them itself.

    Attributes
    ----------
    entries
        Files and folders, in the order of the central directory.
    inflated_bytes
        Total size of the files, inflated, as the zip declares it; no more is ever read of them.

    Raises
    ------
    BadArchive
        When it isn't a whole zip, its central directory is too long, or a path leads out of it.
    """

    def __init__(self, file: BinaryIO, *, max_files: int) -> None:
        bounded = _BoundedFile(file, max(max_files * _BYTES_PER_ENTRY, _MIN_DIRECTORY_BYTES))
        with reading_zip("the file must be a whole zip, found that it isn't"):
            self._archive = zipfile.ZipFile(bounded)
        bounded.max_read_bytes = bounded.size_bytes  # what is read of a file is bounded by its reader
        self._size_bytes = bounded.size_bytes
        self.entries = tuple(_kept_entries(self._archive.infolist()))
        self.inflated_bytes = sum(entry.info.file_size for entry in self.entries)

    @property
    def files(self) -> tuple[ZipEntry, ...]:
        """The entries that are files."""
        return tuple(entry for entry in self.entries if not entry.is_folder)

    def check_inflated_size(self) -> None:
        """Raise BadArchive when the zip would inflate to 200 times its size and more than 64 MiB."""
        limit_bytes = _MAX_RATIO * self._size_bytes + _SMALL_BYTES
        if self.inflated_bytes > limit_bytes:
            raise BadArchive(
                f"a zip of {self._size_bytes:,} bytes may inflate to {limit_bytes:,}, "
                f"found {self.inflated_bytes:,}"
            )

    def check_readable(self, entry: ZipEntry) -> None:
        """Raise BadArchive when a file is encrypted, or compressed by a method that isn't supported."""
        if entry.info.flag_bits & _ENCRYPTED:
            raise BadArchive("the file must not be encrypted within the zip, found that it is")
        if entry.info.compress_type not in _METHODS:
            raise BadArchive("the file must be stored or deflated within the zip, found another method")

    def open(self, entry: ZipEntry) -> IO[bytes]:
        """Open a file that is readable. Reading it raises what `reading_zip` translates."""
        return self._archive.open(entry.info)


@contextmanager
def reading_zip(message: str = "the file is broken within the zip") -> Iterator[None]:
    """Raise BadArchive with a message for any error of the module zipfile."""
    try:
        yield
    except BadArchive:
        raise
    except _BROKEN as broken:
        raise BadArchive(message) from broken


@contextmanager
def as_bad_image() -> Iterator[None]:
    """Raise BadImage for BadArchive: where a zip, or a file within it, is an image."""
    try:
        yield
    except BadArchive as bad:
        raise BadImage(str(bad)) from bad


def unique_paths(entries: Sequence[ZipEntry]) -> dict[str, ZipEntry]:
    """Return entries by path; BadArchive when two have the same path."""
    found = {entry.path: entry for entry in entries}
    if len(found) < len(entries):
        raise BadArchive(
            "each file of a zip must have a path of its own, found two with one (composed in Unicode)"
        )
    return found


def path_within(path: str) -> str | None:
    r"""Return a path relative to the top of a zip, or None where it leads out of it.

    >>> path_within("a\\.\\b.raw"), path_within("../b.raw"), path_within("C:\\b.raw"), path_within("/b.raw")
    ('a/b.raw', None, None, None)
    """
    plain = composed(path).replace("\\", "/")
    if not plain or plain.startswith("/") or re.match("[A-Za-z]:", plain) or ".." in plain.split("/"):
        return None
    return posixpath.normpath(plain)


class _BoundedFile:
    """A file of which only a bounded number of bytes is read at once, and never more than there are."""

    def __init__(self, file: BinaryIO, max_read_bytes: int) -> None:
        self._file = file
        self.max_read_bytes = max_read_bytes
        self.size_bytes = file.seek(0, os.SEEK_END)

    def read(self, size: int = -1) -> bytes:
        # Python takes memory for all that it is asked for, even where the file is shorter.
        left = max(self.size_bytes - self._file.tell(), 0)
        size = left if size < 0 else min(size, left)
        if size > self.max_read_bytes:
            raise BadArchive(
                f"the central directory of the zip may have {self.max_read_bytes:,} bytes, found more"
            )
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _kept_entries(infos: Sequence[zipfile.ZipInfo]) -> Iterator[ZipEntry]:
    for info in infos:
        name = _decoded_name(info)
        if not name:
            raise BadArchive("each file of a zip must have a path, found one without")
        path = path_within(name)
        if path is None:
            raise BadArchive("each path in a zip must lead to a place within it, found one that leads out")
        if not any(map(is_left_out, path.split("/"))):
            yield ZipEntry(f"{path}/" if name.endswith(("/", "\\")) else path, info)


def _decoded_name(info: zipfile.ZipInfo) -> str:
    # macOS writes UTF-8 without its flag, and zipfile decodes what has no flag as CP437. Hardly any text of
    # CP437 with letters beyond ASCII is UTF-8 by chance.
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename
