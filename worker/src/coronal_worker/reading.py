"""From the bytes of a file to its image."""

from collections.abc import Callable
from pathlib import Path

from coronal import Image, Plugins, Reader, ReadLimits, UnknownFormat
from coronal.spec import HEAD_BYTES

__all__ = ["read_image", "read_labels"]


_LIMITS = ReadLimits()


def read_image(path: Path, plugins: Plugins, limits: ReadLimits = _LIMITS) -> Image:
    """Read an image by the format that its first bytes are of.

    Where several formats begin alike (a gzip stream), each is tried in turn until one knows the file.

    Parameters
    ----------
    path
        Where the file lies.
    plugins
        Those whose readers are asked.
    limits
        How large the image may be.

    Raises
    ------
    UnknownFormat
        When no format knows the file.
    BadImage
        When it is broken, truncated or over the limits.
    """
    return _first_that_knows(path, plugins, lambda reader: reader(path, limits))


def read_labels(path: Path, plugins: Plugins, limits: ReadLimits = _LIMITS) -> Image:
    """Read a file that holds a label map, number by number as it is stored (`coronal.Reader.read_labels`).

    Parameters, and what is raised, are those of `read_image`; BadImage also where the format or its
    compression is lossy.
    """
    return _first_that_knows(path, plugins, lambda reader: reader.read_labels(path, limits))


def _first_that_knows(path: Path, plugins: Plugins, read: Callable[[Reader], Image]) -> Image:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    unknown = UnknownFormat(head, sorted(plugins.readers))
    for reader in plugins.readers.values():
        if reader.spec.knows(head):
            try:
                return read(reader)
            except UnknownFormat as not_this_one:
                unknown = not_this_one
    raise unknown
