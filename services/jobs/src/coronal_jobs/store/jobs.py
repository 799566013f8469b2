"""The records of jobs: what the scripts do, with types."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from coronal_jobs.errors import NotFound
from coronal_jobs.job import Artifact, Failure, Job, Order, State
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.scripts import source_of

__all__ = ["Committed", "JobStore", "Page"]

_JSON_FIELDS = ("input", "pipeline", "hops", "artifacts", "failure")
_ARTIFACTS = TypeAdapter(tuple[Artifact, ...])
_MOST_LOG_LINES = 10_000
_LINES_A_CALL = 1_000


@dataclass(frozen=True, slots=True)
class Committed:
    """What a script that ends a claim has done.

    Parameters
    ----------
    answer
        ``succeeded``, ``queued`` (the next hop is due), ``failed``, ``deleted``; ``stale`` when the claim is
        no longer the job's last, and nothing was written.
    unnamed
        The SHA-256 of blobs that no record names any more.
    """

    answer: str
    unnamed: tuple[str, ...]

    @property
    def is_stale(self) -> bool:
        """Whether nothing was written."""
        return self.answer == "stale"


@dataclass(frozen=True, slots=True)
class Page:
    """Some jobs, newest first, and where the next page starts (empty at the end)."""

    jobs: tuple[Job, ...]
    cursor: str


class JobStore:
    """The records of jobs in Redis.

    Every change of state is one atomic script; see the folder ``scripts``.
    """

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        names = ("admit", "ring", "claim", "report", "commit", "fail", "release", "delete", "log")
        self._scripts = {name: connection.register_script(source_of(name)) for name in names}

    def admit(self, order: Order) -> bool:
        """Write a new job and ring for it; False when the id is taken and nothing was written."""
        fields = (order.input, order.pipeline)
        hops = json.dumps([hop.model_dump() for hop in order.hops])
        return bool(
            self._run(
                "admit",
                order.id,
                *(f.model_dump_json(exclude_defaults=True) for f in fields),
                hops,
                order.seed,
            )
            == "admitted"
        )

    def ring(self, job_id: str) -> bool:
        """Push the doorbell of a queued job again; False when it isn't queued."""
        return bool(self._run("ring", job_id) == "rung")

    def claim(self, job_id: str, pool: str) -> Job | None:
        """Take a queued job for a pool, and give its record; None when there is nothing to take."""
        flat = self._run("claim", job_id, pool)
        return _job(job_id, dict(zip(flat[::2], flat[1::2], strict=True))) if flat else None

    def report(self, job: Job, stage: str, progress: float) -> bool:
        """Tell how far a claimed job is; False when the claim is no longer the last."""
        return bool(self._run("report", job.id, job.epoch, stage, f"{progress:.4f}") == "reported")

    def commit(self, job: Job, *, carry: str = "", artifacts: Sequence[Artifact] = ()) -> Committed:
        """Write what the claimed hop has made.

        Parameters
        ----------
        job
            The record as it was claimed.
        carry
            SHA-256 of the case for the next hop; where there is one.
        artifacts
            The files that the job leaves; of its last hop.
        """
        listed = _ARTIFACTS.dump_json(tuple(artifacts)).decode()
        return _committed(self._run("commit", job.id, job.epoch, job.hop, carry, listed))

    def fail(self, job: Job, failure: Failure) -> Committed:
        """End a claimed job with the reason why it can't be done."""
        return _committed(self._run("fail", job.id, job.epoch, failure.model_dump_json()))

    def release(self, job: Job) -> bool:
        """Give a claimed job back to its queue; False when the claim is no longer the last."""
        return bool(self._run("release", job.id, job.epoch) == "released")

    def delete(self, job_id: str) -> Committed:
        """Remove a record and all that stands beside it.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        done = _committed(self._run("delete", job_id))
        if done.answer == "unknown":
            raise NotFound("job", job_id)
        return done

    def get(self, job_id: str) -> Job:
        """Read a record; NotFound when there is none."""
        fields = self._redis.execute_command("HGETALL", f"coronal:job:{job_id}")
        if not fields:
            raise NotFound("job", job_id)
        return _job(job_id, fields)

    def page(self, *, state: State | None = None, before: str = "", limit: int = 50) -> Page:
        """List jobs, newest first.

        Parameters
        ----------
        state
            Only those in this state.
        before
            The cursor of the page before; empty for the first.
        limit
            How many at most.
        """
        index = f"coronal:jobs:{state}" if state else "coronal:jobs"
        ids = self._older(index, before, limit + 1)
        records = self._redis.ask_all(*(("HGETALL", f"coronal:job:{one}") for one, _ in ids[:limit]))
        jobs = tuple(_job(one, fields) for (one, _), fields in zip(ids, records, strict=False) if fields)
        more = len(ids) > limit
        return Page(jobs, f"{ids[limit - 1][1]}.{ids[limit - 1][0]}" if more else "")

    def counts(self) -> dict[State, int]:
        """Count the jobs in each state."""
        counts = self._redis.ask_all(*(("ZCARD", f"coronal:jobs:{state}") for state in State))
        return dict(zip(State, counts, strict=True))

    def log(self, job_id: str, *lines: str) -> None:
        """Add lines to a job's log; the oldest go where it grows too long, and all with the record."""
        for first in range(0, len(lines), _LINES_A_CALL):
            self._run("log", job_id, _MOST_LOG_LINES, *lines[first : first + _LINES_A_CALL])

    def read_log(self, job_id: str) -> list[str]:
        """Give the lines of a job's log; NotFound when there is no such job."""
        exists, lines = self._redis.ask_all(
            ("EXISTS", f"coronal:job:{job_id}"), ("LRANGE", f"coronal:log:{job_id}", 0, -1)
        )
        if not exists:
            raise NotFound("job", job_id)
        return list(lines)

    def _older(self, index: str, before: str, limit: int) -> list[tuple[str, int]]:
        """Give ids and times after a cursor; jobs of one millisecond are told apart by their id."""
        created_ms, _, last = before.partition(".")
        highest = f"({created_ms}" if created_ms else "+inf"
        same_ms, older = self._redis.ask_all(
            ("ZREVRANGEBYSCORE", index, created_ms or 0, created_ms or 0, "WITHSCORES"),
            ("ZREVRANGEBYSCORE", index, highest, "-inf", "WITHSCORES", "LIMIT", 0, limit),
        )
        found = [*(pair for pair in same_ms if pair[0] < last), *older]
        return [(one, int(score)) for one, score in found[:limit]]

    def _run(self, script: str, *arguments: str | int) -> Any:
        return self._scripts[script](args=arguments)


def _committed(answer: list[str]) -> Committed:
    return Committed(answer[0], tuple(answer[1:]))


def _job(job_id: str, fields: Mapping[str, str]) -> Job:
    known = {name: fields[name] for name in Job.model_fields if name in fields}
    values = {name: json.loads(text) if name in _JSON_FIELDS else text for name, text in known.items()}
    return Job.model_validate({"id": job_id, **values})
