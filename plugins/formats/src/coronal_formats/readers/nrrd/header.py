"""The header of a NRRD file: lines of ``field: value`` up to an empty line, or the file's end."""

import math
import re
from collections import UserDict
from itertools import islice
from typing import IO

from coronal import BadImage
from coronal.errors import shown
from coronal_formats.readers.common.companion_files import MAX_FILES
from coronal_formats.readers.common.header_text import lines_of, real_numbers, whole_numbers

__all__ = ["MAGIC", "WHAT", "Fields", "read_fields"]

WHAT = "NRRD file"
MAGIC = b"NRRD00"

_VERSIONS = tuple(f"NRRD000{number}" for number in range(1, 7))
_MAX_AXES = 16
"""Of the format itself (NRRD_DIM_MAX)."""

_SAME = {"datafile": "data file", "lineskip": "line skip", "byteskip": "byte skip"}
_VECTOR = re.compile(r"none|\([^()]*\)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

Vector = tuple[float, ...] | None
"""Of an axis; None where it has none in space."""


class Fields(UserDict[str, str]):
    """The fields of a header, by their names in lower case."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """The length of each axis; the first changes fastest in the file."""
        (count,) = whole_numbers(WHAT, "dimension", self.get("dimension", ""), 1)
        if not 1 <= count <= _MAX_AXES:
            raise BadImage(f"dimension of a {WHAT} must be from 1 to {_MAX_AXES}, found {count}")
        sizes = whole_numbers(WHAT, "sizes", self.get("sizes", ""), count)
        if min(sizes) < 1:
            raise BadImage(f"sizes of a {WHAT} must be from 1 on, found {sizes}")
        return sizes

    def whole(self, name: str) -> int:
        """Return a whole number, 0 where the field is missing."""
        return whole_numbers(WHAT, name, self.get(name, "0"), 1)[0]

    def reals(self, name: str) -> tuple[float, ...] | None:
        """Return a number for each axis, NaN where one has none; None where the field is missing."""
        return real_numbers(WHAT, name, self[name], len(self.sizes)) if name in self else None

    def words(self, name: str) -> tuple[str, ...]:
        """Return a word in lower case for each axis, "" where one has none or the field is missing."""
        words = tuple(self.get(name, "").casefold().split())
        return self._for_each(name, tuple("" if word in ("???", "none") else word for word in words))

    def quoted(self, name: str, count: int) -> tuple[str, ...]:
        """Return so many texts in quotes, "" where the field is missing."""
        return self._for_each(name, tuple(_QUOTED.findall(self.get(name, ""))), count)

    def vectors(self) -> tuple[Vector, ...]:
        """Return the direction of each axis, not yet in mm."""
        texts = self._for_each(
            "space directions", tuple(_VECTOR.findall(self.get("space directions", "").lower()))
        )
        return tuple(map(_vector, texts))

    def origin(self) -> Vector:
        """Return where the first element lies, not yet in mm; None where nothing tells."""
        return _vector(self.get("space origin", "").strip())

    def _for_each(self, name: str, found: tuple[str, ...], count: int = 0) -> tuple[str, ...]:
        wanted = count or len(self.sizes)
        if name not in self:
            return ("",) * wanted
        if len(found) != wanted:
            raise BadImage(f"{name} of a {WHAT} must be {wanted}, found {len(found)}")
        return found


def read_fields(file: IO[bytes]) -> tuple[Fields, list[str]]:
    """Read the fields at a file's start, and the names of data files that are listed behind them.

    Raises
    ------
    BadImage
        When it is of a version that isn't known, a line is none of a header, or a field stands twice.
    """
    lines = lines_of(WHAT, file)
    version, fields = next(lines, ""), Fields()
    if version not in _VERSIONS:
        raise BadImage(f"a {WHAT} must be of one of the versions 1 to 6, found {shown(version[:20])}")
    for line in lines:
        name, colon, value = line.partition(":")
        if not line:
            return fields, []
        if line.startswith("#") or value.startswith("="):  # a comment, or a key of a user's own
            continue
        name = " ".join(name.casefold().split())
        name = _SAME.get(name, name)
        if not colon or name in fields:
            raise BadImage(f"each field of a {WHAT} must be a name and a value, and stand once")
        fields[name] = value.strip()
        if name == "data file" and value.split()[:1] == ["LIST"]:
            return fields, [name for name in islice(lines, MAX_FILES + 1) if name]
    if "data file" not in fields:
        raise BadImage(f"the header of a {WHAT} must end with an empty line, found it truncated")
    return fields, []


def _vector(text: str) -> Vector:
    if text in ("", "none"):
        return None
    numbers = real_numbers(WHAT, "a vector", text.strip("()").replace(",", " "))
    return None if all(map(math.isnan, numbers)) else numbers
