"""The header of a MetaImage: lines of ``Field = value`` up to ``ElementDataFile``."""

from collections import UserDict
from itertools import islice
from typing import IO

from coronal import BadImage, UnknownFormat
from coronal.errors import shown
from coronal_formats.readers.common.companion_files import MAX_FILES
from coronal_formats.readers.common.header_text import lines_of, real_numbers, whole_numbers

__all__ = ["WHAT", "Fields", "read_fields"]

WHAT = "MetaImage file"

_LAST = "ElementDataFile"
_LIST = "LIST"
_FREE = frozenset({"Comment", "Name"})
_MAX_DIMENSIONS = 10
"""MetaIO's own."""


class Fields(UserDict[str, str]):
    """The fields of a header, by their names."""

    @property
    def dimensions(self) -> int:
        """The number of axes."""
        found = self.whole("NDims")
        if not 1 <= found <= _MAX_DIMENSIONS:
            raise BadImage(f"NDims of a {WHAT} must be from 1 to {_MAX_DIMENSIONS}, found {found}")
        return found

    def first(self, *names: str) -> str | None:
        """Return the value of the one field of several names; None where none is there."""
        found = {self[name] for name in names if name in self}
        if len(found) > 1:
            raise BadImage(f"{' and '.join(names)} of a {WHAT} must be the same, found that they differ")
        return next(iter(found), None)

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number; BadImage where it is none, or missing without a default."""
        if name not in self and default is not None:
            return default
        return self.wholes(name, 1)[0]

    def wholes(self, name: str, count: int) -> tuple[int, ...]:
        """Return so many whole numbers; BadImage where they are none, or missing."""
        return whole_numbers(WHAT, name, self.get(name, ""), count)

    def reals(self, *names: str, count: int) -> tuple[float, ...] | None:
        """Return so many numbers of the one field of several names; None where none is there."""
        text = self.first(*names)
        return None if text is None else real_numbers(WHAT, names[0], text, count)

    def claim(self, *names: str, default: bool) -> bool:
        """Return True or False, of the one field of several names."""
        text = self.first(*names)
        if text is None:
            return default
        if text.casefold() not in ("true", "t", "1", "false", "f", "0"):
            raise BadImage(f"{names[0]} of a {WHAT} must be True or False, found {shown(text)}")
        return text.casefold() in ("true", "t", "1")


def read_fields(file: IO[bytes]) -> tuple[Fields, list[str]]:
    """Read the fields at a file's start, and the names of data files that are listed behind them.

    Raises
    ------
    UnknownFormat
        When it is text of another kind.
    BadImage
        When it is another object of MetaIO, a field stands twice, or there is no `ElementDataFile`.
    """
    fields, lines = Fields(), lines_of(WHAT, file)
    for line in lines:
        name, equals, value = (part.strip() for part in line.partition("="))
        if not equals and line:
            break
        if fields.get(name, value) != value and name not in _FREE:
            raise BadImage(f"each field of a {WHAT} must stand once, found {shown(name)} twice")
        if line:
            fields[name] = value
        if name == _LAST:
            break
    if not {"ObjectType", "NDims"} & fields.keys():
        raise UnknownFormat(" ".join(fields).encode(), ("metaimage",))
    if fields.get("ObjectType", "Image").casefold() != "image":
        raise BadImage(f"a {WHAT} must be an Image, found the object {shown(fields['ObjectType'])}")
    if _LAST not in fields:
        raise BadImage(f"the header of a {WHAT} must end with {_LAST}, found it truncated")
    is_listed = fields[_LAST].split()[:1] == [_LIST]
    return fields, [line for line in islice(lines, MAX_FILES + 1) if line] if is_listed else []
