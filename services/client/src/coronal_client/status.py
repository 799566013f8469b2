"""A job's status, as a server tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coronal_client.errors import BadAnswer

__all__ = ["Failure", "State", "Status"]


class State(StrEnum):
    """Where a job is on its way: ``queued → running → succeeded | failed | cancelled``."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more."""
        return self not in (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job has failed.

    Parameters
    ----------
    code
        A stable word, e.g. ``bad-image``, ``stage-error``.
    message
        What was wrong.
    stage
        The stage that it happened in; empty outside of all.
    """

    code: str
    message: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What a server says of a job.

    Parameters
    ----------
    id
        The job's id.
    state
        Where it is.
    progress
        The part of its work that is done, from 0 to 1.
    stage
        The stage that runs; empty while none does.
    failure
        Why it has failed; None where it hasn't.
    warning
        What the sender should know, e.g. that no worker lives that can run a stage; empty where nothing is.
    task
        What is done in place of a pipeline, e.g. ``training``; empty where one is run.
    published
        The data set or model that it has made, ``NAME@VERSION``; None where it has made none.
    """

    id: str
    state: State
    progress: float = 0.0
    stage: str = ""
    failure: Failure | None = None
    warning: str = ""
    task: str = ""
    published: str | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Status":
        """Read the body of an answer.

        Raises
        ------
        BadAnswer
            When it isn't that of a job.
        """
        try:
            return cls(
                id=str(body["id"]),
                state=State(body["state"]),
                progress=float(body.get("progress") or 0.0),
                stage=body.get("stage") or "",
                failure=_failure(body.get("error")),
                warning=body.get("warning") or "",
                task=(body.get("task") or {}).get("task", ""),
                published=_published(body.get("published")),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"the answer is not that of a job: {error!r}") from error


def _failure(error: Mapping[str, Any] | None) -> Failure | None:
    if not error:
        return None
    return Failure(code=error["code"], message=error["message"], stage=error.get("stage") or "")


def _published(version: Mapping[str, Any] | None) -> str | None:
    return f"{version['name']}@{version['version']}" if version else None
