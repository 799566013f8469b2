"""The warden: a thread of a worker's parent that watches over the processes that run jobs.

It extends leases, ends work that is in vain or takes too long, and takes the jobs of dead processes at once.
It does so from outside, because a process that is deep inside a library, or stopped, can't.
"""

import contextlib
import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.job import Failure
from coronal_jobs.store.jobs import JobStore
from coronal_worker.claims import Claim, ClaimFolder, is_alive

__all__ = ["Times", "Warden"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Times:
    """How long things may take, in seconds.

    Parameters
    ----------
    lease_s
        How long a claim holds without a beat.
    beat_s
        The time between two beats.
    cancel_s
        How long a process may go on after its claim became void, before it is killed.
    """

    lease_s: float
    beat_s: float
    cancel_s: float

    @property
    def blind_s(self) -> float:
        """How long work goes on without an answer of Redis: less than a lease, so that it ends first."""
        return 0.8 * self.lease_s


class Warden:
    """Watches over the claims of a worker's processes.

    Parameters
    ----------
    jobs
        The records.
    folder
        Where the processes tell their claims.
    times
        How long things may take.
    """

    def __init__(self, jobs: JobStore, folder: Path, times: Times) -> None:
        self._jobs = jobs
        self._claims = ClaimFolder(folder)
        self._times = times
        self._extended: dict[tuple[str, int], float] = {}
        self._void: dict[tuple[str, int], float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coronal-warden", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch; nothing where it was never begun."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def give_back(self) -> None:
        """Give all claimed jobs back to their queue, and end the processes that run them."""
        self._stopped.set()
        for claim in self._claims.claims():
            try:
                self._jobs.release(claim.job, claim.epoch)
            except StoreUnavailable:
                _log.warning("Redis is away: job %s waits until its lease ends", claim.job)
            self._end(claim)

    def _run(self) -> None:
        while not self._stopped.wait(self._times.beat_s):
            known = list(self._claims.claims())
            try:
                for claim in known:
                    self._watch(claim)
            except StoreUnavailable:  # for all of them: to ask for each would take too long
                self._end_blind(known)
            alive = {(claim.job, claim.epoch) for claim in known}
            self._extended = {key: at for key, at in self._extended.items() if key in alive}
            self._void = {key: at for key, at in self._void.items() if key in alive}

    def _watch(self, claim: Claim) -> None:
        if not is_alive(claim.pid):
            self._bury(claim)
        elif claim.is_overtime:
            self._end_overtime(claim)
        elif self._jobs.beat(claim.job, claim.epoch, lease_s=self._times.lease_s):
            self._extended[claim.job, claim.epoch] = time.monotonic()
        else:
            self._end_void(claim)

    def _end_blind(self, known: list[Claim]) -> None:
        """End what Redis has said nothing of for so long that it may have been given to another."""
        now_s = time.monotonic()
        for claim in known:
            if now_s - self._extended.setdefault((claim.job, claim.epoch), now_s) > self._times.blind_s:
                _log.warning(
                    "Redis has been away for %.0f s: job %s is stopped", self._times.blind_s, claim.job
                )
                self._end(claim)

    def _bury(self, claim: Claim) -> None:
        _kill(claim)  # what the dead process has started
        answer = self._jobs.lose(claim.job, claim.epoch)
        _log.warning("the process of job %s has died: %s", claim.job, answer)
        self._claims.forget(claim)

    def _end_overtime(self, claim: Claim) -> None:
        where = f"stage {claim.stage}" if claim.stage else "the job"
        failure = Failure(
            code="timeout", message=f"{where} took longer than its time limit", stage=claim.stage
        )
        self._jobs.fail(claim.job, claim.epoch, failure)
        _log.warning("job %s is stopped: it took too long", claim.job)
        self._end(claim)

    def _end_void(self, claim: Claim) -> None:
        """Ask a process whose claim is void to stop; after a while, make it."""
        since = self._void.setdefault((claim.job, claim.epoch), time.monotonic())
        self._claims.cancel(claim)
        if time.monotonic() - since > self._times.cancel_s:
            _log.info("job %s was cancelled or given to another: its process is ended", claim.job)
            self._end(claim)

    def _end(self, claim: Claim) -> None:
        """End a process, unless it has turned to another job since its claim was read."""
        if self._claims.is_current(claim):
            _kill(claim)


def _kill(claim: Claim) -> None:
    """End a process with all that it has started: each is the leader of its own group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(claim.pid, signal.SIGKILL)
