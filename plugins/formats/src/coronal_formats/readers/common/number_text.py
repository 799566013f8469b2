"""Numbers that stand in a file as text, parted by blanks."""

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from coronal import BadImage
from coronal_formats.readers.common.inflated_stream import Readable

__all__ = ["fill_from_text"]

_STEP_BYTES = 2**20
_MAX_NUMBER_LENGTH = 64


def fill_from_text(what: str, stream: Readable, room: NDArray[Any]) -> None:
    """Read as many numbers as an array has room for, up to the stream's end.

    Parameters
    ----------
    what
        What they are of, e.g. ``NRRD file``.
    stream
        Where they stand, parted by blanks and lines' ends.
    room
        An array of one axis, of whole or real numbers.

    Raises
    ------
    BadImage
        When there are fewer, or more; or when one is none, or no number of that type.
    """
    number, kind = (int, "whole") if room.dtype.kind in "iu" else (float, "real")
    filled = 0
    for words in _words(what, stream):
        if filled + len(words) > len(room):
            raise BadImage(f"the {what} must hold {len(room)} numbers by its header, found more")
        try:
            room[filled : filled + len(words)] = list(map(number, words))
        except (ValueError, OverflowError) as wrong:
            raise BadImage(
                f"the {what} must hold {kind} numbers of {8 * room.dtype.itemsize} bits as text, found others"
            ) from wrong
        filled += len(words)
    if filled < len(room):
        raise BadImage(
            f"the {what} must hold {len(room)} numbers by its header, found {filled}: it is truncated"
        )


def _words(what: str, stream: Readable) -> Iterator[list[bytes]]:
    rest = b""
    while piece := stream.read(_STEP_BYTES):
        if b"_" in piece:  # Python reads 1_000 as a number
            raise BadImage(f"the {what} must hold numbers as text, found an underscore")
        words = (rest + piece).split()
        # The last one may go on in the next piece.
        rest = words.pop() if words and not piece[-1:].isspace() else b""
        if len(rest) > _MAX_NUMBER_LENGTH:
            raise BadImage(f"the {what} must hold numbers as text, found something longer than a number")
        yield words
    yield [rest] if rest else []
