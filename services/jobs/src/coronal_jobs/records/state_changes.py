"""Each change of a job's state as one line of the log, written where the change was made.

The scripts that change states (``transitions.json``) note what they have changed, and answer with it. So a
change is logged once, by the process that made it: a script that changes nothing, as when a claim is no
longer the last, logs nothing.
"""

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coronal_jobs.log_lines import LogField, log_event
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.scripts import source_of

__all__ = ["EVENTS", "JOB_LOG", "Step", "log_abandoned"]

JOB_LOG = logging.getLogger("coronal_jobs.records.job")

EVENTS: Mapping[tuple[str, str], tuple[str, int]] = {
    ("admit", "queued"): ("job.queued", logging.INFO),
    ("admit_batch", "queued"): ("job.queued", logging.INFO),
    ("claim", "running"): ("job.claimed", logging.INFO),
    ("commit", "queued"): ("job.handed-on", logging.INFO),
    ("commit", "succeeded"): ("job.succeeded", logging.INFO),
    ("decline", "failed"): ("job.failed", logging.WARNING),
    ("fail", "failed"): ("job.failed", logging.WARNING),
    ("fail", "queued"): ("job.postponed", logging.WARNING),
    ("reclaim", "failed"): ("job.failed", logging.WARNING),
    ("reclaim", "queued"): ("job.reclaimed", logging.WARNING),
    ("release", "queued"): ("job.released", logging.INFO),
    ("restart", "queued"): ("job.restarted", logging.WARNING),
    ("cancel", "cancelled"): ("job.cancelled", logging.INFO),
    ("retry", "queued"): ("job.retried", logging.INFO),
}
"""For each script and the state that it leads to: the event's name and level."""


_AT_A_TIME = 100


class Step:
    """A script that changes states of jobs, and logs each change.

    Parameters
    ----------
    connection
        The Redis.
    name
        The script's name.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._redis = connection
        self._name = name
        self._script = connection.register_script(source_of(name))

    def __call__(self, *arguments: str | int, **fields: LogField) -> Any:
        """Run the script, log what it has changed, with more fields, and return its answer."""
        return self._logged(self._script(args=arguments), fields)

    def each(self, arguments: Iterable[Sequence[str | int]]) -> list[Any]:
        """Run the script with each of many arguments, without a wait between; log the changes, and answer."""
        return [self._logged(answer, {}) for answer in self._redis.run_all(self._script, arguments)]

    def _logged(self, raw: Sequence[Any], fields: dict[str, LogField]) -> Any:
        changes, *answer = raw
        given = {name: value for name, value in fields.items() if value}
        for number, change in enumerate(json.loads(changes), 1):
            if number % _AT_A_TIME == 0:
                time.sleep(0)  # a batch has many, and a gateway has others to answer
            event, level = EVENTS[self._name, change["state"]]
            if JOB_LOG.isEnabledFor(level):
                log_event(JOB_LOG, level, event, **_fields_of(change) | given)
        return answer[0] if answer else None


def log_abandoned(job_id: str, epoch: int, *, stage: str = "", cause: str = "claim-void") -> None:
    """Log that a worker no longer works for a claim, which changes no state.

    Parameters
    ----------
    job_id, epoch
        The claim.
    stage
        Where the worker was.
    cause
        ``claim-void`` when the job was cancelled, deleted or claimed again; ``store-unavailable`` when
        Redis says nothing of it for too long.
    """
    level = logging.INFO if cause == "claim-void" else logging.WARNING
    log_event(JOB_LOG, level, "job.abandoned", job=job_id, epoch=epoch, stage=stage, cause=cause)


def _fields_of(change: Mapping[str, Any]) -> dict[str, LogField]:
    """Return a change as fields of a line; those that are None are left out of it."""
    failure = json.loads(change["failure"] or "{}")
    elapsed_ms = change["elapsed_ms"]
    return {
        "job": change["job"],
        "batch": change["batch"] or None,
        "item": _number(change["item"]),
        "epoch": _number(change["epoch"]),
        "pool": change["pool"],
        "state": change["state"],
        "stage_group": _number(change["stage_group"]),
        "stage": failure.get("stage") or change["stage"] or None,
        "code": failure.get("code"),
        "seconds": None if elapsed_ms is False else elapsed_ms / 1000,
        "crashed_attempts": _number(change["crashed_attempts"]),
        "retries": _number(change["retries"]),
        "restarts": _number(change["restarts"]),
    }


def _number(text: str | bool) -> int | None:
    return int(text) if text else None
