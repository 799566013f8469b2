"""The data files that a header names: they can only be what was sent together with it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from coronal import BadImage
from coronal.spec import FormatSpec
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.data_file import DataFile
from coronal_formats.readers.common.decoding import check_head, decoding

__all__ = ["MAX_FILES", "Beside", "numbered", "sent_alone"]

MAX_FILES = 10_000
"""The most data files of an image: one for each slice, at best."""

_NUMBER = re.compile(r"%(0?[1-9]?)d")


class Beside(Protocol):
    """What lies beside a header."""

    def data_file(self, name: str) -> DataFile:
        """Find a data file by the path that a header names it by; BadImage where there is none."""
        ...


@contextmanager
def sent_alone(path: Path, spec: FormatSpec, what: str) -> Iterator[tuple[DataFile, Beside]]:
    """Open a file whose header may name data files, and that was sent without any.

    Parameters
    ----------
    path
        Where it lies.
    spec
        Its format.
    what
        What the header is of, e.g. ``MetaImage file``.

    Yields
    ------
    DataFile
        The file of the header; the pixels may follow it.
    Beside
        Where its data files are: nowhere, since no file of this machine is ever read for a name in a header.

    Raises
    ------
    UnknownFormat
        When the file is of another format.
    BadImage
        When anything fails while it is open.
    """
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, spec)
        with decoding(what):
            yield DataFile.of(file), _Alone(what)


@dataclass(frozen=True, slots=True)
class _Alone:
    """Nothing: the header was sent alone.

    Parameters
    ----------
    what
        What the header is of, e.g. ``MetaImage file``.
    """

    what: str

    def data_file(self, name: str) -> NoReturn:
        """Raise BadImage."""
        raise BadImage(
            f"a {self.what} whose pixels are in another file must be sent with it, in a zip of their own; "
            "found it alone"
        )


def numbered(what: str, pattern: str, numbers: Sequence[int]) -> list[str]:
    """List the names that a pattern stands for.

    Parameters
    ----------
    what
        What names it, e.g. ``NRRD file``.
    pattern
        A name with one ``%d``, or ``%03d`` and the like, as C's printf has it.
    numbers
        What stands in its place.

    Raises
    ------
    BadImage
        When there is another thing to fill in, or they are too many.

    Examples
    --------
    >>> numbered("NRRD file", "slice%03d.raw", range(9, 11))
    ['slice009.raw', 'slice010.raw']
    """
    parts = _NUMBER.split(pattern)
    if len(parts) != 3 or "%" in parts[0] + parts[2] or not 0 < len(numbers) <= MAX_FILES:
        raise BadImage(
            f"a {what} that numbers its data files must have one %d in their name, and 1 to {MAX_FILES:,} "
            "of them; found it otherwise"
        )
    before, width, behind = parts
    return [f"{before}{number:{width}d}{behind}" for number in numbers]
