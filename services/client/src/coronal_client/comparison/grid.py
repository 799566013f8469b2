"""The values of an image file, and where they lie."""

from array import array
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Grid", "NotRead", "Values", "values_of"]

Values: TypeAlias = "array[int] | array[float]"

_WHOLE = "BHIQbhiq"


class NotRead(Exception):
    """Raised when a file is none that Coronal writes, so that its values aren't known here."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The values of an image file.

    Parameters
    ----------
    shape
        As the file tells it, channels included.
    values
        As many as the shape has, in the order of the file.
    place
        The numbers that tell where they lie: spacing, and of a NIfTI file both transforms.

    Raises
    ------
    NotRead
        When there are more or fewer values than the shape has.
    """

    shape: tuple[int, ...]
    values: Values
    place: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        count = 1
        for size in self.shape:
            count *= size
        if count != len(self.values):
            raise NotRead(f"{count:,} values are declared, found {len(self.values):,}")

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.values.typecode in _WHOLE


def values_of(content: bytes, type_code: str, *, is_swapped: bool = False) -> Values:
    """Read values from their bytes.

    Parameters
    ----------
    content
        The bytes.
    type_code
        As of the module `struct`: ``B``, ``h``, ``f`` …
    is_swapped
        Whether their bytes are in the other order than this machine's.

    Examples
    --------
    >>> values_of(bytes([0, 7]), "B").tolist()
    [0, 7]
    """
    values: Values = array(type_code)
    if len(content) % values.itemsize:
        raise NotRead(f"values of {values.itemsize} bytes are declared, found {len(content):,} bytes")
    values.frombytes(content)
    if is_swapped:
        values.byteswap()
    return values
