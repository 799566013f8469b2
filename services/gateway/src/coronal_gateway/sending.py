"""Stored bytes as an answer: no damaged ones are sent as if they were whole."""

import base64
from collections.abc import Iterable, Iterator
from contextlib import suppress

from flask import Response, request

from coronal_gateway.services import services
from coronal_jobs.errors import NotFound
from coronal_jobs.job import Artifact

__all__ = ["begun", "check_if_wanted", "sent"]

_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
"""A report brings its own style and pictures, and nothing else: no script, nothing from elsewhere."""


def sent(artifact: Artifact) -> Response:
    """Answer with a file that a job has left, or that stays with a version.

    Raises
    ------
    BlobDamaged
        When its bytes aren't those that were left; where it is larger than 1 MiB, perhaps only after a part
        was sent: then the answer breaks off.
    """
    check_if_wanted([artifact])
    pieces = services().blobs.stream(artifact.sha256, artifact.size_bytes)
    response = Response(begun(pieces), content_type=artifact.media_type)
    response.content_length = artifact.size_bytes
    response.headers.set("Content-Disposition", "inline", filename=artifact.name)
    if artifact.media_type.startswith("text/html"):
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    digest = base64.b64encode(bytes.fromhex(artifact.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530
    response.set_etag(artifact.sha256)
    response.make_conditional(request)
    return response


def check_if_wanted(artifacts: Iterable[Artifact]) -> None:
    """Read stored bytes to their end before any is sent, where `Want-Repr-Digest` (RFC 9530) asks for that.

    An answer that has begun can't say why it breaks off. Whoever it broke off for asks again like this.

    Raises
    ------
    BlobDamaged
        When some aren't those that were left.
    """
    if "Want-Repr-Digest" in request.headers:
        for artifact in artifacts:
            with suppress(NotFound):  # its job was deleted a moment ago
                services().blobs.check(artifact.sha256, artifact.size_bytes)


def begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Read the first piece now, and the others when they are sent: what it raises can still be a problem."""
    return _begin_with(next(pieces, b""), pieces)


def _begin_with(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others
