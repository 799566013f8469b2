"""Labelled images, brought to the one file that they are sent as."""

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
from coronal_client.files.uploads import Upload, opened

__all__ = ["opened_archive"]

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
    if not path.is_dir():
        with opened(path, None) as upload:
            yield upload
        return
    with TemporaryFile(suffix=".zip") as archive:
        _pack(path, archive)
        archive.seek(0)
        yield f"{path.resolve().name}.zip", archive, "application/zip"


def _pack(folder: Path, into: BinaryIO) -> None:
    try:
        files = list(files_in(folder))
        if not files:
            raise BadFile(f"{folder} must hold files that aren't hidden or a system's, found none")
        with zipfile.ZipFile(into, "w") as archive:
            for file in files:
                _add(archive, file, file.relative_to(folder).as_posix())
    except OSError as error:
        raise BadFile(f"{error.filename or folder} can't be read: {error.strerror}") from error
    except UnicodeEncodeError as error:
        raise BadFile(f"the name of each file must be UTF-8, found {error.object!r}") from error


def _add(archive: zipfile.ZipFile, file: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.file_size = file.stat().st_size  # tells whether it needs the form for more than 2 GiB
    is_packed = file.suffix.lower() in _PACKED
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    with file.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)
