"""The lease supervisor: a thread of a worker's parent process that supervises the processes that run jobs.

It renews their leases, reports the progress and log of what lasts, kills those whose claim was revoked or
whose time limit is over, and reclaims the jobs of dead ones at once. It does so from outside, because a
process deep inside a library, or stopped, can't.
"""

import contextlib
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.job import Failure
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.state_changes import log_abandoned
from coronal_worker.supervision.claims import NO_EPOCH, Chunk, Claim, ClaimFolder, is_alive

__all__ = ["LeaseSupervisor", "Times"]

_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Times:
    """Intervals and grace periods of a lease supervisor.

    Parameters
    ----------
    lease_s
        Time for which a claim is valid without a renewal.
    renew_every_s
        Time between two renewals.
    cancel_grace_s
        Time for which a process may continue after its claim was revoked, before it is killed.
    """

    lease_s: float
    renew_every_s: float
    cancel_grace_s: float

    @property
    def look_every_s(self) -> float:
        """Time between two looks at all claims: what is over before the second is never reported."""
        return min(self.renew_every_s, _LOOK_EVERY_S)

    @property
    def max_outage_s(self) -> float:
        """Longest Redis outage that work survives: less than a lease, so that it stops in time."""
        return 0.8 * self.lease_s


class LeaseSupervisor:
    """Renews, revokes and reclaims the claims of a worker's processes.

    Parameters
    ----------
    jobs
        Store of the job records.
    folder
        Folder in which the processes write their claims.
    times
        Intervals and grace periods.

    Attributes
    ----------
    rounds
        Number of passes over all claims so far.
    """

    def __init__(self, jobs: JobStore, folder: Path, times: Times) -> None:
        self._jobs = jobs
        self._claims = ClaimFolder(folder)
        self._times = times
        self.rounds = 0
        self._renewed: dict[tuple[str, int], float] = {}
        self._reported: dict[tuple[str, int], Report] = {}
        self._revoked: dict[tuple[str, int], float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coronal-lease-supervisor", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread; do nothing where it was never started."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def release_all(self) -> None:
        """Release all claimed jobs to their queue, and kill the processes that run them."""
        self._stopped.set()
        for claim in self._claims.claims():
            try:
                self._report(claim)
                self._release_others(claim)
                self._jobs.release(claim.job, claim.epoch)
            except StoreUnavailable:
                # The job stays claimed until its lease expires.
                log_abandoned(claim.job, claim.epoch, stage=claim.stage, cause="store-unavailable")
            self._terminate(claim)

    def _run(self) -> None:
        while not self._stopped.wait(self._times.look_every_s):
            known = list(self._claims.claims())
            try:
                for claim in known:
                    self._supervise(claim)
            except StoreUnavailable:  # for all claims: a time-out for each would outlast the leases
                self._terminate_unrenewed(known)
            alive = {claim.key for claim in known}
            self._renewed = {key: at for key, at in self._renewed.items() if key in alive}
            self._reported = {key: last for key, last in self._reported.items() if key in alive}
            self._revoked = {key: at for key, at in self._revoked.items() if key in alive}
            self.rounds += 1

    def _supervise(self, claim: Claim) -> None:
        chunk = self._claims.chunk(claim)
        if not is_alive(claim.pid):
            self._reclaim(claim)
        elif chunk is not None and time.monotonic() > chunk.ends_s:
            self._dissolve(claim, chunk)
        elif claim.is_overtime and claim.key not in self._revoked:
            self._fail_overtime(claim)
        elif claim.key not in self._renewed:  # it was claimed a moment ago, and may be over in another
            self._renewed[claim.key] = time.monotonic()
        elif claim.epoch != NO_EPOCH:
            self._report(claim)
            self._renew(claim)

    def _report(self, claim: Claim) -> None:
        """Report where a claim is and what it has logged, where that has changed since the last time."""
        report = self._claims.report(claim)
        if report not in (self._reported.get(claim.key), Report()):
            self._jobs.report(claim.job, claim.epoch, report)
            self._reported[claim.key] = report

    def _renew(self, claim: Claim) -> None:
        now_s = time.monotonic()
        if now_s - self._renewed[claim.key] < self._times.renew_every_s:
            return
        if self._jobs.renew_lease(claim.job, claim.epoch, lease_s=self._times.lease_s):
            self._renewed[claim.key] = now_s
        else:
            self._terminate_revoked(claim)

    def _terminate_unrenewed(self, known: list[Claim]) -> None:
        """Kill processes whose lease was not renewed for so long that another may claim the job."""
        now_s = time.monotonic()
        for claim in known:
            renewed_s = self._renewed.setdefault(claim.key, now_s)
            if (
                now_s - renewed_s > self._times.max_outage_s
                and is_alive(claim.pid)
                and self._terminate(claim)
            ):
                log_abandoned(claim.job, claim.epoch, stage=claim.stage, cause="store-unavailable")

    def _dissolve(self, claim: Claim, chunk: Chunk) -> None:
        """Leave a process whose chunk lasts its current job, and release the others to other processes.

        What it had done and not committed is among them; what it has committed stays.
        """
        current = self._claims.dissolve(claim) or claim
        for job, epoch in chunk.others(current):
            self._jobs.release(job, epoch)

    def _release_others(self, claim: Claim) -> None:
        """Release the jobs that were claimed with one whose process has died or is about to."""
        chunk = self._claims.chunk(claim)
        for job, epoch in chunk.others(claim) if chunk else ():
            self._jobs.release(job, epoch)

    def _reclaim(self, claim: Claim) -> None:
        _kill(claim)  # child processes that outlived their leader
        self._report(claim)
        self._release_others(claim)
        self._jobs.reclaim(claim.job, claim.epoch)
        self._claims.remove(claim)

    def _fail_overtime(self, claim: Claim) -> None:
        where = f"stage {claim.stage}" if claim.stage else "the job"
        failure = Failure(
            code="timeout", message=f"{where} took longer than its time limit", stage=claim.stage
        )
        self._jobs.fail(claim.job, claim.epoch, failure, report=self._claims.report(claim))
        self._revoked[claim.key] = time.monotonic()
        self._terminate(claim)

    def _terminate_revoked(self, claim: Claim) -> None:
        """Ask a process whose claim was revoked to stop; kill it after the grace period."""
        since = self._revoked.setdefault(claim.key, time.monotonic())
        self._claims.cancel(claim)
        if time.monotonic() - since > self._times.cancel_grace_s and self._terminate(claim):
            log_abandoned(claim.job, claim.epoch, stage=claim.stage)

    def _terminate(self, claim: Claim) -> bool:
        """Kill a process; return False if it has moved on to another job since its claim was read."""
        is_current = self._claims.is_current(claim)
        if is_current:
            _kill(claim)
        return is_current


def _kill(claim: Claim) -> None:
    """Kill a process and its children: each process leads a group of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(claim.pid, signal.SIGKILL)
