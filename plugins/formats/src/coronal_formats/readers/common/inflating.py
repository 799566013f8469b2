"""Deflate streams, inflated in steps."""

import io
import zlib
from collections.abc import Iterator

from coronal import BadImage, ReadLimits
from coronal_formats.readers.common.bounded_file import BoundedFile

__all__ = ["inflated"]

_STEP_BYTES = 2**20


def inflated(what: str, file: BoundedFile, limits: ReadLimits) -> io.BytesIO:
    """Inflate a raw deflate stream (RFC 1951) from where a file stands.

    It is inflated twice: a stream that becomes too much is refused before memory is taken for it.

    Parameters
    ----------
    what
        What it is part of, e.g. ``DICOM file``.
    file
        The file.
    limits
        What it may become.

    Raises
    ------
    BadImage
        When it is over the limit, or ends too early.
    """
    start, found_bytes = file.tell(), 0
    for step in _steps(what, file):
        found_bytes += len(step)
        limits.check_inflated(what, found_bytes)
    file.seek(start)
    content = io.BytesIO()  # grows as it is written to: joined parts would be in memory twice
    content.writelines(_steps(what, file))
    content.seek(0)
    return content


def _steps(what: str, file: BoundedFile) -> Iterator[bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    while not stream.eof:
        packed = stream.unconsumed_tail or file.read(_STEP_BYTES)
        step = stream.decompress(packed, _STEP_BYTES)
        if not packed and not step and not stream.eof:
            raise BadImage(f"the deflate stream of a {what} must be whole, found it truncated")
        yield step
