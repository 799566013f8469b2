"""An untrusted zip, read within limits: declared sizes are checked before anything is inflated."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from coronal import BadDataset, BadImage
from coronal.errors import BadArchive
from coronal.formats.bounded_zip import BoundedZip, ZipEntry, as_bad_image, reading_zip, unique_paths
from coronal_learning.datasets.ingest.source import MAX_ITEMS
from coronal_learning.datasets.ingest.subset_names import subset_of

__all__ = ["IMAGES", "LABELS", "NAMES", "TABLE", "Archive", "Member"]

TABLE, NAMES = "labels.csv", "names.csv"
IMAGES, LABELS = "images/", "labels/"

_MAX_BYTES = 2**36
_MAX_FILE_BYTES = 2**34
_MAX_TEXT_BYTES = 2**26
_PIECE_BYTES = 2**20


class Member:
    """An open file of a zip."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        """Read up to so many bytes; raise BadImage where it is corrupt."""
        with as_bad_image(), reading_zip():
            return self._file.read(size)


class Archive:
    """The files of a zip by their paths; folders, hidden files and what systems add are left out.

    A single top folder is stripped. Paths are in Unicode's composed form, and reserved names
    (``labels.csv``, ``images/`` beside ``labels/``) in lower case, whatever their case.

    Attributes
    ----------
    files
        Their paths, sorted, with ``/`` between folders.
    folders
        The folders that have an entry of their own, sorted.

    Parameters
    ----------
    path
        The zip.
    folder
        Folder for temporary files.

    Raises
    ------
    BadDataset
        When it is no zip, has too many files or two of one path, a path leads out of it, or it would inflate
        to 64 GiB or to 200 times its size.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self._folder = folder
        self._file = path.open("rb")
        try:
            self._zip = BoundedZip(self._file, max_files=2 * MAX_ITEMS)
            entries = _checked(self._zip)
        except BadArchive as bad:
            self._file.close()
            raise BadDataset([str(bad)]) from bad
        top = _top([path for path in entries if not path.endswith("/")])
        spelt = _reserved([path.removeprefix(top) for path in entries])
        paths = {spelt.get(path.removeprefix(top), path.removeprefix(top)): path for path in entries}
        self._entries = {path: entries[paths[path]] for path in sorted(paths)}
        self.files = [path for path in self._entries if path and not path.endswith("/")]
        self.folders = [path for path in self._entries if path.endswith("/")]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def size_bytes(self, path: str) -> int:
        """Return the declared size of a file; no more is ever read of it."""
        return self._entries[path].info.file_size

    @contextmanager
    def opened(self, path: str) -> Iterator["Member"]:
        """Open a file.

        Raises
        ------
        BadImage
            When it is encrypted, compressed by an unsupported method, too large or corrupt.
        """
        entry = self._entries[path]
        size_bytes = self.size_bytes(path)
        if size_bytes > _MAX_FILE_BYTES:
            raise BadImage(f"a file may have {_MAX_FILE_BYTES:,} bytes, found {size_bytes:,}")
        with as_bad_image(), reading_zip():
            self._zip.check_readable(entry)
            file = self._zip.open(entry)
        with file:
            yield Member(file)

    @contextmanager
    def extracted(self, path: str) -> Iterator[Path]:
        """Write a file to disk for the duration of the ``with``, under a name of ours.

        Raises
        ------
        BadImage
            As `opened` does.
        """
        place = self._folder / "member"
        try:
            with self.opened(path) as file, place.open("wb") as copy:
                while piece := file.read(_PIECE_BYTES):
                    copy.write(piece)
            yield place
        finally:
            place.unlink(missing_ok=True)

    def text(self, path: str) -> str:
        """Read a text in UTF-8, with or without a byte order mark.

        Raises
        ------
        BadImage
            As `opened` does, and when it is too long or in another encoding.
        """
        if self.size_bytes(path) > _MAX_TEXT_BYTES:
            raise BadImage(f"a text may have {_MAX_TEXT_BYTES:,} bytes, found {self.size_bytes(path):,}")
        with self.opened(path) as file:
            content = file.read(_MAX_TEXT_BYTES)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as other:
            raise BadImage("a text must be of UTF-8, found another encoding") from other


def _checked(archive: BoundedZip) -> dict[str, ZipEntry]:
    if len(archive.entries) > 2 * MAX_ITEMS:
        raise BadArchive(f"a zip may have {2 * MAX_ITEMS:,} files, found {len(archive.entries):,}")
    if archive.inflated_bytes > _MAX_BYTES:
        raise BadArchive(f"a zip may inflate to {_MAX_BYTES:,} bytes, found {archive.inflated_bytes:,}")
    archive.check_inflated_size()
    return unique_paths(archive.entries)


def _reserved(paths: Sequence[str]) -> dict[str, str]:
    """Return the paths that begin with a reserved name, with that name in lower case.

    A path whose lower case exists as well is left as it is.
    """
    folders = {path.partition("/")[0].casefold() + "/" for path in paths if "/" in path}
    tops = (IMAGES, LABELS) if {IMAGES, LABELS} <= folders else ()
    spelt = {}
    for path in paths:
        top, slash, below = path.partition("/")
        name = top.casefold() + slash
        if name != top + slash and (name in tops or (not slash and name in (TABLE, NAMES))):
            spelt[path] = name + below
    return {path: new for path, new in spelt.items() if new not in paths}


def _top(paths: Sequence[str]) -> str:
    """Return the single top folder of all files; empty where it is a class or a subset."""
    tops = {path.partition("/")[0] for path in paths}
    if len(tops) != 1 or subset_of(*tops):
        return ""
    top = f"{tops.pop()}/"
    below = [path.removeprefix(top) for path in paths]
    return top if TABLE in map(str.casefold, below) or all("/" in path for path in below) else ""
