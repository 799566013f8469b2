"""The body of a batch request: a form with files, or JSON that names uploaded files."""

import json

from flask import Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from coronal.pipelines.document import MAX_DOCUMENT_LENGTH
from coronal_gateway.batches.submission import BatchSubmission
from coronal_gateway.http.errors import UnsupportedBody
from coronal_gateway.http.json_body import bounded, parsed
from coronal_gateway.http.multipart import read_form
from coronal_gateway.http.uploads import refuse_encoding
from coronal_gateway.settings import GatewaySettings

__all__ = ["StoredBatch", "read_batch"]

_BYTES_PER_ITEM = 1 << 10
"""Space for each item in a form or list, apart from the image's bytes."""

_FORM_BYTES = 4 * MAX_DOCUMENT_LENGTH


class StoredImage(BaseModel):
    """An image that was uploaded before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Digest, from the `input` of its job.")
    name: str = Field(default="image", max_length=255, description="Its name in this batch.")
    reference: str = Field(
        default="",
        pattern="^([0-9a-f]{64})?$",
        description="SHA-256 of the label map to compare with; empty for none.",
    )


class StoredBatch(BaseModel):
    """A batch of images that were uploaded before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pipeline: JsonValue = Field(description="The name of a pipeline, or a document, as text or as JSON.")
    seed: int = Field(default=0, ge=0)
    images: tuple[StoredImage, ...]


def read_batch(request: Request, submission: BatchSubmission, settings: GatewaySettings) -> None:
    """Pass the body of a request to a submission.

    Raises
    ------
    UnsupportedBody
        When its media type isn't supported.
    MalformedBody
        When it doesn't match its media type, or is truncated.
    TooLarge
        When it exceeds the limit of a batch.
    CoronalError
        Whatever the submission raises for a part.
    """
    refuse_encoding(request)
    match request.mimetype:
        case "multipart/form-data":
            boundary = request.mimetype_params.get("boundary", "")
            limit_bytes = settings.max_batch_bytes + _overhead_bytes(settings)
            body = submission.renewing_pins(bounded(request, limit_bytes))
            read_form(body, boundary, submission, max_files=2 * settings.max_batch_items + 1)
        case "application/json":
            _submit(parsed(b"".join(bounded(request, _overhead_bytes(settings))), StoredBatch), submission)
        case other:
            raise UnsupportedBody("Content-Type", other, ["multipart/form-data", "application/json"])


def _overhead_bytes(settings: GatewaySettings) -> int:
    return _FORM_BYTES + 2 * settings.max_batch_items * _BYTES_PER_ITEM


def _submit(batch: StoredBatch, submission: BatchSubmission) -> None:
    document = batch.pipeline if isinstance(batch.pipeline, str) else json.dumps(batch.pipeline)
    submission.add_text("pipeline", document)
    submission.add_text("seed", str(batch.seed))
    submission.add_stored([(image.sha256, image.name, image.reference) for image in batch.images])
