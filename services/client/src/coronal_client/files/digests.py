"""The digest that comes with a file (RFC 9530), and the check of what is received against it."""

import base64
import hashlib
import re
from typing import BinaryIO

import httpx

from coronal_client.errors import BadAnswer

__all__ = ["copy_checked"]

_SHA_256 = re.compile(r"\bsha-256=:([A-Za-z0-9+/]+={0,2}):")


def copy_checked(response: httpx.Response, into: BinaryIO) -> None:
    """Write the body of an answer to a file as it comes, and check it.

    Parameters
    ----------
    response
        An answer whose body hasn't been read. One without ``Repr-Digest``, or one that a proxy has encoded
        on its way, is not checked.
    into
        The file.

    Raises
    ------
    BadAnswer
        When the bytes aren't those of the digest.
    """
    digest = hashlib.sha256()
    for block in response.iter_bytes():
        digest.update(block)
        into.write(block)
    wanted = None if "Content-Encoding" in response.headers else _digest_in(response)
    if wanted is not None and digest.digest() != wanted:
        raise BadAnswer(
            f"{response.url.path} must have the SHA-256 {wanted.hex()}, found {digest.hexdigest()}: "
            "it was damaged on its way"
        )


def _digest_in(response: httpx.Response) -> bytes | None:
    found = _SHA_256.search(response.headers.get("Repr-Digest", ""))
    return base64.b64decode(found[1]) if found else None
