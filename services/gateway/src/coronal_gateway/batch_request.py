"""The body of a request for a batch: a form of files, or JSON about files that are there already."""

import json

from flask import Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from coronal_gateway.batch_submission import BatchSubmission
from coronal_gateway.errors import UnsupportedBody
from coronal_gateway.json_body import bounded, parsed
from coronal_gateway.multipart import read_form
from coronal_gateway.settings import GatewaySettings
from coronal_gateway.uploads import refuse_encoding
from coronal_jobs.document import LARGEST_DOCUMENT

__all__ = ["EarlierBatch", "read_batch"]

_BYTES_AN_ITEM = 1 << 10
"""What a form or a list may take for each item, beside the image's bytes."""

_BYTES_A_FORM = 4 * LARGEST_DOCUMENT


class EarlierImage(BaseModel):
    """An image whose bytes were sent before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="As the `input` of its job tells.")
    name: str = Field(default="image", max_length=255, description="What it is called in this batch.")
    reference: str = Field(
        default="",
        pattern="^([0-9a-f]{64})?$",
        description="The label map that a stage compares with, by its SHA-256; empty for none.",
    )


class EarlierBatch(BaseModel):
    """A batch of images that were sent before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pipeline: JsonValue = Field(description="The name of a pipeline, or a document: as text, or itself.")
    seed: int = Field(default=0, ge=0)
    images: tuple[EarlierImage, ...]


def read_batch(request: Request, submission: BatchSubmission, settings: GatewaySettings) -> None:
    """Hand the body of a request to a submission.

    Raises
    ------
    UnsupportedBody
        When it is of a type that isn't taken.
    MalformedBody
        When it isn't what its type says, or breaks off.
    TooLarge
        When it is larger than a batch may be.
    CoronalError
        Whatever the submission has against a part.
    """
    refuse_encoding(request)
    match request.mimetype:
        case "multipart/form-data":
            boundary = request.mimetype_params.get("boundary", "")
            limit_bytes = settings.largest_batch_bytes + _beside(settings)
            body = submission.kept(bounded(request, limit_bytes))
            read_form(body, boundary, submission, most_files=2 * settings.most_batch_items + 1)
        case "application/json":
            _hand_over(parsed(b"".join(bounded(request, _beside(settings))), EarlierBatch), submission)
        case other:
            raise UnsupportedBody("Content-Type", other, ["multipart/form-data", "application/json"])


def _beside(settings: GatewaySettings) -> int:
    return _BYTES_A_FORM + 2 * settings.most_batch_items * _BYTES_AN_ITEM


def _hand_over(batch: EarlierBatch, submission: BatchSubmission) -> None:
    document = batch.pipeline if isinstance(batch.pipeline, str) else json.dumps(batch.pipeline)
    submission.add_text("pipeline", document)
    submission.add_text("seed", str(batch.seed))
    submission.add_earlier([(image.sha256, image.name, image.reference) for image in batch.images])
