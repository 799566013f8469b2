"""A zip that holds one image in several files: a header, and what the header names."""

import posixpath
import zipfile
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, BinaryIO

from coronal import BadImage
from coronal.formats.bounded_zip import BoundedZip, as_bad_image, path_within, unique_paths
from coronal_formats.readers.common.companion_files import MAX_FILES
from coronal_formats.readers.common.data_file import MAX_DEFLATED, DataFile

__all__ = ["Folder", "ImageZip"]


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

    def __init__(self, file: BinaryIO) -> None:
        with as_bad_image():
            self._zip = BoundedZip(file, max_files=MAX_FILES)
            self._files = unique_paths(self._zip.files)
        if len(self._files) > MAX_FILES:
            raise BadImage(f"a zip of one image may have {MAX_FILES:,} files, found {len(self._files):,}")
        self.names = list(self._files)

    def check_inflated_size(self) -> None:
        """Raise BadImage where all files together would inflate to far more than the zip's own size."""
        with as_bad_image():
            self._zip.check_inflated_size()

    def data_file(self, name: str) -> DataFile:
        """Return a file by its path; BadImage where it is encrypted, or of a method that isn't inflated."""
        entry = self._files[name]
        with as_bad_image():
            self._zip.check_readable(entry)
        # What the zip says of the size is checked against what can be: nothing is inflated for it.
        most = entry.info.compress_size * (
            MAX_DEFLATED if entry.info.compress_type == zipfile.ZIP_DEFLATED else 1
        )

        def opened() -> AbstractContextManager[IO[bytes]]:
            return self._zip.open(entry)

        return DataFile(min(entry.info.file_size, most), opened)


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
        below = path_within(name)
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
