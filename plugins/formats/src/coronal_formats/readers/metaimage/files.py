"""Where the pixels of a MetaImage are, and how they are stored."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from coronal import BadImage
from coronal.errors import shown
from coronal_formats.readers.common.companion_files import Beside, numbered
from coronal_formats.readers.common.data_file import DataFile, Encoding, Storage
from coronal_formats.readers.common.header_text import whole_numbers
from coronal_formats.readers.metaimage.header import WHAT, Fields

__all__ = ["files_of", "storage_of"]

_TYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",  # of 4 bytes in the file, whatever a machine's long has
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}


def storage_of(fields: Fields) -> Storage:
    """Return how the pixels are stored.

    Raises
    ------
    BadImage
        When the numbers are of a type that isn't read, or are to be scaled.
    """
    kind = fields.get("ElementType", "")
    if kind not in _TYPES:
        raise BadImage(f"ElementType of a {WHAT} must be one of {', '.join(_TYPES)}, found {shown(kind)}")
    _refuse_scaling(fields)
    # Little-endian where nothing tells: the byte order of the machines that MetaIO runs on.
    is_big = fields.claim("BinaryDataByteOrderMSB", "ElementByteOrderMSB", default=False)
    dtype = np.dtype(_TYPES[kind]).newbyteorder(">" if is_big else "<")
    if not fields.claim("BinaryData", default=True):
        return Storage(dtype, Encoding.TEXT)
    if fields.claim("CompressedData", default=False):
        return Storage(dtype, Encoding.DEFLATE)
    return Storage(dtype, skip_bytes=min(fields.whole("HeaderSize", 0), 0))


def files_of(fields: Fields, listed: Sequence[str], own: DataFile, beside: Beside) -> list[DataFile]:
    """Return the files that hold the pixels, in their order.

    Parameters
    ----------
    fields
        The header: ``ElementDataFile`` is ``LOCAL``, a name, ``LIST`` or ``LIST 2D``, or a pattern with its
        first number, last number and step, as in ``slice%03d.raw 1 20 1``.
    listed
        What stands behind ``LIST``.
    own
        The header's own file, which begins for the pixels where the header ends.
    beside
        Where the others are.

    Raises
    ------
    BadImage
        When one isn't there, or there isn't one for each plane (or for each of what else one holds).
    """
    skip, names = fields.whole("HeaderSize", 0), _names(fields, listed)
    is_last = skip == -1 and storage_of(fields).encoding is Encoding.RAW
    if skip and not is_last and (names is None or skip < 0):
        raise BadImage(
            f"HeaderSize of a {WHAT} must be 0, the bytes before the pixels in another file, or -1 where raw "
            f"pixels are the last bytes of a file; found {skip}"
        )
    if names is None:
        return [own]
    return [replace(beside.data_file(name), start=max(skip, 0)) for name in names]


def _names(fields: Fields, listed: Sequence[str]) -> list[str] | None:
    value = fields["ElementDataFile"]
    if value.casefold() == "local":
        return None
    if not value:
        raise BadImage(f"ElementDataFile of a {WHAT} must be LOCAL or name a file, found nothing")
    first, *words = value.split()
    sizes = fields.wholes("DimSize", fields.dimensions)
    if first == "LIST":
        axes = whole_numbers(WHAT, "LIST", words[0].rstrip("dD"), 1)[0] if words else len(sizes) - 1
        return _checked(listed, math.prod(sizes[max(axes, 0) :]))
    if "%" in first:
        return _checked(numbered(WHAT, first, _numbers(words, sizes[-1])), sizes[-1])
    return [value]


def _numbers(words: Sequence[str], count: int) -> range:
    found = whole_numbers(WHAT, "ElementDataFile", " ".join(words)) if words else ()
    first = found[0] if found else 1
    step = found[2] if len(found) > 2 else 1
    last = found[1] if len(found) > 1 else first + step * (count - 1)
    if len(found) > 3 or step < 1:
        raise BadImage(
            f"ElementDataFile of a {WHAT} must be a pattern, its first number, its last and a step from 1 "
            f"on, found {shown(' '.join(words))}"
        )
    return range(first, last + 1, step)


def _checked(names: Sequence[str], wanted: int) -> list[str]:
    if len(names) != wanted:
        raise BadImage(
            f"a {WHAT} must name a data file for each part, {wanted:,} by its header, found {len(names):,}"
        )
    return list(names)


def _refuse_scaling(fields: Fields) -> None:
    (slope,) = fields.reals("ElementToIntensityFunctionSlope", count=1) or (1.0,)
    (offset,) = fields.reals("ElementToIntensityFunctionOffset", count=1) or (0.0,)
    if (slope, offset) != (1.0, 0.0):
        raise BadImage(
            f"a {WHAT} must hold its values as they are, found that they are to be scaled by {slope:g} and "
            f"{offset:g} (ElementToIntensityFunction), which ITK leaves out and other programs do: "
            "save the values that are meant"
        )
