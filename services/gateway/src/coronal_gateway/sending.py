"""A file that is kept, as an answer."""

from flask import Response, request

from coronal_gateway.services import services
from coronal_jobs.job import Artifact

__all__ = ["sent"]

_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
"""A report brings its own style and pictures, and nothing else: no script, nothing from elsewhere."""


def sent(artifact: Artifact) -> Response:
    """Answer with a file that a job has left, or that stays with a version."""
    response = Response(services().blobs.stream(artifact.sha256), content_type=artifact.media_type)
    response.content_length = artifact.size_bytes
    response.headers.set("Content-Disposition", "inline", filename=artifact.name)
    if artifact.media_type.startswith("text/html"):
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
    response.set_etag(artifact.sha256)
    response.make_conditional(request)
    return response
