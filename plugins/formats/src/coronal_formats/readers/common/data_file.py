"""The numbers of an image as they lie in data files: raw, compressed or as text, read within bounds."""

import bz2
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.decoding import check_room
from coronal_formats.readers.common.inflated_stream import Inflated, Readable
from coronal_formats.readers.common.number_text import fill_from_text

__all__ = ["MAX_DEFLATED", "DataFile", "Encoding", "Storage", "check_lengths", "read_numbers"]

MAX_DEFLATED = 1032
"""How many times longer than the compressed bytes deflate's output can be."""

_STEP_BYTES = 2**20
_MAX_BEHIND_BYTES = 2**20
"""Behind the pixels: a stream that goes on for long is another than its header tells."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that holds pixels; it may be the image's own, behind its header.

    Parameters
    ----------
    size_bytes
        How long it is at most.
    opened
        Opens it, at its first byte.
    start
        Where what belongs to the pixels begins, in bytes from the file's first.
    """

    size_bytes: int
    opened: Callable[[], AbstractContextManager[IO[bytes]]]
    start: int = 0

    @classmethod
    def of(cls, file: BoundedFile) -> "DataFile":
        """Make one of a file that is open already, and stays so."""

        def rewound() -> AbstractContextManager[IO[bytes]]:
            file.seek(0)
            return nullcontext(file)

        return cls(file.size_bytes, rewound)


class Encoding(StrEnum):
    """How numbers become bytes."""

    RAW = "raw"
    DEFLATE = "deflate"
    """As a stream of gzip or zlib."""

    BZIP2 = "bzip2"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Storage:
    """How the numbers of an image are stored.

    Parameters
    ----------
    dtype
        Their type, with its byte order.
    encoding
        How they became bytes.
    skip_lines
        How many lines stand before them, in each file.
    skip_bytes
        How many bytes stand before them, behind these lines; of a compressed file, once it is inflated. -1
        where they end with the file (raw alone).
    """

    dtype: "np.dtype[Any]"
    encoding: Encoding = Encoding.RAW
    skip_lines: int = 0
    skip_bytes: int = 0


def read_numbers(
    what: str, files: Sequence[DataFile], shape: tuple[int, ...], storage: Storage
) -> NDArray[Any]:
    """Read the numbers of an array, of which each file holds a like part, in their order.

    The files are known to be long enough before memory is taken. The array is filled in place: it is in
    memory once.

    Parameters
    ----------
    what
        What they are of, e.g. ``NRRD file``.
    files
        One, or several whose number divides the array's.
    shape
        Of the array, in C order: its last axis is the one that changes fastest in the file.
    storage
        How they are stored.

    Returns
    -------
    NDArray
        In the byte order in which they are stored.

    Raises
    ------
    BadImage
        When there are fewer than the shape says, or more than 1 MiB behind them; where they are text, when
        one is no number of its type.
    """
    part = math.prod(shape) // len(files)
    check_lengths(what, files, shape, storage)
    if storage.encoding is Encoding.BZIP2:
        for file in files:
            _check_inflated(what, file, part, storage)
    array = np.empty(shape, storage.dtype)
    for room, file in zip(array.reshape(len(files), part), files, strict=True):
        with _opened(what, file, storage) as stream:
            _skip(stream, _bytes_before(file, room.nbytes, storage))
            if storage.encoding is Encoding.TEXT:
                fill_from_text(what, stream, room)
            else:
                _fill(what, stream, room)
    return array


def check_lengths(what: str, files: Sequence[DataFile], shape: tuple[int, ...], storage: Storage) -> None:
    """Check that files can hold an array, by their lengths: nothing is read.

    The parameters are those of `read_numbers`. Of bzip2, of which 40 bytes can become 40 MB, no length tells.

    Raises
    ------
    BadImage
        When one is too short.
    """
    part = math.prod(shape) // len(files)
    declared = part * storage.dtype.itemsize
    if storage.encoding is Encoding.TEXT:
        declared = 2 * part - 1  # a digit for each, and what parts them
    for file in files:
        found = file.size_bytes - file.start
        if storage.encoding is Encoding.DEFLATE:
            found *= MAX_DEFLATED
        if storage.encoding is not Encoding.BZIP2:
            check_room(what, declared=declared, found=max(found - max(storage.skip_bytes, 0), 0))


def _check_inflated(what: str, file: DataFile, part: int, storage: Storage) -> None:
    declared, before = part * storage.dtype.itemsize, max(storage.skip_bytes, 0)
    with _opened(what, file, storage) as stream:
        found = _skip(stream, before + declared)
    check_room(what, declared=declared, found=max(found - before, 0))


@contextmanager
def _opened(what: str, file: DataFile, storage: Storage) -> Iterator[Readable]:
    with file.opened() as stream:
        _skip(stream, file.start)
        for _ in range(storage.skip_lines):
            _skip_line(what, stream)
        match storage.encoding:
            case Encoding.DEFLATE:
                yield Inflated(what, stream)
            case Encoding.BZIP2:
                with bz2.BZ2File(stream) as inflated:
                    yield inflated
            case _:
                yield stream


def _skip_line(what: str, stream: IO[bytes]) -> None:
    piece = b""
    while not piece.endswith(b"\n"):
        piece = stream.readline(_STEP_BYTES)
        if not piece:
            raise BadImage(f"the data file of a {what} must have the lines to skip, found it ends before")


def _bytes_before(file: DataFile, declared: int, storage: Storage) -> int:
    return storage.skip_bytes if storage.skip_bytes >= 0 else file.size_bytes - file.start - declared


def _skip(stream: Readable, count: int) -> int:
    """Read on, and return how many bytes there were of so many."""
    left = count
    while left > 0 and (piece := stream.read(min(left, _STEP_BYTES))):
        left -= len(piece)
    return count - left


def _fill(what: str, stream: Readable, room: NDArray[Any]) -> None:
    view, filled = room.view(np.uint8).data, 0
    while filled < len(view) and (piece := stream.read(min(len(view) - filled, _STEP_BYTES))):
        view[filled : filled + len(piece)] = piece
        filled += len(piece)
    check_room(what, declared=room.nbytes, found=filled)
    # Past the end, where a checksum is verified.
    if _skip(stream, _MAX_BEHIND_BYTES + 1) > _MAX_BEHIND_BYTES:
        raise BadImage(
            f"a {what} must end with its pixels, found more than {_MAX_BEHIND_BYTES:,} bytes behind them"
        )
