"""The reader of JPEG."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import PIL.ImageFile

from coronal import BadImage, Image, ImageProperties, ReadLimits, Signature, reader
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.code_stream import stream_of
from coronal_formats.readers.common.declared_size import declared_size
from coronal_formats.readers.common.decoding import check_head, decoding
from coronal_formats.readers.photographs.photograph import image_of, open_as, orientation_of, properties_of
from coronal_formats.readers.photographs.upright import upright, upright_properties

__all__ = ["jpeg"]

_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""What ends a segment or a scan; 0 behind FF is a byte of data, D0 to D7 restart it (ITU-T T.81, B.1.1)."""

_START_OF_IMAGE = 0xD8
_END_OF_IMAGE = 0xD9
_START_OF_SCAN = 0xDA
_WITHOUT_LENGTH = 0x01
_BITS = 8
_SAMPLES = (1, 3, 4)
_NOT_READ = ("JPEG-LS", "lossless arithmetic JPEG", "hierarchical JPEG")
_MAX_SCANS = 500
"""Each decodes the whole image again; programs write about 10."""


@reader(
    media_type="image/jpeg",
    suffixes=(".jpg", ".jpeg"),
    signatures=(Signature.at(0, b"\xff\xd8\xff"),),
    keeps_labels=False,
)
def jpeg(path: Path, limits: ReadLimits) -> Image:
    """JPEG: grey or colour, 8 bits, turned upright as its EXIF orientation says.

    Of a file with several pictures (MPO) the first is read; what stands behind its end, as some cameras and
    telephones write it, is passed over. Its density is that of a print and no spacing. JPEG of more bits,
    JPEG-LS and hierarchical JPEG are refused by name.
    """
    with _opened(path, limits) as opened:
        return upright(image_of(opened), orientation_of(opened))


@jpeg.header
def _properties(path: Path, limits: ReadLimits) -> ImageProperties:
    with _opened(path, limits) as opened:
        return upright_properties(properties_of(opened), orientation_of(opened))


@contextmanager
def _opened(path: Path, limits: ReadLimits) -> Iterator[PIL.ImageFile.ImageFile]:
    with BoundedFile(path.open("rb", buffering=0)) as file:
        check_head(file, jpeg.spec)
        with decoding("JPEG file"):
            content = file.read()
            _check_kind(content)
            _check_scans(content)
            file.seek(0)
            yield open_as(file, "JPEG", limits)


def _check_kind(content: bytes) -> None:
    stream, (rows, _) = stream_of(content), declared_size(BytesIO(content)) or (None, None)
    if stream is None:
        return
    if stream.bits != _BITS or stream.samples not in _SAMPLES or stream.kind in _NOT_READ:
        raise BadImage(
            "a JPEG file must be baseline, progressive or lossless JPEG of 8 bits × 1, 3 or 4 samples, "
            f"found {stream}, which isn't read: save it as PNG or TIFF"
        )
    if rows == 0:
        raise BadImage(
            "a JPEG file must tell its height in its header, found it behind the first scan (DNL), "
            "which isn't read"
        )


def _check_scans(content: bytes) -> None:
    # The decoder makes up the rows that are missing at the end, and says nothing.
    scans = _scans(content)
    if scans is None:
        raise BadImage(
            f"a JPEG file must end with an end-of-image mark, found none in {len(content)} bytes: "
            "it is truncated"
        )
    if scans > _MAX_SCANS:
        raise BadImage(f"a JPEG file may have at most {_MAX_SCANS} scans, found more")


def _scans(content: bytes) -> int | None:
    # Up to the end of the first picture; None where it has none. What cameras write behind is no part of it.
    place, scans = 2, 0
    while found := _MARKER.search(content, place):
        marker, place = found[1][0], found.end()
        if marker == _END_OF_IMAGE:
            return scans
        if marker == _START_OF_IMAGE:
            return None
        scans += marker == _START_OF_SCAN
        if marker != _WITHOUT_LENGTH:
            place += max(int.from_bytes(content[place : place + 2], "big"), 2)
    return None
