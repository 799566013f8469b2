"""The records of jobs in Redis: admission, changes from outside of a claim, queries, logs."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from coronal_jobs.errors import NotFound
from coronal_jobs.log_lines import log_event
from coronal_jobs.records.admission import Admission, Terms, fingerprint_of
from coronal_jobs.records.aof_rewriting import Rewriting
from coronal_jobs.records.claim_report import MAX_LOG_LINES
from coronal_jobs.records.claim_store import ClaimStore, Committed, milliseconds
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.decoding import read_job
from coronal_jobs.records.job import Job, Order, State
from coronal_jobs.records.paging import older
from coronal_jobs.records.scripts import source_of
from coronal_jobs.records.state_changes import JOB_LOG, Step

__all__ = ["JobStore", "Page"]

_STEPS = ("admit", "cancel", "retry")
_SCRIPTS = ("redeliver", "delete", "log")
_TERMS = Terms()
_LINES_A_CALL = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some jobs, newest first, and the cursor of the next page (empty on the last)."""

    jobs: tuple[Job, ...]
    cursor: str


class JobStore(ClaimStore):
    """The records of jobs; the steps of a worker are those of `ClaimStore`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._scripts |= {name: connection.register_script(source_of(name)) for name in _SCRIPTS}
        self._steps |= {name: Step(connection, name) for name in _STEPS}
        self._rewriting = Rewriting(connection)

    def admit(self, order: Order, terms: Terms = _TERMS) -> Admission:
        """Write and notify a new job, unless the terms refuse it: then nothing is written."""
        fields = (order.input, order.reference, order.pipeline, order.task)
        stage_groups = json.dumps([stage_group.model_dump() for stage_group in order.stage_groups])
        written = (field.model_dump_json(exclude_defaults=True) if field else "" for field in fields)
        fingerprint = fingerprint_of(order)
        texts = (*written, json.dumps(order.models) if order.models else "", order.replay_of)
        answer = self._steps["admit"](
            order.id, *texts, stage_groups, order.seed, *terms.arguments(fingerprint)
        )
        return Admission.of(fingerprint, answer)

    def cancel(self, job_id: str) -> State:
        """Cancel a job that isn't final, at once, and return its state.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        return self._state_after("cancel", job_id)

    def retry(self, job_id: str) -> State:
        """Requeue a failed or cancelled job at its first uncommitted stage group, and return its state.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        return self._state_after("retry", job_id)

    def delete(self, job_id: str, *, finished_ms: int | None = None) -> Committed:
        """Delete a record and everything beside it.

        Parameters
        ----------
        job_id
            The job's id.
        finished_ms
            The time when the job finished: one that was retried since stays, and the answer is ``stale``.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        condition = () if finished_ms is None else (finished_ms,)
        done = Committed.of(self._run("delete", job_id, *condition))
        if done.answer == "unknown":
            raise NotFound("job", job_id)
        if done.answer == "deleted":
            log_event(JOB_LOG, logging.INFO, "job.deleted", job=job_id)
        return done

    def get(self, job_id: str) -> Job:
        """Read a record; NotFound when there is none."""
        fields = self._redis.execute_command("HGETALL", f"coronal:job:{job_id}")
        if not fields:
            raise NotFound("job", job_id)
        return read_job(job_id, fields)

    def known(self, ids: Sequence[str]) -> set[str]:
        """Return those of some ids that have a record."""
        found = self._redis.ask_all(*(("EXISTS", f"coronal:job:{one}") for one in ids))
        return {one for one, exists in zip(ids, found, strict=True) if exists}

    def page(self, *, state: State | None = None, before: str = "", limit: int = 50) -> Page:
        """List jobs, newest first.

        Parameters
        ----------
        state
            Only jobs in this state.
        before
            Cursor of the previous page; empty for the first.
        limit
            Maximum number of jobs.
        """
        index = f"coronal:jobs:{state}" if state else "coronal:jobs"
        ids, cursor = older(self._redis, index, before, limit)
        records = self._redis.ask_all(*(("HGETALL", f"coronal:job:{one}") for one in ids))
        pairs = zip(ids, records, strict=True)
        return Page(tuple(read_job(one, fields) for one, fields in pairs if fields), cursor)

    def counts(self) -> dict[State, int]:
        """Count the jobs in each state."""
        counts = self._redis.ask_all(*(("ZCARD", f"coronal:jobs:{state}") for state in State))
        return dict(zip(State, counts, strict=True))

    def log(self, job_id: str, *lines: str) -> None:
        """Append lines to a job's log; it is bounded, and deleted with the record."""
        for first in range(0, len(lines), _LINES_A_CALL):
            self._run("log", job_id, MAX_LOG_LINES, *lines[first : first + _LINES_A_CALL])

    def read_log(self, job_id: str, *, first: int = 0) -> list[str]:
        """Return the lines of a job's log from one on; NotFound when there is no such job."""
        exists, lines = self._redis.ask_all(
            ("EXISTS", f"coronal:job:{job_id}"), ("LRANGE", f"coronal:log:{job_id}", first, -1)
        )
        if not exists:
            raise NotFound("job", job_id)
        return list(lines)

    def redeliver(self, *, limit: int = 1_000) -> int:
        """Send lost notifications again, and return their number."""
        return int(self._run("redeliver", limit))

    def finished_before(self, age_s: float, *, limit: int = 1_000) -> list[str]:
        """Return the ids of jobs that have been final for longer than ``age_s``."""
        return self._ids_until("coronal:finished", self._now_ms() - milliseconds(age_s), limit)

    @property
    def rewriting(self) -> Rewriting:
        """The rewriting of Redis's append-only file, which removes the names of deleted jobs."""
        return self._rewriting

    def note_round(self) -> None:
        """Record that a janitor has done a round."""
        self._redis.write_also_when_full("SET", "coronal:janitor", self._now_ms())

    def janitor_lag_s(self) -> float | None:
        """Return the time since a janitor's last round; None when there was none."""
        last_ms = self._redis.execute_command("GET", "coronal:janitor")
        return None if last_ms is None else max(0, self._now_ms() - int(last_ms)) / 1000

    def _state_after(self, step: str, job_id: str) -> State:
        state = self._steps[step](job_id)
        if state == "unknown":
            raise NotFound("job", job_id)
        return State(state)
