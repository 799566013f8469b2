"""A zip that holds one image in several files: a header, and what the header names."""

import posixpath
import re
import zipfile
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO

from coronal import BadImage
from coronal.file_names import composed, is_left_out
from coronal_formats.beside import MAX_FILES
from coronal_formats.bounded_file import BoundedFile
from coronal_formats.data_file import MAX_DEFLATED, DataFile

__all__ = ["BoundedZip", "Folder", "ImageZip"]

_BYTES_AN_ENTRY = 400
"""What an entry may have in the list of contents: 46 and its path."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1


class BoundedZip(BoundedFile):
    """A zip's own bytes, of which no more is read at a time than the list of contents of one image may have.

    That list is read in one go, and each of its entries takes more memory than it has bytes.
    """

    def read(self, size: int | None = -1) -> bytes:
        """Read so many bytes, or as many as are left; BadImage for too many at a time."""
        left = max(self.size_bytes - self.tell(), 0)
        if min(left, left if size is None or size < 0 else size) > MAX_FILES * _BYTES_AN_ENTRY:
            raise BadImage(
                "a zip of one image must have a list of contents for fewer files, found one too long"
            )
        return super().read(size)


class ImageZip:
    """The files of a zip; folders, hidden files and what systems add are left out.

    Parameters
    ----------
    file
        The zip. It stays open.

    Attributes
    ----------
    names
        The paths of its files, in Unicode's composed form, with ``/`` between folders.

    Raises
    ------
    BadImage
        When it has too many files or two of one path, or a path leads out of it.
    """

    def __init__(self, file: BoundedZip) -> None:
        self._archive = zipfile.ZipFile(file)
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in self._archive.infolist():
            path = _within(info.filename)
            if path is None:
                raise BadImage("each path in a zip must lead to a place within it, found one that leads out")
            if info.is_dir() or any(map(is_left_out, path.split("/"))):
                continue
            if path in self._infos:
                raise BadImage("each file of a zip must have a path of its own, found two with one")
            self._infos[path] = info
        if len(self._infos) > MAX_FILES:
            raise BadImage(f"a zip of one image may have {MAX_FILES:,} files, found {len(self._infos):,}")
        self.names = list(self._infos)

    def data_file(self, name: str) -> DataFile:
        """Return a file by its path; BadImage where it is encrypted, or of a method that isn't inflated."""
        info = self._infos[name]
        if info.flag_bits & _ENCRYPTED:
            raise BadImage("the files of a zip must not be encrypted, found that one is")
        if info.compress_type not in _METHODS:
            raise BadImage("the files of a zip must be stored or deflated, found another method")
        # What the zip says of the size is checked against what can be: nothing is inflated for it.
        most = info.compress_size * (MAX_DEFLATED if info.compress_type == zipfile.ZIP_DEFLATED else 1)

        def opened() -> AbstractContextManager[IO[bytes]]:
            return self._archive.open(info)

        return DataFile(min(info.file_size, most), opened)


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a header within a zip: data files are named from there.

    Parameters
    ----------
    within
        The zip.
    path
        The folder's path, empty for that on top.
    """

    within: ImageZip
    path: str

    def data_file(self, name: str) -> DataFile:
        """Find a file by the path that the header names it by.

        Raises
        ------
        BadImage
            When that leads out of the zip, or to nothing in it.
        """
        below = _within(name)
        if below is None:
            raise BadImage(
                "a header must name its data files by their paths from its own folder on, found another path"
            )
        path = posixpath.normpath(posixpath.join(self.path, below))
        if path not in self.within.names:
            raise BadImage(
                "a zip must hold each data file that the header names, by that name; found one missing"
            )
        return self.within.data_file(path)


def _within(path: str) -> str | None:
    r"""Return a path from the top of a zip on, or None where it leads out of it.

    >>> _within("a\\.\\b.raw"), _within("../b.raw"), _within("C:\\b.raw"), _within("/b.raw")
    ('a/b.raw', None, None, None)
    """
    plain = composed(path).replace("\\", "/")
    if not plain or plain.startswith("/") or re.match("[A-Za-z]:", plain) or ".." in plain.split("/"):
        return None
    return posixpath.normpath(plain)
