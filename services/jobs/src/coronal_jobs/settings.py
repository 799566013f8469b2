"""Settings that every process of Coronal has, from the environment."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from redis.connection import parse_url

from coronal.errors import shown

__all__ = ["StoreSettings", "read_settings"]

_USAGE = 2
"""The exit status of a command that was called wrongly."""


def _beside_the_caller() -> str:
    return (Path.cwd() / "coronal-data" / "blobs").as_uri()


def _checked_address(url: str) -> str:
    try:
        parse_url(url)
    except ValueError:
        raise ValueError("must be redis://HOST:PORT/NUMBER, rediss://… or unix://PATH") from None
    return url


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


class StoreSettings(BaseSettings):
    """Where the records and the blobs are. Each is set by ``CORONAL_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CORONAL_", frozen=True, hide_input_in_errors=True)

    redis_url: Annotated[str, AfterValidator(_checked_address)] = Field(
        default="redis://127.0.0.1:6379/0",
        repr=False,  # a password may stand in it
        description="The Redis (or Valkey) that holds records and queues. It must be durable: "
        "append-only file, no eviction.",
    )
    redis_timeout_s: float = Field(
        default=2.0, gt=0, description="How long to wait for an answer of Redis before it counts as away."
    )
    blobs_url: str = Field(
        default_factory=_beside_the_caller,
        description="Where images and results are kept: file:///a/folder that all machines share, or s3://bucket.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How each line of the log is written: text (key=value) or json."
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(_lower)
    ] = Field(
        default="info",
        description="The least grave that is logged: debug, info, warning, error or critical.",
    )


S = TypeVar("S", bound=StoreSettings)


def read_settings(kind: type[S], program: str, **given: Any) -> S:
    """Return the settings of a process; where one makes no sense, say which and end the process.

    Parameters
    ----------
    kind
        Which settings.
    program
        What the message calls the process.
    **given
        What was given on its command line, in place of the environment.
    """
    try:
        return kind(**given)
    except ValidationError as wrong:
        faults = "; ".join(_described(kind, error) for error in wrong.errors())
        print(f"{program}: {faults}", file=sys.stderr)
        sys.exit(_USAGE)


def _described(kind: type[StoreSettings], wrong: ErrorDetails) -> str:
    """Describe what is wrong with a setting, by its name in the environment too."""
    name = "_".join(map(str, wrong["loc"]))
    field = kind.model_fields.get(name)
    found = f", found {shown(wrong['input'])}" if field is None or field.repr else ""
    return f"{name} (CORONAL_{name.upper()}): {wrong['msg'].removeprefix('Value error, ')}{found}"
