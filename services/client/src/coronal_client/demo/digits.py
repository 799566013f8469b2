"""Handwritten digits, which come with scikit-learn, as pictures."""

import csv
import gzip
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coronal_client.demo.packaged import packaged

__all__ = ["Digit", "read_digits", "write_set"]

_SIDE_PX = 8
_WHITE = 16
"""How much ink the file tells where a square of the paper is full of it."""


@dataclass(frozen=True, slots=True)
class Digit:
    """A digit that somebody has written, bright on dark.

    Parameters
    ----------
    label
        Which it is: ``0`` to ``9``.
    pixels
        8 × 8 bytes, row by row.

    Examples
    --------
    >>> Digit("1", bytes(64)).png()[1:4]
    b'PNG'
    """

    label: str
    pixels: bytes

    def png(self) -> bytes:
        """Return it as a PNG of 8 × 8 pixels in grey."""
        head = struct.pack(">IIBBBBB", _SIDE_PX, _SIDE_PX, 8, 0, 0, 0, 0)
        # Before each row stands how it is filtered: not at all.
        starts = range(0, len(self.pixels), _SIDE_PX)
        rows = b"".join(b"\0" + self.pixels[start : start + _SIDE_PX] for start in starts)
        chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def read_digits() -> list[Digit]:
    """Read all 1,797 of them.

    Raises
    ------
    NotInstalled
        When scikit-learn isn't there.
    """
    path = packaged(
        "sklearn", "datasets/data/digits.csv.gz", title="handwritten digits", distribution="scikit-learn"
    )
    with gzip.open(path, "rt", newline="") as file:
        return [_digit([int(cell) for cell in row]) for row in csv.reader(file)]


def write_set(digits: Sequence[Digit], path: Path) -> Path:
    """Write digits into a zip as a data set is sent: a folder for each class."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, digit in enumerate(digits):
            archive.writestr(f"{digit.label}/{number:04}.png", digit.png())
    return path


def _digit(row: Sequence[int]) -> Digit:
    *inks, label = row
    return Digit(str(label), bytes(round(ink * 255 / _WHITE) for ink in inks))


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
