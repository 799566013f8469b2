"""Uploads: read in pieces, checked by their first bytes, hashed and written, never held in memory."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from flask import Request
from gunicorn.http.errors import ParseException

from coronal.spec import HEAD_BYTES
from coronal_gateway.http.errors import MalformedBody, UnsupportedBody
from coronal_jobs.blobs.store import BlobWriter
from coronal_jobs.records.job import Input

__all__ = ["PIECE_BYTES", "ImageUpload", "base_name", "path_name", "pieces", "refuse_encoding"]

PIECE_BYTES = 1 << 20
"""Size of a read; for each smaller one gunicorn copies all that it has read ahead."""

_MAX_NAME_LENGTH = 255


class ImageUpload:
    """An image that is being received.

    Parameters
    ----------
    name
        Name of the image.
    writer
        Writer of its blob.
    format_of
        Returns the format for a file's first bytes, or raises UnknownFormat.
    """

    def __init__(self, name: str, writer: BlobWriter, format_of: Callable[[bytes], str]) -> None:
        self._name = name
        self._writer = writer
        self._format_of = format_of
        self._format = ""
        self._head = b""

    def write(self, piece: bytes) -> None:
        """Write bytes.

        Raises
        ------
        UnknownFormat
            As soon as the first bytes have arrived, when they are of no format that is read.
        TooLarge
            As soon as the limit is exceeded.
        StoreUnavailable
            When they can't be written.
        """
        if not self._format:
            self._head += piece[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self._format = self._format_of(self._head)
        self._writer.write(piece)

    def check(self) -> None:
        """Complete the upload; UnknownFormat when it is short and of no format that is read."""
        self._format = self._format or self._format_of(self._head)

    def described(self) -> Input:
        """Return name, digest, size and format."""
        sha256, size_bytes = self._writer.sha256, self._writer.size_bytes
        return Input(name=self._name, sha256=sha256, size_bytes=size_bytes, format=self._format)

    def commit(self) -> None:
        """Store the image."""
        self._writer.commit()

    def discard(self) -> None:
        """Delete the image, unless it was committed."""
        self._writer.discard()


def pieces(request: Request) -> Iterator[bytes]:
    """Yield the body of a request in pieces.

    Raises
    ------
    MalformedBody
        When it ends before its Content-Length, stalls, or is badly chunked.
    """
    received = 0
    while piece := _read(request):
        received += len(piece)
        yield piece
    if request.content_length not in (None, received):
        raise MalformedBody(
            f"the body must be of {request.content_length:,} bytes as Content-Length says, found {received:,}"
        )


def _read(request: Request) -> bytes:
    try:
        return request.stream.read(PIECE_BYTES)
    except (OSError, ParseException) as broken:
        raise MalformedBody("the body is truncated") from broken


def refuse_encoding(request: Request) -> None:
    """Raise UnsupportedBody for a compressed body: the size to which it inflates has no bound."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedBody("Content-Encoding", encoding, ["identity"])


def base_name(name: str) -> str:
    r"""Return the file name of a path: without folders and control characters, and not too long.

    >>> base_name("C:\\patients\\head\n.nii.gz")
    'head.nii.gz'
    >>> base_name("../..")
    'image'
    """
    short = _printable(re.split(r"[/\\]", name)[-1])[:_MAX_NAME_LENGTH]
    return "image" if set(short) <= {"."} else short


def path_name(name: str) -> str:
    r"""Return a path without a root, `..` and control characters; folders distinguish files of the same name.

    >>> path_name("C:\\patients\\7\\..\\head\n.nii.gz")
    'patients/7/head.nii.gz'
    >>> path_name("../..")
    'image'
    """
    parts = map(_printable, re.split(r"[/\\]", re.sub("^[A-Za-z]:", "", name)))
    return "/".join(part for part in parts if set(part) - {"."})[-_MAX_NAME_LENGTH:] or "image"


def _printable(text: str) -> str:
    return "".join(char for char in text if not unicodedata.category(char).startswith("C")).strip()
