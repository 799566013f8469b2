"""From the bytes of a job's input to its case."""

from pathlib import Path

from coronal import Case, Plugins, UnknownFormat
from coronal.spec import HEAD_BYTES

__all__ = ["read_case"]


def read_case(path: Path, plugins: Plugins) -> Case:
    """Read an image by the format that its first bytes are of.

    Where several formats begin alike (a gzip stream), each is tried in turn until one knows the file.

    Raises
    ------
    UnknownFormat
        When no format knows the file.
    BadImage
        When it is broken or truncated.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    unknown = UnknownFormat(head, sorted(plugins.readers))
    for reader in plugins.readers.values():
        if reader.spec.knows(head):
            try:
                return Case.start(reader(path))
            except UnknownFormat as not_this_one:
                unknown = not_this_one
    raise unknown
