"""Path and query parameters."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coronal.algorithms.parameters import JsonSchema, wrong_value
from coronal.errors import BadParameter, shown

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
    "check_cursor",
]

CURSOR = r"([0-9]{1,16}\.[0-9a-z]{26})?"
"""Pattern of a cursor: the time and the id of a job."""

NAME_CURSOR = r"([0-9]{1,16}\.[0-9a-z-]{1,100})?"
"""Pattern of a cursor in a list of names: the time and the name."""

EVENT = r"[0-9]{1,16}-[0-9]{1,16}"
"""Pattern of the id of an event."""


def check_cursor(cursor: str, pattern: str) -> None:
    """Raise BadParameter when a cursor doesn't match its pattern."""
    if not re.fullmatch(pattern, cursor):
        raise BadParameter("cursor", found=shown(cursor), allowed="as the `next` of a page says")


class _Query(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """Return the JSON schema, built once: flask-openapi3 calls this for each request."""
        return super().model_json_schema(*args, **options) if args or options else _schema_of(cls)

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Validate the parameters; BadParameter for the first that is invalid."""
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
        description="Wait until the job has changed, at most this many seconds. Where too many requests wait "
        "already the response comes at once, with Retry-After.",
    )


class OrderQuery(_Query):
    """How long to wait for a new job."""

    wait: float = Field(
        default=0.0, ge=0, description="Wait until the job is final, at most this many seconds."
    )


class SubmitQuery(OrderQuery):
    """How long to wait for a new job; and its other parts, where the body is the image alone."""

    pipeline: str = Field(default="", description="The pipeline, where the body doesn't hold it.")
    seed: str = Field(default="", description="The seed, where the body doesn't hold it.")
    name: str = Field(default="", description="The file's name, where the body is the image alone.")


class BatchQuery(_Query):
    """How long to wait for a batch."""

    wait: float = Field(
        default=0.0,
        ge=0,
        description="Wait until all its jobs are final, or, with If-None-Match, until the state of any has "
        "changed; at most this many seconds.",
    )


class BatchesQuery(_Query):
    """Which batches to list."""

    limit: int = Field(default=50, ge=1, le=200, description="Maximum number to return.")
    cursor: str = Field(
        default="",
        description="Position after the previous page, from its `next`.",
        json_schema_extra={"pattern": f"^{CURSOR}$"},
    )


class BatchJobsQuery(_Query):
    """Which jobs of a batch to list."""

    state: Literal["", "queued", "running", "succeeded", "failed", "cancelled"] = Field(
        default="", description="Only jobs in this state."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Maximum number to return.")
    after: int = Field(default=0, ge=0, description="Item after which the page starts, from `next`.")


class RefusedQuery(_Query):
    """Which refused items of a batch to list."""

    limit: int = Field(default=200, ge=1, le=1_000, description="Maximum number to return.")
    first: int = Field(default=0, ge=0, le=2**31, description="Number of items to skip, from `next`.")


class RetryQuery(_Query):
    """Which jobs of a batch to start again."""

    state: Literal["failed", "cancelled"] = Field(
        default="failed", description="State of the jobs to start again."
    )


class JobsQuery(_Query):
    """Which jobs to list."""

    state: Literal["", "queued", "running", "succeeded", "failed", "cancelled"] = Field(
        default="", description="Only jobs in this state."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Maximum number to return.")
    cursor: str = Field(
        default="",
        description="Position after the previous page, from its `next`.",
        json_schema_extra={"pattern": f"^{CURSOR}$"},
    )


class NewestQuery(_Query):
    """Which data sets or models to list."""

    limit: int = Field(default=50, ge=1, le=200, description="Maximum number to return.")
    cursor: str = Field(
        default="",
        description="Position after the previous page, from its `next`.",
        json_schema_extra={"pattern": f"^{NAME_CURSOR}$"},
    )


class ChangesQuery(_Query):
    """Which changes to send."""

    after: str = Field(
        default="",
        description="Id of the last known event, where no `Last-Event-ID` can be sent; 0-0 for all that are "
        "kept. By default only new events are sent.",
        json_schema_extra={"pattern": f"^({EVENT})?$"},
    )
    job: tuple[str, ...] = Field(default=(), max_length=1_000, description="Only changes of these jobs.")
    state: tuple[Literal["queued", "running", "succeeded", "failed", "cancelled"], ...] = Field(
        default=(), description="Only changes to one of these states."
    )


class JobPath(BaseModel):
    """A job."""

    id: str = Field(description="The job's id.")


class BatchPath(BaseModel):
    """A batch."""

    id: str = Field(description="The batch's id.")


class ResultPath(JobPath):
    """A result file of a job."""

    name: str = Field(description="The file's name.")


class NamePath(BaseModel):
    """A pipeline, a plugin, a data set or a model."""

    name: str = Field(description="Its name.")


class VersionPath(NamePath):
    """A version of a data set or of a model."""

    version: str = Field(description="Its number, `latest`, or an alias of a model.")


class VersionFilePath(VersionPath):
    """A file of a version."""

    file: str = Field(description="The file's name.")


class AliasPath(NamePath):
    """An alias of a model."""

    alias: str = Field(description="The alias.")
