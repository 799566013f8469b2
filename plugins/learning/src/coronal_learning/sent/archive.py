"""A zip that a stranger has sent, read within bounds: what it promises is checked before it is inflated."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from coronal import BadDataset, BadImage
from coronal.file_names import composed, is_left_out
from coronal_learning.sent.part_words import part_of
from coronal_learning.sent.source import MOST_ITEMS

__all__ = ["IMAGES", "LABELS", "NAMES", "TABLE", "Archive", "Member"]

TABLE, NAMES = "labels.csv", "names.csv"
IMAGES, LABELS = "images/", "labels/"

_MOST_BYTES = 2**36
_MOST_FILE_BYTES = 2**34
_MOST_TEXT_BYTES = 2**26
_MOST_RATIO = 200
_SMALL_BYTES = 2**26
_PIECE_BYTES = 2**20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others inflate a piece to any size at once."""

_ENCRYPTED = 1
_UTF8 = 0x800
"""The flag of an entry whose path is written in UTF-8 (APPNOTE 4.4.4)."""

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


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _BROKEN as broken:
        raise BadImage("the file is broken within the zip") from broken


class Member:
    """A file of a zip that is being read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        """Read so many bytes, or fewer at its end; BadImage where it is broken."""
        with _told():
            return self._file.read(size)


class Archive:
    """The files of a zip by their paths; folders, hidden files and what systems add are left out.

    Where all lies below one folder, paths are told from there on. All are in Unicode's composed form, and
    names that mean something to us (``labels.csv``, ``images/`` beside ``labels/``) in lower case, however
    they are written.

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
        Where a file is put while it is read.

    Raises
    ------
    BadDataset
        When it is no zip, has too many files or two of one path, a path leads out of it, or it would inflate
        to 64 GiB or to 200 times its size.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self._folder = folder
        try:
            self._archive = zipfile.ZipFile(path)
        except _BROKEN as broken:
            raise BadDataset(["the file must be a whole zip, found that it isn't"]) from broken
        try:
            infos = _checked(self._archive.infolist(), path.stat().st_size)
        except BadDataset:
            self._archive.close()
            raise
        top = _top([path for path in infos if not path.endswith("/")])
        spelt = _reserved([path.removeprefix(top) for path in infos])
        paths = {spelt.get(path.removeprefix(top), path.removeprefix(top)): path for path in infos}
        self._infos = {path: infos[paths[path]] for path in sorted(paths)}
        self.files = [path for path in self._infos if path and not path.endswith("/")]
        self.folders = [path for path in self._infos if path.endswith("/")]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def size_bytes(self, path: str) -> int:
        """Give how large a file says that it is; no more is ever read of it."""
        return self._infos[path].file_size

    @contextmanager
    def opened(self, path: str) -> Iterator["Member"]:
        """Open a file.

        Raises
        ------
        BadImage
            When it is encrypted, of a method that isn't inflated, too large or broken.
        """
        info = self._infos[path]
        if info.flag_bits & _ENCRYPTED:
            raise BadImage("the file must not be encrypted within the zip, found that it is")
        if info.compress_type not in _METHODS:
            raise BadImage("the file must be stored or deflated within the zip, found another method")
        if info.file_size > _MOST_FILE_BYTES:
            raise BadImage(f"a file may have {_MOST_FILE_BYTES:,} bytes, found {info.file_size:,}")
        with _told():
            file = self._archive.open(info)
        with file:
            yield Member(file)

    @contextmanager
    def extracted(self, path: str) -> Iterator[Path]:
        """Put a file on the disk for as long as the ``with`` lasts; its own path plays no part.

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
        """Read a text of UTF-8, with or without a mark at its start.

        Raises
        ------
        BadImage
            As `opened` does, and when it is too long or of another encoding.
        """
        if self.size_bytes(path) > _MOST_TEXT_BYTES:
            raise BadImage(f"a text may have {_MOST_TEXT_BYTES:,} bytes, found {self.size_bytes(path):,}")
        with self.opened(path) as file:
            content = file.read(_MOST_TEXT_BYTES)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as other:
            raise BadImage("a text must be of UTF-8, found another encoding") from other


def _checked(infos: Sequence[zipfile.ZipInfo], size_bytes: int) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        path = composed(_spelt(info)).replace("\\", "/")
        parts = path.split("/")
        if path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in parts:
            raise BadDataset(["each path must lead to a place within the zip, found one that leads out"])
        if not path:
            raise BadDataset(["each file of a zip must have a path, found one without"])
        if any(map(is_left_out, parts)):
            continue
        if path in found:
            fault = "each file of a zip must have a path of its own, found two with one (composed in Unicode)"
            raise BadDataset([fault])
        found[path] = info
    if len(found) > 2 * MOST_ITEMS:
        raise BadDataset([f"a zip may have {2 * MOST_ITEMS:,} files, found {len(found):,}"])
    inflated = sum(info.file_size for info in found.values())
    most = min(_MOST_BYTES, _MOST_RATIO * size_bytes + _SMALL_BYTES)
    if inflated > most:
        raise BadDataset([f"a zip of {size_bytes:,} bytes may inflate to {most:,}, found {inflated:,}"])
    return found


def _spelt(info: zipfile.ZipInfo) -> str:
    # macOS writes UTF-8 without its flag, and zipfile reads as CP437 what has none. Hardly any text of CP437
    # with letters beyond ASCII is UTF-8 by chance.
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _reserved(paths: Sequence[str]) -> dict[str, str]:
    """Give the paths that begin with a name that means something, each with that name in lower case.

    One stays as it is where its lower case is there, too.
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
    """Give the folder that all files lie below; none where that is itself a class's or a part's."""
    tops = {path.partition("/")[0] for path in paths}
    if len(tops) != 1 or part_of(*tops):
        return ""
    top = f"{tops.pop()}/"
    below = [path.removeprefix(top) for path in paths]
    return top if TABLE in map(str.casefold, below) or all("/" in path for path in below) else ""
