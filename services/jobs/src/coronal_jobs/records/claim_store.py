"""The claims of jobs in Redis: what a worker, or a janitor in place of a dead one, does with a job."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coronal_jobs.log_lines import log_event
from coronal_jobs.pipeline.catalogue import NotOffered, Offer
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.decoding import read_job
from coronal_jobs.records.ended_jobs import EndedJobs
from coronal_jobs.records.job import Failure, Job
from coronal_jobs.records.outputs import Outputs
from coronal_jobs.records.scripts import source_of
from coronal_jobs.records.state_changes import JOB_LOG, Step

__all__ = ["MAX_ATTEMPTS", "MAX_RESTARTS", "ClaimStore", "Committed"]

MAX_ATTEMPTS = 3
"""After how many crashed attempts a job fails."""

MAX_RESTARTS = 2
"""How often a job restarts because a case snapshot couldn't be read."""

_STEPS = ("claim", "decline", "commit", "fail", "release", "reclaim", "restart")
_SCRIPTS = ("renew", "report", "checkpoint")
_WORKER_LOST = Failure(
    code="worker-lost",
    message=f"the worker died {MAX_ATTEMPTS} times while it ran this job; it may need more memory",
).model_dump_json()


@dataclass(frozen=True, slots=True)
class Committed:
    """The answer of a script that may leave blobs unreferenced.

    Parameters
    ----------
    answer
        ``succeeded``, ``queued`` (a stage group is due), ``failed``, ``deleted``; ``spent`` at the limit of
        restarts; ``stale`` when the claim is no longer the job's last, and nothing was written.
    unreferenced
        SHA-256 of blobs that no record references any more.
    """

    answer: str
    unreferenced: tuple[str, ...]

    @classmethod
    def of(cls, answer: Sequence[str]) -> "Committed":
        """Read the answer of a script."""
        return cls(answer[0], tuple(answer[1:]))


_NOTHING = Report()


class ClaimStore:
    """The claims of jobs, each identified by the job's id and the claim's epoch.

    Every change of state is one atomic script; see the folder ``scripts``.
    """

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._ended = EndedJobs(connection)
        self._scripts = {name: connection.register_script(source_of(name)) for name in _SCRIPTS}
        self._steps = {name: Step(connection, name) for name in _STEPS}

    @property
    def ended(self) -> EndedJobs:
        """The ends of jobs for which plugins are still to be called."""
        return self._ended

    def claim(self, job_id: str, pool: str, *, lease_s: float, offer: Offer | None = None) -> Job | None:
        """Claim one queued job; None when there is nothing to claim. See `claim_chunk`."""
        return next(iter(self.claim_chunk(job_id, pool, lease_s=lease_s, offer=offer)), None)

    def claim_chunk(
        self, job_ids: str, pool: str, *, lease_s: float, offer: Offer | None = None, processes: int = 1
    ) -> list[Job]:
        """Claim queued jobs of a notification for a pool, and return their records.

        They are as many as are worth a message, and the others are put back; of jobs that are no batch's, and
        of a batch of which nothing has ended yet, it is one.

        Parameters
        ----------
        job_ids, pool
            The notification's jobs, with spaces between, and the pool whose queue it came from.
        lease_s
            Duration of the leases, unless they are renewed.
        offer
            What the worker can run; None for everything.
        processes
            Number of the worker's processes: none of them is to be left without work.

        Raises
        ------
        NotOffered
            When the first job needs something else; it is not changed, and its notification is consumed: see
            `decline`.
        """
        capabilities = offer.capabilities_text if offer else ""
        match self._steps["claim"](job_ids, pool, milliseconds(lease_s), capabilities, processes):
            case ["lacking", need, job_id]:
                raise NotOffered(pool, need, job_id)
            case [_, *claimed]:
                pairs = zip(claimed[::2], claimed[1::2], strict=True)
                return [read_job(one, dict(zip(flat[::2], flat[1::2], strict=True))) for one, flat in pairs]
        return []

    def decline(self, job_id: str, lack: NotOffered, offer: Offer, *, max_parked_s: float) -> str:
        """Pass on a job whose needs this worker doesn't meet.

        Parameters
        ----------
        job_id, lack
            The job, and the error that `claim` raised for it.
        offer
            The worker's offer.
        max_parked_s
            How long the job waits where no live worker of the pool meets its needs; then it fails.

        Returns
        -------
        str
            ``sent`` to workers that can run it, ``parked``, ``failed``, or ``stale`` when it is no longer
            queued.
        """
        reason = f"{lack}, and none has come in {max_parked_s:g} s; a retry takes the versions that there are"
        failure = Failure(code=lack.code, message=reason).model_dump_json()
        answer = str(
            self._steps["decline"](job_id, lack.pool, offer.digest, milliseconds(max_parked_s), failure)
        )
        if answer in ("sent", "parked"):
            level = logging.INFO if answer == "sent" else logging.WARNING
            fields = {"job": job_id, "pool": lack.pool, "outcome": answer, "need": lack.need}
            log_event(JOB_LOG, level, "job.declined", **fields)
        return answer

    def renew_lease(self, job_id: str, epoch: int, *, lease_s: float) -> bool:
        """Renew the lease of a claim; False when the job was cancelled, deleted or claimed again."""
        return bool(self._run("renew", job_id, epoch, milliseconds(lease_s)) == "extended")

    def report(self, job_id: str, epoch: int, report: Report) -> bool:
        """Write what a claim reports; False when it is no longer the last: then only its log is written."""
        return bool(self._run("report", job_id, epoch, report.text()) == "reported")

    def checkpoint(self, job: Job, sha256: str) -> Committed:
        """Store a claimed task's checkpoint; ``stale`` when the claim is no longer the last.

        Parameters
        ----------
        job
            The record as it was claimed.
        sha256
            SHA-256 of the checkpoint, pinned by the claim.
        """
        return Committed.of(self._run("checkpoint", job.id, job.epoch, sha256))

    def commit(self, job: Job, **outputs: Any) -> Committed:
        """Store the outputs of a claimed stage group: the fields of `Outputs`."""
        return self.commit_all([Outputs(job, **outputs)])[0]

    def commit_all(self, outputs: Sequence[Outputs]) -> list[Committed]:
        """Store the outputs of several claimed stage groups, each by itself, in one round trip."""
        commit = self._steps["commit"]
        if len(outputs) == 1:
            return [Committed.of(commit(*outputs[0].arguments))]
        return list(map(Committed.of, commit.each(one.arguments for one in outputs)))

    def fail(
        self,
        job_id: str,
        epoch: int,
        failure: Failure,
        *,
        retries: int = 0,
        delay_s: float = 5.0,
        report: Report = _NOTHING,
    ) -> str:
        """Fail a claimed job, or requeue it after a transient failure.

        Parameters
        ----------
        job_id, epoch
            The claim.
        failure
            The reason.
        retries
            How often the job is requeued before it fails.
        delay_s
            The delay before the first retry; it doubles each time.
        report
            Where the claim was, and what it has logged.

        Returns
        -------
        str
            ``failed``, ``queued``, or ``stale`` when the claim is no longer the last.
        """
        arguments = (job_id, epoch, failure.model_dump_json(), retries, milliseconds(delay_s))
        return str(self._steps["fail"](*arguments, report.text(), code=failure.code, stage=failure.stage))

    def release(self, job_id: str, epoch: int) -> bool:
        """Return a claimed job to its queue; False when the claim is no longer the last."""
        return bool(self._steps["release"](job_id, epoch) == "released")

    def reclaim(self, job_id: str, epoch: int | None = None) -> str:
        """Take a job back from a claim whose process is dead, or whose lease has expired.

        Parameters
        ----------
        job_id
            The job.
        epoch
            The claim that is known to be dead; None for any with an expired lease.

        Returns
        -------
        str
            ``queued``, ``failed`` after `MAX_ATTEMPTS` crashed attempts, or ``stale`` with nothing to
            reclaim.
        """
        claim, cause = ("", "lease-ended") if epoch is None else (epoch, "process-died")
        return str(self._steps["reclaim"](job_id, claim, MAX_ATTEMPTS, _WORKER_LOST, cause=cause))

    def restart(self, job: Job, *, code: str = "") -> Committed:
        """Requeue a claimed job for its first stage group, because its case snapshot is lost.

        Parameters
        ----------
        job
            The record as it was claimed.
        code
            Code of the error by which it was lost, for the log.

        Returns
        -------
        Committed
            ``queued``; ``spent`` after `MAX_RESTARTS` of them; ``stale`` when the claim is no longer the
            last.
        """
        return Committed.of(self._steps["restart"](job.id, job.epoch, MAX_RESTARTS, code=code))

    def expired_leases(self, *, limit: int = 1_000) -> list[str]:
        """Return the ids of running jobs whose lease has expired."""
        return self._ids_until("coronal:leases", self._now_ms(), limit)

    def _ids_until(self, index: str, time_ms: int, limit: int) -> list[str]:
        return list(self._redis.execute_command("ZRANGEBYSCORE", index, "-inf", time_ms, "LIMIT", 0, limit))

    def _now_ms(self) -> int:
        seconds, microseconds = self._redis.execute_command("TIME")
        return int(seconds) * 1000 + int(microseconds) // 1000

    def _run(self, script: str, *arguments: str | int) -> Any:
        return self._scripts[script](args=arguments)


def milliseconds(seconds: float) -> int:
    """Round a time for a script."""
    return round(seconds * 1000)
