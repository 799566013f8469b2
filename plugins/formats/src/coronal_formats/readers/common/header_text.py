"""Headers that are text: lines read within bounds, and the numbers in them."""

import re
from collections.abc import Iterator
from typing import IO

from coronal import BadImage
from coronal.errors import shown

__all__ = ["lines_of", "real_numbers", "whole_numbers"]

_MAX_HEADER_BYTES = 2**20
"""A header that lists a data file for each of 10,000 slices has half of that."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


def lines_of(what: str, file: IO[bytes]) -> Iterator[str]:
    """Read a header line by line, without the lines' ends; the file stands behind the last that was taken.

    Parameters
    ----------
    what
        What it is of, e.g. ``NRRD file``.
    file
        Where it begins.

    Raises
    ------
    BadImage
        When it goes on for more than 1 MiB.
    """
    left = _MAX_HEADER_BYTES
    while line := file.readline(left + 1):
        left -= len(line)
        if left < 0:
            raise BadImage(
                f"the header of a {what} must have at most {_MAX_HEADER_BYTES:,} bytes, found it longer"
            )
        yield line.decode("utf-8", "replace").strip()


def whole_numbers(what: str, field: str, text: str, count: int = 0) -> tuple[int, ...]:
    """Read whole numbers that are parted by blanks.

    Parameters
    ----------
    what, field
        What they are of, for the message.
    text
        The field's value.
    count
        How many there must be; 0 for any number from 1 on.

    Raises
    ------
    BadImage
        When they are none, or not as many.
    """
    words = text.split()
    if not words or not all(map(_WHOLE.fullmatch, words)) or count not in (0, len(words)):
        raise BadImage(f"{field} of a {what} must be {_wanted(count, 'whole number')}, found {shown(text)}")
    return tuple(map(int, words))


def real_numbers(what: str, field: str, text: str, count: int = 0) -> tuple[float, ...]:
    """Read real numbers that are parted by blanks; parameters and errors are those of `whole_numbers`."""
    try:
        numbers = tuple(map(float, text.split()))
    except ValueError:
        numbers = ()
    if not numbers or count not in (0, len(numbers)):
        raise BadImage(f"{field} of a {what} must be {_wanted(count, 'number')}, found {shown(text)}")
    return numbers


def _wanted(count: int, noun: str) -> str:
    return f"one {noun}" if count == 1 else f"{count or ''} {noun}s".lstrip()
