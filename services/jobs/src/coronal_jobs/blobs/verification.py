"""The check of bytes against their digest while they are read: damaged ones are never complete."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from coronal_jobs.errors import BlobDamaged

__all__ = ["check_file", "checked_pieces"]


def checked_pieces(pieces: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    """Yield pieces as they come, and the last of them only when the digest of all is right.

    Parameters
    ----------
    pieces
        The bytes.
    sha256
        The digest that they must have.

    Raises
    ------
    BlobDamaged
        In place of the last piece.

    Examples
    --------
    >>> list(checked_pieces([b"pix", b"els"], hashlib.sha256(b"pixels").hexdigest()))
    [b'pix', b'els']
    """
    digest = hashlib.sha256()
    pending = b""
    for piece in pieces:
        digest.update(piece)
        if pending:
            yield pending
        pending = piece
    _compare(sha256, digest.hexdigest())
    if pending:
        yield pending


def check_file(path: Path, sha256: str) -> None:
    """Read a file to its end, and check its digest.

    Raises
    ------
    BlobDamaged
        When it is another.

    Notes
    -----
    A thread that does it while the file is decoded was measured to save nothing
    (``benchmarks/checked_reading.py``): it would only let a decoder see damaged bytes.
    """
    with path.open("rb") as file:
        _compare(sha256, hashlib.file_digest(file, "sha256").hexdigest())


def _compare(sha256: str, found: str) -> None:
    if found != sha256:
        raise BlobDamaged.by_digest(sha256, found)
