"""The files of a folder that is sent."""

from collections.abc import Iterator
from pathlib import Path

from coronal_client.errors import BadFile
from coronal_client.files.excluded import is_left_out

__all__ = ["files_in"]


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of those in it, by name, without hidden ones and what systems add.

    Raises
    ------
    BadFile
        When a link leads elsewhere than to a file of the same folder: what somebody else has made may hold a
        link to a file that nobody means to send, or one that leads round.
    """
    return _files_in(folder, folder.resolve())


def _files_in(folder: Path, root: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if is_left_out(path.name):
            continue
        if path.is_symlink():
            _refuse_stray(path, root)
        if path.is_dir():
            yield from _files_in(path, root)
        elif path.is_file():
            yield path


def _refuse_stray(link: Path, root: Path) -> None:
    if not (link.is_file() and link.resolve().is_relative_to(root)):
        raise BadFile(f"{link} must be a file or a folder itself, or lead to a file of the same folder")
