"""Where the pixels of a NRRD file are, and how they are stored."""

import math
from collections.abc import Sequence

import numpy as np

from coronal import BadImage, ReadLimits
from coronal.errors import shown
from coronal_formats.readers.common.companion_files import Beside, numbered
from coronal_formats.readers.common.data_file import DataFile, Encoding, Storage
from coronal_formats.readers.common.header_text import whole_numbers
from coronal_formats.readers.nrrd.header import WHAT, Fields

__all__ = ["files_of", "storage_of"]

_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": (
        *("longlong", "long long", "long long int", "signed long long", "signed long long int"),
        *("int64", "int64_t"),
    ),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_ENCODINGS = {
    Encoding.RAW: ("raw",),
    Encoding.DEFLATE: ("gz", "gzip"),
    Encoding.BZIP2: ("bz2", "bzip2"),
    Encoding.TEXT: ("txt", "text", "ascii"),
}
_MAX_LINES = 1_000_000


def storage_of(fields: Fields, limits: ReadLimits) -> Storage:
    """Return how the pixels are stored.

    Raises
    ------
    BadImage
        When type or encoding isn't read, the byte order is missing, or too much is to be skipped.
    """
    kind, encoding = _type(fields), _encoding(fields)
    needs_order = np.dtype(kind).itemsize > 1 and encoding is not Encoding.TEXT
    order = fields.get("endian", "" if needs_order else "little").casefold()
    if order not in ("little", "big"):
        raise BadImage(f"endian of a {WHAT} must be little or big, found {shown(order)}")
    lines, skip = fields.whole("line skip"), fields.whole("byte skip")
    if not 0 <= lines <= _MAX_LINES or skip < -1 or (skip < 0 and (lines or encoding is not Encoding.RAW)):
        raise BadImage(
            f"line skip of a {WHAT} must be from 0 to {_MAX_LINES:,}, and byte skip from 0 on, or -1 where "
            f"raw pixels alone end the file; found {lines} and {skip}"
        )
    limits.check_inflated(f"part of a {WHAT} that is skipped", skip)
    return Storage(np.dtype(kind).newbyteorder("<" if order == "little" else ">"), encoding, lines, skip)


def files_of(fields: Fields, listed: Sequence[str], own: DataFile, beside: Beside) -> list[DataFile]:
    """Return the files that hold the pixels, in their order.

    Parameters
    ----------
    fields
        The header: ``data file`` is missing, a name, ``LIST`` or ``LIST 2``, or a pattern with first number,
        last number and step, as in ``slice%03d.raw 1 20 1``, and the number of axes that a file holds.
    listed
        What stands behind ``LIST``.
    own
        The header's own file, which begins for the pixels where the header ends.
    beside
        Where the others are.

    Raises
    ------
    BadImage
        When one isn't there, or there aren't as many as the header needs.
    """
    if "data file" not in fields:
        return [own]
    value = fields["data file"]
    words = value.split()
    if words[:1] == ["LIST"]:
        return list(map(beside.data_file, _checked(listed, fields, words[1:])))
    if words and "%" in words[0]:
        first, last, step = whole_numbers(WHAT, "data file", " ".join(words[1:4]), 3)
        if step == 0:
            raise BadImage(f"the step of numbered data files of a {WHAT} must not be 0")
        numbers = range(first, last + (1 if step > 0 else -1), step)
        return list(map(beside.data_file, _checked(numbered(WHAT, words[0], numbers), fields, words[4:])))
    return [beside.data_file(value)]


def _checked(names: Sequence[str], fields: Fields, axes: Sequence[str]) -> Sequence[str]:
    sizes = fields.sizes
    held = whole_numbers(WHAT, "data file", " ".join(axes), 1)[0] if axes else len(sizes) - 1
    wanted = math.prod(sizes[max(held, 0) :])
    # Files of all axes are slabs along the last.
    fits = len(names) == wanted if held < len(sizes) else names and sizes[-1] % len(names) == 0
    if not fits:
        raise BadImage(
            f"a {WHAT} must name a data file for each part, {wanted:,} by its header, found {len(names):,}"
        )
    return names


def _type(fields: Fields) -> str:
    name = " ".join(fields.get("type", "").casefold().split())
    found = [kind for kind, names in _TYPES.items() if name in names]
    if not found:
        raise BadImage(
            f"type of a {WHAT} must be one of {', '.join(names[0] for names in _TYPES.values())}, "
            f"found {shown(name)}"
        )
    return found[0]


def _encoding(fields: Fields) -> Encoding:
    name = fields.get("encoding", "").casefold()
    found = [encoding for encoding, names in _ENCODINGS.items() if name in names]
    if not found:
        raise BadImage(f"encoding of a {WHAT} must be raw, gzip, bzip2 or ascii, found {shown(name)}")
    return found[0]
