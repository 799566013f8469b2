"""The records of jobs: what the scripts do, with types."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from coronal_jobs.catalogue import NotOffered, Offer
from coronal_jobs.errors import NotFound
from coronal_jobs.job import Artifact, Failure, Job, Order, State
from coronal_jobs.registry import Version
from coronal_jobs.store.admission import Admission, Terms, content_of
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.paging import older
from coronal_jobs.store.records import read_job
from coronal_jobs.store.rewriting import Rewriting
from coronal_jobs.store.scripts import source_of

__all__ = ["MOST_LOG_LINES", "MOST_RESTARTS", "MOST_RUNS", "Committed", "JobStore", "Page"]

_SCRIPTS = (
    "admit",
    "ring",
    "claim",
    "decline",
    "beat",
    "report",
    "checkpoint",
    "commit",
    "fail",
    "release",
    "lose",
    "restart",
    "cancel",
    "retry",
    "delete",
    "log",
)
_ARTIFACTS = TypeAdapter(tuple[Artifact, ...])
MOST_RUNS = 3
"""After how many runs that ended with the worker's death a job is given up."""

MOST_RESTARTS = 2
"""How often a job begins again because the case between two of its hops couldn't be read."""

_WORKER_LOST = Failure(
    code="worker-lost",
    message=f"the worker died {MOST_RUNS} times while it ran this job; it may need more memory than there is",
).model_dump_json()
_TERMS = Terms()
MOST_LOG_LINES = 10_000
"""How long a job's log is at most; then the oldest lines go."""

_LINES_A_CALL = 1_000


@dataclass(frozen=True, slots=True)
class Committed:
    """What a script that ends a claim has done.

    Parameters
    ----------
    answer
        ``succeeded``, ``queued`` (a hop is due), ``failed``, ``deleted``; ``spent`` when it was done as often
        as it may be; ``stale`` when the claim is no longer the job's last. Then nothing was written.
    unnamed
        The SHA-256 of blobs that no record names any more.
    """

    answer: str
    unnamed: tuple[str, ...]


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
        self._scripts = {name: connection.register_script(source_of(name)) for name in _SCRIPTS}
        self._rewriting = Rewriting(connection)

    def admit(self, order: Order, terms: Terms = _TERMS) -> Admission:
        """Write a new job and ring for it, unless the terms are against it: then nothing is written."""
        fields = (order.input, order.reference, order.pipeline, order.task)
        hops = json.dumps([hop.model_dump() for hop in order.hops])
        written = (field.model_dump_json(exclude_defaults=True) if field else "" for field in fields)
        content = content_of(order)
        texts = (*written, json.dumps(order.models) if order.models else "", order.replay_of)
        answer = self._run("admit", order.id, *texts, hops, order.seed, *terms.arguments(content))
        return Admission.of(content, answer)

    def ring(self, *, most: int = 1_000) -> int:
        """Push lost doorbells again, at most so many, and tell how many it were."""
        return int(self._run("ring", most))

    def claim(self, job_id: str, pool: str, *, lease_s: float, offer: Offer | None = None) -> Job | None:
        """Take a queued job for a pool, and give its record; None when there is nothing to take.

        Parameters
        ----------
        job_id, pool
            The doorbell's job, and the pool whose queue it came from.
        lease_s
            How long the claim holds unless it is extended.
        offer
            What who takes it can run; None for all.

        Raises
        ------
        NotOffered
            When it needs something else; nothing is changed then, and its doorbell is gone: see `decline`.
        """
        capabilities = offer.capabilities_text if offer else ""
        match self._run("claim", job_id, pool, _ms(lease_s), capabilities):
            case None:
                return None
            case ["lacking", need]:
                raise NotOffered(pool, need)
            case flat:
                return read_job(job_id, dict(zip(flat[::2], flat[1::2], strict=True)))

    def decline(self, job_id: str, lack: NotOffered, offer: Offer, *, max_parked_s: float) -> str:
        """Pass a job on that could not be claimed because of what it needs.

        Parameters
        ----------
        job_id, lack
            The job, and what was raised for it.
        offer
            What the worker offers that passes it on.
        max_parked_s
            How long the job waits where no living worker of the pool has it all; then it fails with the
            reason.

        Returns
        -------
        str
            ``sent`` to such workers, ``parked``, ``failed``, or ``stale`` when it doesn't wait any more.
        """
        reason = f"{lack}, and none has come in {max_parked_s:g} s; a retry takes the versions that there are"
        failure = Failure(code=lack.code, message=reason).model_dump_json()
        return str(self._run("decline", job_id, lack.pool, offer.digest, _ms(max_parked_s), failure))

    def beat(self, job_id: str, epoch: int, *, lease_s: float) -> bool:
        """Extend the lease of a claim; False when the job was cancelled, deleted or given to another."""
        return bool(self._run("beat", job_id, epoch, _ms(lease_s)) == "extended")

    def report(self, job: Job, stage: str, progress: float) -> bool:
        """Tell how far a claimed job is; False when the claim is no longer the last."""
        return bool(self._run("report", job.id, job.epoch, stage, f"{progress:.4f}") == "reported")

    def checkpoint(self, job: Job, sha256: str) -> Committed:
        """Write how far a claimed task has come; ``stale`` when the claim is no longer the last.

        Parameters
        ----------
        job
            The record as it was claimed.
        sha256
            Of what it goes on from, held like what is committed.
        """
        return _committed(self._run("checkpoint", job.id, job.epoch, sha256))

    def commit(
        self,
        job: Job,
        *,
        carry: str = "",
        artifacts: Sequence[Artifact] = (),
        publication: Version | None = None,
    ) -> Committed:
        """Write what the claimed hop has made.

        Parameters
        ----------
        job
            The record as it was claimed.
        carry
            SHA-256 of the case for the next hop; where there is one.
        artifacts
            The files that the job leaves; of its last hop.
        publication
            What it has made that is kept under a name; of its last hop.
        """
        listed = _ARTIFACTS.dump_json(tuple(artifacts)).decode()
        told = publication.model_dump_json() if publication else ""
        return _committed(self._run("commit", job.id, job.epoch, job.hop, carry, listed, told))

    def fail(
        self, job_id: str, epoch: int, failure: Failure, *, retries: int = 0, delay_s: float = 5.0
    ) -> str:
        """End a claimed job with the reason why it can't be done, or put it off if that can pass.

        Parameters
        ----------
        job_id, epoch
            The claim.
        failure
            The reason.
        retries
            How often the job is put back before it fails.
        delay_s
            How long it then waits; the wait doubles each time.

        Returns
        -------
        str
            ``failed``, ``queued``, or ``stale`` when the claim is no longer the last.
        """
        return str(self._run("fail", job_id, epoch, failure.model_dump_json(), retries, _ms(delay_s)))

    def release(self, job_id: str, epoch: int) -> bool:
        """Give a claimed job back to its queue; False when the claim is no longer the last."""
        return bool(self._run("release", job_id, epoch) == "released")

    def lose(self, job_id: str, epoch: int | None = None) -> str:
        """Take a job from a claim whose process is dead, or whose lease has ended.

        Parameters
        ----------
        job_id
            The job.
        epoch
            The claim that is known to be dead; None for any whose lease has ended.

        Returns
        -------
        str
            ``queued``, ``failed`` after `MOST_RUNS` such runs, or ``stale`` when there was nothing to take.
        """
        return str(self._run("lose", job_id, "" if epoch is None else epoch, MOST_RUNS, _WORKER_LOST))

    def restart(self, job: Job) -> Committed:
        """Put a claimed job back to its first hop, because the case that it was to go on with is lost.

        Parameters
        ----------
        job
            The record as it was claimed.

        Returns
        -------
        Committed
            ``queued``; ``spent`` after `MOST_RESTARTS` of them; ``stale`` when the claim is no longer the
            last.
        """
        return _committed(self._run("restart", job.id, job.epoch, MOST_RESTARTS))

    def overdue(self, *, most: int = 1_000) -> list[str]:
        """Give the ids of running jobs whose lease has ended."""
        now_ms = self._now_ms()
        return list(
            self._redis.execute_command("ZRANGEBYSCORE", "coronal:leases", "-inf", now_ms, "LIMIT", 0, most)
        )

    def finished_before(self, age_s: float, *, most: int = 1_000) -> list[str]:
        """Give the ids of jobs that have been final for longer than so many seconds."""
        oldest_ms = self._now_ms() - _ms(age_s)
        return list(
            self._redis.execute_command(
                "ZRANGEBYSCORE", "coronal:finished", "-inf", oldest_ms, "LIMIT", 0, most
            )
        )

    @property
    def rewriting(self) -> Rewriting:
        """What takes the names of deleted jobs out of Redis's file."""
        return self._rewriting

    def note_round(self) -> None:
        """Tell that a janitor has done a round."""
        self._redis.write_also_when_full("SET", "coronal:janitor", self._now_ms())

    def janitor_lag_s(self) -> float | None:
        """Tell how long ago a janitor has done a round; None when none ever has."""
        last_ms = self._redis.execute_command("GET", "coronal:janitor")
        return None if last_ms is None else max(0, self._now_ms() - int(last_ms)) / 1000

    def cancel(self, job_id: str) -> State:
        """End a job that isn't over, at once; give the state that it then is in.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        return self._state_after("cancel", job_id)

    def retry(self, job_id: str) -> State:
        """Start a failed or cancelled job again, at the hop that wasn't committed; give its state.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        return self._state_after("retry", job_id)

    def delete(self, job_id: str, *, finished_ms: int | None = None) -> Committed:
        """Remove a record and all that stands beside it.

        Parameters
        ----------
        job_id
            The job's id.
        finished_ms
            When it has ended, for a job that is to stay where it was retried since: the answer is ``stale``.

        Raises
        ------
        NotFound
            When there is no such job.
        """
        condition = () if finished_ms is None else (finished_ms,)
        done = _committed(self._run("delete", job_id, *condition))
        if done.answer == "unknown":
            raise NotFound("job", job_id)
        return done

    def get(self, job_id: str) -> Job:
        """Read a record; NotFound when there is none."""
        fields = self._redis.execute_command("HGETALL", f"coronal:job:{job_id}")
        if not fields:
            raise NotFound("job", job_id)
        return read_job(job_id, fields)

    def known(self, ids: Sequence[str]) -> set[str]:
        """Tell of which of these jobs there is a record."""
        found = self._redis.ask_all(*(("EXISTS", f"coronal:job:{one}") for one in ids))
        return {one for one, exists in zip(ids, found, strict=True) if exists}

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
        ids, cursor = older(self._redis, index, before, limit)
        records = self._redis.ask_all(*(("HGETALL", f"coronal:job:{one}") for one in ids))
        pairs = zip(ids, records, strict=True)
        return Page(tuple(read_job(one, fields) for one, fields in pairs if fields), cursor)

    def counts(self) -> dict[State, int]:
        """Count the jobs in each state."""
        counts = self._redis.ask_all(*(("ZCARD", f"coronal:jobs:{state}") for state in State))
        return dict(zip(State, counts, strict=True))

    def log(self, job_id: str, *lines: str) -> None:
        """Add lines to a job's log; the oldest go where it grows too long, and all with the record."""
        for first in range(0, len(lines), _LINES_A_CALL):
            self._run("log", job_id, MOST_LOG_LINES, *lines[first : first + _LINES_A_CALL])

    def read_log(self, job_id: str, *, first: int = 0) -> list[str]:
        """Give the lines of a job's log, from one on; NotFound when there is no such job."""
        exists, lines = self._redis.ask_all(
            ("EXISTS", f"coronal:job:{job_id}"), ("LRANGE", f"coronal:log:{job_id}", first, -1)
        )
        if not exists:
            raise NotFound("job", job_id)
        return list(lines)

    def _state_after(self, script: str, job_id: str) -> State:
        state = self._run(script, job_id)
        if state == "unknown":
            raise NotFound("job", job_id)
        return State(state)

    def _now_ms(self) -> int:
        seconds, microseconds = self._redis.execute_command("TIME")
        return int(seconds) * 1000 + int(microseconds) // 1000

    def _run(self, script: str, *arguments: str | int) -> Any:
        return self._scripts[script](args=arguments)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _committed(answer: list[str]) -> Committed:
    return Committed(answer[0], tuple(answer[1:]))
