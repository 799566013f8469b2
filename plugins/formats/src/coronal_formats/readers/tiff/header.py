"""What a TIFF file declares, checked before tifffile makes an object of each page."""

import enum
import math
import struct
from xml.etree import ElementTree

from tifffile import COMPRESSION, PREDICTOR, SAMPLEFORMAT, TIFF, TiffFile, TiffFrame, TiffPage

from coronal import BadImage, ReadLimits
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.declared_size import declared_size

__all__ = ["check_encoding", "check_ome", "check_page", "check_page_count", "name_of"]

_MAX_PAGES = 10_000
_BIG = 43
_PICTURES = (
    COMPRESSION.JPEG,
    COMPRESSION.OJPEG,
    COMPRESSION.JPEG2000,
    COMPRESSION.APERIO_JP2000_RGB,
    COMPRESSION.APERIO_JP2000_YCBC,
)
"""Compressions whose streams have a size of their own."""

_ELECTRON_EVENTS = (65000, 65001, 65002)
"""Compressions of EER, counted electrons: tifffile asks for a scheme of its own, by the file's name."""


def check_page_count(file: BoundedFile) -> None:
    """Follow the chain of a file's pages to its end, and go back to the file's start.

    Raises
    ------
    BadImage
        When there are more than 10,000, as in a chain that runs in a circle.
    """
    order = "<" if file.read(2) == b"II" else ">"
    is_big = struct.unpack(f"{order}H", file.read(2)) == (_BIG,)
    count_format, offset_format, tag_bytes = ("Q", "Q", 20) if is_big else ("H", "I", 12)
    file.seek(8 if is_big else 4)
    for _ in range(_MAX_PAGES + 1):
        offset = _number(file, order + offset_format)
        if not 0 < offset < file.size_bytes:
            file.seek(0)
            return
        file.seek(offset)
        count = _number(file, order + count_format)
        file.seek(min(file.tell() + count * tag_bytes, file.size_bytes))
    raise BadImage(f"a TIFF file may have at most {_MAX_PAGES:,} pages, found more, or a chain without end")


def check_ome(opened: TiffFile, limits: ReadLimits) -> None:
    """Check the sizes in a file's OME description: tifffile takes memory for each plane that it names.

    Raises
    ------
    BadImage
        When there are more than 10,000 planes, or more values than may be.
    """
    if not opened.is_ome:
        return
    for node in ElementTree.fromstring(opened.ome_metadata or "").iter():
        sizes = [int(node.get(f"Size{axis}") or 1) for axis in "TCZYX"]
        limits.check_values("TIFF file", *sizes)
        planes = max(math.prod(sizes[:3]), int(node.get("PlaneCount") or 0), int(node.get("IFD") or 0))
        if planes > _MAX_PAGES:
            raise BadImage(f"a TIFF file may have at most {_MAX_PAGES:,} planes, found {planes:,} in OME")


def check_page(file: BoundedFile, page: TiffPage | TiffFrame, size: TiffPage) -> None:
    """Check that the parts of a page are in the file, and become no more than the page has room for.

    Parameters
    ----------
    file
        The file.
    page
        The page.
    size
        The page that tells its size: itself, or one like it.

    Raises
    ------
    BadImage
        When a strip or tile lies past the file's end, or a compressed picture in one is larger than the page.
    """
    room = max(size.imagelength * size.imagewidth, size.tilelength * size.tilewidth)
    for start, length in zip(page.dataoffsets, page.databytecounts, strict=True):
        if start + length > file.size_bytes:
            raise BadImage(
                f"a TIFF file must hold all its strips, found it to end after {file.size_bytes} bytes"
            )
        if size.compression in _PICTURES:
            file.seek(start)
            rows, columns = declared_size(file) or (0, 0)
            if rows * columns > room:
                raise BadImage(
                    "a tile of a TIFF file must be no larger than its page, "
                    f"found {rows:,} × {columns:,} pixels"
                )


def check_encoding(page: TiffPage) -> None:
    """Check that the pixels are of a number type and a compression that are read.

    Raises
    ------
    BadImage
        When they aren't: the file may be sound nevertheless.
    """
    if page.dtype is None:
        raise BadImage(
            "a TIFF file must hold whole or real numbers of a length that is read, found "
            f"{name_of(SAMPLEFORMAT, page.sampleformat)} of {page.bitspersample} bits"
        )
    formats = page.tags.valueof("SampleFormat")
    if isinstance(formats, tuple) and len(set(formats)) > 1:
        raise BadImage("the channels of a TIFF file must have one number type, found several")
    compression, predictor = page.compression, page.predictor
    if compression in _ELECTRON_EVENTS or (
        compression != COMPRESSION.NONE and compression not in TIFF.DECOMPRESSORS
    ):
        raise BadImage(
            f"a TIFF file must have a compression that is read, found {name_of(COMPRESSION, compression)}, "
            "which isn't: save it with another, such as LZW or deflate"
        )
    if predictor != PREDICTOR.NONE and predictor not in TIFF.UNPREDICTORS:
        raise BadImage(
            f"a TIFF file must have a predictor that is read, found {name_of(PREDICTOR, predictor)}"
        )


def name_of(kind: type[enum.IntEnum], value: int) -> str:
    """Return what a code of a tag is called, or its number where it has no name.

    >>> name_of(COMPRESSION, 5), name_of(COMPRESSION, 60_123)
    ('LZW', 'number 60123')
    """
    return kind(value).name if value in set(kind) else f"number {int(value)}"


def _number(file: BoundedFile, form: str) -> int:
    # 0, which ends the chain, where the file does.
    content = file.read(struct.calcsize(form))
    return int(struct.unpack(form, content)[0]) if len(content) == struct.calcsize(form) else 0
