"""What a batch is sent as: a folder, an archive or images, in a form that is made while it is sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from coronal_client.errors import BadFile
from coronal_client.files.folders import files_in
from coronal_client.files.uploads import ImageSource, opened

__all__ = ["BatchSource", "Part", "form_of", "parts_of"]

BatchSource: TypeAlias = str | PathLike[str] | Iterable[ImageSource]
"""The path of a folder, of a zip or of an image; or several paths, bytes or open files."""

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file to send.

    Parameters
    ----------
    kind
        ``image``, ``reference`` or ``archive``.
    name
        What it is called; of a file in a folder, its path from there.
    source
        Where its bytes are.
    """

    kind: str
    name: str
    source: ImageSource


def parts_of(images: BatchSource) -> list[Part]:
    """List what is to be sent; a folder's files by their paths, without hidden ones and what systems add.

    Raises
    ------
    BadFile
        When there is no such file, an archive is not alone, or a link in a folder leads out of it.
    """
    sources = [images] if isinstance(images, str | PathLike) else list(images)
    parts = [part for source in sources for part in _parts(source)]
    if len(parts) > 1 and any(part.kind == "archive" for part in parts):
        raise BadFile("an archive is sent alone: send one, or unpack it first")
    return parts


def form_of(fields: dict[str, str], parts: Iterable[Part], boundary: str) -> Iterator[bytes]:
    """Yield a form (multipart/form-data) block by block; one file is open at a time.

    Parameters
    ----------
    fields
        The texts in it.
    parts
        The files in it.
    boundary
        What stands between the parts, and in none of them.

    Examples
    --------
    >>> b"".join(form_of({"seed": "1"}, [], "xyz")).decode().splitlines()
    ['--xyz', 'Content-Disposition: form-data; name="seed"', '', '1', '--xyz--']
    """
    for name, text in fields.items():
        yield _header(boundary, f'name="{name}"') + text.encode() + b"\r\n"
    for part in parts:
        yield _header(boundary, f'name="{part.kind}"; filename="{_quoted(part.name)}"')
        yield from _blocks(part)
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _parts(source: ImageSource) -> Iterator[Part]:
    match source:
        case str() | PathLike():
            yield from _parts_of_path(Path(source))
        case bytes():
            yield Part("image", "image", source)
        case _:
            yield Part("image", Path(str(getattr(source, "name", "image"))).name, source)


def _parts_of_path(path: Path) -> Iterator[Part]:
    if not path.is_dir():
        if not path.exists():
            raise BadFile(f"{path} can't be read: there is no such file")
        yield Part("archive" if path.suffix.lower() == ".zip" else "image", path.name, path)
        return
    for file in files_in(path):
        yield Part("image", file.relative_to(path).as_posix(), file)


def _blocks(part: Part) -> Iterator[bytes]:
    with opened(part.source, part.name) as (_, content, _):
        if isinstance(content, bytes):
            yield content
            return
        while block := content.read(_BLOCK_BYTES):
            yield block


def _header(boundary: str, disposition: str) -> bytes:
    text = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return text.encode("utf-8", "replace")  # a file's name may be none in UTF-8


def _quoted(name: str) -> str:
    plain = "".join(char if char.isprintable() else "_" for char in name)
    return plain.replace("\\", "\\\\").replace('"', '\\"')
