"""NIfTI in two files: a header (``.hdr``) and the pixels (``.img``), either of them compressed or not."""

import re
from typing import IO

from coronal import BadImage, ReadLimits
from coronal_formats.readers.common.data_file import Encoding
from coronal_formats.readers.common.declared_image import DeclaredImage
from coronal_formats.readers.common.image_zip import ImageZip
from coronal_formats.readers.common.inflated_stream import Inflated, Readable
from coronal_formats.readers.nifti.header import PAIR, read_header
from coronal_formats.readers.nifti.image import declared_nifti

__all__ = ["declared_pair", "inflated_header", "is_analyze"]

_WHAT = "NIfTI pair"
_HEADER = re.compile(r"\.hdr(\.gz)?$", re.IGNORECASE)
_DATA = (".img", ".img.gz")
_ANALYZE = (b"\x5c\x01\x00\x00", b"\x00\x00\x01\x5c")
"""The length of the header, 348, in both byte orders. One of NIfTI-1 begins so, too."""


def inflated_header(name: str, file: IO[bytes]) -> Readable:
    """Return what to read a header from: a header's file may be compressed alone (``.hdr.gz``)."""
    return Inflated(_WHAT, file) if name.lower().endswith(".hdr.gz") else file


def is_analyze(name: str, head: bytes) -> bool:
    """Return whether a file that is no NIfTI is an Analyze header, by its name and first bytes."""
    return _HEADER.search(name) is not None and head.startswith(_ANALYZE)


def declared_pair(files: ImageZip, name: str, limits: ReadLimits) -> DeclaredImage:
    """Read the header of a pair.

    Parameters
    ----------
    files
        The zip that holds both.
    name
        The path of the header; the pixels have the same, but for the suffix.
    limits
        How large the image may be.

    Raises
    ------
    BadImage
        When the pixels are missing, or there are two files of them; and as a NIfTI file in one.
    """
    data = _data_of(files, name)
    with files.data_file(name).opened() as file:
        header = read_header(inflated_header(name, file), PAIR)
    encoding = Encoding.DEFLATE if data.lower().endswith(".gz") else Encoding.RAW
    skip_bytes = max(int(header.get_data_offset()), 0)
    return declared_nifti(header, files.data_file(data), encoding, skip_bytes=skip_bytes, limits=limits)


def _data_of(files: ImageZip, name: str) -> str:
    stem = _HEADER.sub("", name)
    found = [other for other in files.names if other.startswith(stem) and other[len(stem) :].lower() in _DATA]
    if len(found) != 1:
        raise BadImage(
            f"a {_WHAT} must be a header (.hdr) and a data file of the same name (.img or .img.gz), found "
            f"{len(found) or 'no'} such data files in the zip"
        )
    return found[0]
