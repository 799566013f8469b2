"""The images in a zip that is sent as a batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from coronal.formats.bounded_zip import BoundedZip, ZipEntry, reading_zip
from coronal_gateway.http.errors import TooManyItems
from coronal_gateway.http.uploads import PIECE_BYTES
from coronal_jobs.errors import TooLarge

__all__ = ["ArchivedFile", "archived_files"]


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file in an archive, not yet inflated."""

    _archive: BoundedZip
    _entry: ZipEntry

    @property
    def name(self) -> str:
        """Its path within the archive."""
        return self._entry.path

    def pieces(self) -> Iterator[bytes]:
        """Yield its bytes in pieces; never more than the archive declares.

        Raises
        ------
        BadArchive
            When it is encrypted, compressed by a method that isn't supported, or broken.
        """
        self._archive.check_readable(self._entry)
        with reading_zip(), self._archive.open(self._entry) as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


def archived_files(file: BinaryIO, *, max_items: int, max_bytes: int) -> Iterator[ArchivedFile]:
    """Yield the files of a zip; folders, hidden files and what systems add are left out.

    Parameters
    ----------
    file
        The zip.
    max_items
        Number of files that it may have.
    max_bytes
        Total size to which they may inflate.

    Raises
    ------
    BadArchive
        When it isn't a zip, a path leads out of it, or it would inflate to 200 times its size.
    TooManyItems, TooLarge
        When it declares more files or bytes than allowed.
    """
    archive = BoundedZip(file, max_files=max_items)
    if len(archive.files) > max_items:
        raise TooManyItems(max_items)
    if archive.inflated_bytes > max_bytes:
        raise TooLarge(max_bytes)
    archive.check_inflated_size()
    for entry in archive.files:
        yield ArchivedFile(archive, entry)
