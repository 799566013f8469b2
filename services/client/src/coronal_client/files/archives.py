"""Folders, brought to the one file that they are sent as: labelled images, or an image in several files."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from coronal_client.errors import BadFile
from coronal_client.files.folders import files_in
from coronal_client.files.uploads import ImageSource, Upload, opened

__all__ = ["opened_archive", "opened_image"]

_DATE = (1980, 1, 1, 0, 0, 0)
"""All files in an archive are of one date, so that the same folder is the same archive."""

_PACKED = frozenset({".gz", ".jpeg", ".jpg", ".npz", ".png", ".zip"})
"""What is compressed already is stored as it is."""


@contextmanager
def opened_archive(path: str | PathLike[str]) -> Iterator[Upload]:
    """Open an archive for as long as it is sent; a folder is packed into one that is gone afterwards.

    Parameters
    ----------
    path
        Of a zip or an npz; or of a folder, whose files are packed in the order of their names, without
        hidden ones and what systems add.

    Raises
    ------
    BadFile
        When a file isn't there or can't be read, the folder is empty, or a link in it leads elsewhere.
    """
    path = Path(path)
    with _packed(path, compresses=True) if path.is_dir() else opened(path, None) as upload:
        yield upload


@contextmanager
def opened_image(image: ImageSource, name: str | None) -> Iterator[Upload]:
    """Open an image for as long as it is sent; a folder is an image in several files, as a DICOM series is.

    Parameters
    ----------
    image
        A path, bytes, or an open file, which stays open. The files of a folder are packed as they are: a link
        within a machine is faster than compression.
    name
        What it is called; by default as the file or the folder is.

    Raises
    ------
    BadFile
        As for an archive.
    """
    if isinstance(image, str | PathLike) and Path(image).is_dir():
        with _packed(Path(image), compresses=False, name=name) as upload:
            yield upload
    else:
        with opened(image, name) as upload:
            yield upload


@contextmanager
def _packed(folder: Path, *, compresses: bool, name: str | None = None) -> Iterator[Upload]:
    with TemporaryFile(suffix=".zip") as archive:
        _pack(folder, archive, compresses=compresses)
        archive.seek(0)
        yield name or f"{folder.resolve().name}.zip", archive, "application/zip"


def _pack(folder: Path, into: BinaryIO, *, compresses: bool) -> None:
    try:
        files = list(files_in(folder))
        if not files:
            raise BadFile(f"{folder} must hold files that aren't hidden or a system's, found none")
        with zipfile.ZipFile(into, "w") as archive:
            for file in files:
                is_packed = not compresses or file.suffix.lower() in _PACKED
                _add(archive, file, file.relative_to(folder).as_posix(), is_packed=is_packed)
    except OSError as error:
        raise BadFile(f"{error.filename or folder} can't be read: {error.strerror}") from error
    except UnicodeEncodeError as error:
        raise BadFile(f"the name of each file must be UTF-8, found {error.object!r}") from error


def _add(archive: zipfile.ZipFile, file: Path, name: str, *, is_packed: bool) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.file_size = file.stat().st_size  # tells whether it needs the form for more than 2 GiB
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    with file.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)
