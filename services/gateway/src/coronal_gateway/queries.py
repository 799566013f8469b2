"""What may stand in a path or behind its question mark."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coronal.errors import BadParameter
from coronal.parameters import JsonSchema, wrong_value

__all__ = [
    "CURSOR",
    "EVENT",
    "NAME_CURSOR",
    "AliasPath",
    "BatchJobsQuery",
    "BatchPath",
    "BatchQuery",
    "BatchesQuery",
    "ChangesQuery",
    "JobPath",
    "JobQuery",
    "JobsQuery",
    "NamePath",
    "NewestQuery",
    "OrderQuery",
    "RefusedQuery",
    "ResultPath",
    "RetryQuery",
    "SubmitQuery",
    "VersionFilePath",
    "VersionPath",
]

CURSOR = r"([0-9]{1,16}\.[0-9a-z]{26})?"
"""What a cursor looks like: the time and the id of a job."""

NAME_CURSOR = r"([0-9]{1,16}\.[0-9a-z-]{1,100})?"
"""What that of a list of names looks like: the time and the name."""

EVENT = r"[0-9]{1,16}-[0-9]{1,16}"
"""What the id of an event looks like."""


class _Query(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """Give the JSON schema, made once: flask-openapi3 asks for it with each request."""
        return super().model_json_schema(*args, **options) if args or options else _schema_of(cls)

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Check what was asked for; BadParameter, naming it, for the first that is wrong."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as invalid:
            name = str(invalid.errors()[0]["loc"][0])
            properties = cast("Mapping[str, JsonSchema]", cls.model_json_schema()["properties"])
            if name not in properties:
                raise BadParameter(name, found=None, allowed=f"one of {', '.join(properties)}") from None
            raise wrong_value(properties, obj, name) from None


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(mode="validation")


class JobQuery(_Query):
    """How long to wait for a job."""

    wait: float = Field(
        default=0.0,
        ge=0,
        description="Hold the answer until the job has changed, so many seconds at most. Where too many are "
        "held already the answer comes at once, with Retry-After.",
    )


class OrderQuery(_Query):
    """How long to wait for a new job."""

    wait: float = Field(
        default=0.0, ge=0, description="Hold the answer until the job is final, so many seconds at most."
    )


class SubmitQuery(OrderQuery):
    """How long to wait for a new job; and, where the body is the image alone, the other parts of it."""

    pipeline: str = Field(default="", description="The pipeline, where it is no part of the body.")
    seed: str = Field(default="", description="The seed, where it is no part of the body.")
    name: str = Field(default="", description="The file's name, where the body is the image alone.")


class BatchQuery(_Query):
    """How long to wait for a batch."""

    wait: float = Field(
        default=0.0,
        ge=0,
        description="Hold the answer until all its jobs are final, or, with If-None-Match, until a state in "
        "it has changed; so many seconds at most.",
    )


class BatchesQuery(_Query):
    """Which batches to list."""

    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    cursor: str = Field(
        default="",
        description="Where the page before ended, as its `next` says.",
        json_schema_extra={"pattern": f"^{CURSOR}$"},
    )


class BatchJobsQuery(_Query):
    """Which jobs of a batch to list."""

    state: Literal["", "queued", "running", "succeeded", "failed", "cancelled"] = Field(
        default="", description="Only those in this state."
    )
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    after: int = Field(default=0, ge=0, description="The item after which they start, as `next` says.")


class RefusedQuery(_Query):
    """Which items of a batch to list that were not taken."""

    limit: int = Field(default=200, ge=1, le=1_000, description="How many at most.")
    first: int = Field(default=0, ge=0, le=2**31, description="How many are passed over, as `next` says.")


class RetryQuery(_Query):
    """Which jobs of a batch to start again."""

    state: Literal["failed", "cancelled"] = Field(default="failed", description="Those in this state.")


class JobsQuery(_Query):
    """Which jobs to list."""

    state: Literal["", "queued", "running", "succeeded", "failed", "cancelled"] = Field(
        default="", description="Only those in this state."
    )
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    cursor: str = Field(
        default="",
        description="Where the page before ended, as its `next` says.",
        json_schema_extra={"pattern": f"^{CURSOR}$"},
    )


class NewestQuery(_Query):
    """Which data sets or models to list."""

    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    cursor: str = Field(
        default="",
        description="Where the page before ended, as its `next` says.",
        json_schema_extra={"pattern": f"^{NAME_CURSOR}$"},
    )


class ChangesQuery(_Query):
    """Which changes to tell."""

    after: str = Field(
        default="",
        description="The id of the last event that is known, where no `Last-Event-ID` can be sent; 0-0 for "
        "all that are kept. By default what happens from now on is told.",
        json_schema_extra={"pattern": f"^({EVENT})?$"},
    )
    job: tuple[str, ...] = Field(default=(), max_length=1_000, description="Only those of these jobs.")
    state: tuple[Literal["queued", "running", "succeeded", "failed", "cancelled"], ...] = Field(
        default=(), description="Only those after which a job is in one of these states."
    )


class JobPath(BaseModel):
    """A job."""

    id: str = Field(description="The job's id.")


class BatchPath(BaseModel):
    """A batch."""

    id: str = Field(description="The batch's id.")


class ResultPath(JobPath):
    """A file that a job has left."""

    name: str = Field(description="The file's name.")


class NamePath(BaseModel):
    """A pipeline, a plugin, a data set or a model."""

    name: str = Field(description="Its name.")


class VersionPath(NamePath):
    """A version of a data set or of a model."""

    version: str = Field(description="Its number; or `latest`, or an alias of a model.")


class VersionFilePath(VersionPath):
    """A file that stays with a version."""

    file: str = Field(description="The file's name.")


class AliasPath(NamePath):
    """An alias of a model."""

    alias: str = Field(description="The alias.")
