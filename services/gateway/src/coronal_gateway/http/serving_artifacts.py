"""Serving artifacts: damaged bytes are never sent as if they were intact."""

import base64
from collections.abc import Iterable, Iterator
from contextlib import suppress

from flask import Response, request

from coronal_gateway.services import services
from coronal_jobs.blobs.packs import stream_artifact
from coronal_jobs.errors import NotFound
from coronal_jobs.records.job import Artifact

__all__ = ["prefetched", "serve", "verify_if_requested"]

_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
"""A report has inline styles and images only: no script, nothing from other hosts."""


def serve(artifact: Artifact) -> Response:
    """Return a response with a result file of a job, or a file of a version.

    Raises
    ------
    BlobDamaged
        When its bytes don't match their digest; of a file over 1 MiB possibly only after a part was sent:
        then the response is cut off.
    """
    verify_if_requested([artifact])
    pieces = stream_artifact(services().blobs, artifact)
    response = Response(prefetched(pieces), content_type=artifact.media_type)
    response.content_length = artifact.size_bytes
    response.headers.set("Content-Disposition", "inline", filename=artifact.name)
    if artifact.media_type.startswith("text/html"):
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    digest = base64.b64encode(bytes.fromhex(artifact.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530
    response.set_etag(artifact.sha256)
    response.make_conditional(request)
    return response


def verify_if_requested(artifacts: Iterable[Artifact]) -> None:
    """Verify files before any byte is sent, where `Want-Repr-Digest` (RFC 9530) requests it.

    A response that has begun can't report an error: a client whose download was cut off asks again like this.

    Raises
    ------
    BlobDamaged
        When one doesn't match its digest.
    """
    if "Want-Repr-Digest" in request.headers:
        for artifact in artifacts:
            with suppress(NotFound):  # its job was deleted a moment ago
                for _ in stream_artifact(services().blobs, artifact):
                    pass


def prefetched(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Read the first piece now, the others when sent: an error in the first still becomes a problem."""
    return _with_first(next(pieces, b""), pieces)


def _with_first(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others
