"""The bytes that a client sends: read piece by piece, looked at, hashed and written, never held."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from flask import Request
from gunicorn.http.errors import ParseException

from coronal.spec import HEAD_BYTES
from coronal_gateway.errors import MalformedBody, UnsupportedBody
from coronal_jobs.job import Input
from coronal_jobs.store.blobs import BlobWriter

__all__ = ["PIECE_BYTES", "ImageUpload", "base_name", "path_name", "pieces", "refuse_encoding"]

PIECE_BYTES = 1 << 20
"""How much of a body is read at a time; gunicorn copies what it has read ahead for each smaller piece."""

_LONGEST_NAME = 255


class ImageUpload:
    """An image that comes in.

    Parameters
    ----------
    name
        What the image is called.
    writer
        Where its bytes go.
    format_of
        Tells the format by a file's first bytes, or raises UnknownFormat.
    """

    def __init__(self, name: str, writer: BlobWriter, format_of: Callable[[bytes], str]) -> None:
        self._name = name
        self._writer = writer
        self._format_of = format_of
        self._format = ""
        self._head = b""

    def write(self, piece: bytes) -> None:
        """Take bytes.

        Raises
        ------
        UnknownFormat
            As soon as the first bytes are there and are of no format that is read.
        TooLarge
            As soon as the limit is passed.
        StoreUnavailable
            When they can't be written.
        """
        if not self._format:
            self._head += piece[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self._format = self._format_of(self._head)
        self._writer.write(piece)

    def check(self) -> None:
        """Tell that all bytes are there; UnknownFormat when they are few and of no format that is read."""
        self._format = self._format or self._format_of(self._head)

    def described(self) -> Input:
        """Tell what has come in."""
        sha256, size_bytes = self._writer.sha256, self._writer.size_bytes
        return Input(name=self._name, sha256=sha256, size_bytes=size_bytes, format=self._format)

    def commit(self) -> None:
        """Keep the image."""
        self._writer.commit()

    def discard(self) -> None:
        """Forget the image, unless it was committed."""
        self._writer.discard()


def pieces(request: Request) -> Iterator[bytes]:
    """Give the body of a request piece by piece.

    Raises
    ------
    MalformedBody
        When it ends before the length that was promised, stalls, or is badly chunked.
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
        raise MalformedBody("the body breaks off") from broken


def refuse_encoding(request: Request) -> None:
    """Take no compressed body: what it inflates to has no bound. UnsupportedBody for any."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedBody("Content-Encoding", encoding, ["identity"])


def base_name(name: str) -> str:
    r"""Reduce the name that a sender gave to a file's own: no folder, no control character, not too long.

    >>> base_name("C:\\patients\\head\n.nii.gz")
    'head.nii.gz'
    >>> base_name("../..")
    'image'
    """
    short = _printable(re.split(r"[/\\]", name)[-1])[:_LONGEST_NAME]
    return "image" if set(short) <= {"."} else short


def path_name(name: str) -> str:
    r"""Do the same, and keep the folders below that in which the sender is: they tell namesakes apart.

    >>> path_name("C:\\patients\\7\\..\\head\n.nii.gz")
    'patients/7/head.nii.gz'
    >>> path_name("../..")
    'image'
    """
    parts = map(_printable, re.split(r"[/\\]", re.sub("^[A-Za-z]:", "", name)))
    return "/".join(part for part in parts if set(part) - {"."})[-_LONGEST_NAME:] or "image"


def _printable(text: str) -> str:
    return "".join(char for char in text if not unicodedata.category(char).startswith("C")).strip()
