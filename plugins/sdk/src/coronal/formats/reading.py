"""Reading an image or a label map from a file of any installed format."""

from collections.abc import Callable
from pathlib import Path

from coronal import Image, Plugins, Reader, ReadLimits, UnknownFormat
from coronal.spec import HEAD_BYTES

__all__ = ["read_image", "read_labels"]


_LIMITS = ReadLimits()


def read_image(path: Path, plugins: Plugins, limits: ReadLimits = _LIMITS) -> Image:
    """Read an image, whose format is recognized by its first bytes.

    Where several formats begin alike (a gzip stream), each is tried in turn until one accepts the file.

    Parameters
    ----------
    path
        Path of the file.
    plugins
        Plugins with the readers.
    limits
        Size limits of the image.

    Raises
    ------
    UnknownFormat
        When no reader recognizes the file.
    BadImage
        When it is corrupt, truncated or over the limits.
    """
    return _read_by_format(path, plugins, lambda reader: reader(path, limits))


def read_labels(path: Path, plugins: Plugins, limits: ReadLimits = _LIMITS) -> Image:
    """Read a label map with its label numbers as stored (`coronal.Reader.read_labels`).

    Parameters, and what is raised, are those of `read_image`; BadImage also where the format or its
    compression is lossy.
    """
    return _read_by_format(path, plugins, lambda reader: reader.read_labels(path, limits))


def _read_by_format(path: Path, plugins: Plugins, read: Callable[[Reader], Image]) -> Image:
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
