"""A hop: claim a job, read, run the stages, write, commit."""

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from coronal import Outcome, Plugins
from coronal.errors import CoronalError
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.job import Job
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.jobs import Committed, JobStore
from coronal_worker.carry import Carry, pack, unpack
from coronal_worker.failures import failure_of, plain
from coronal_worker.provenance import provenance_of
from coronal_worker.reading import read_case
from coronal_worker.results import write_artifacts
from coronal_worker.stages import StageFailed, Watch, run_stages
from coronal_worker.watchers import tell

__all__ = ["HopRunner"]

_REDIS_BACK_S = 60.0
_LONGEST_LOG = 50_000
"""Of what a stage logs at once, or of a traceback, in characters."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HopRunner:
    """Runs the hops of a pool's jobs in this process.

    Parameters
    ----------
    pool
        The pool's name.
    plugins
        What is installed here.
    jobs, blobs
        Where records and bytes are kept.
    """

    pool: str
    plugins: Plugins
    jobs: JobStore
    blobs: BlobStore

    def run(self, job: Job) -> None:
        """Run the hop of a claimed job that is due, and commit it, or fail the job.

        An error of the job is written to its record and log; none is raised but `StoreUnavailable`, when
        Redis stays away for longer than a minute.
        """
        try:
            committed = self._commit(job)
        # The task boundary: whatever is raised, SystemExit too, the job must end, and its record say why.
        except BaseException as error:
            self._fail(job, error)
        else:
            self._finish(job, committed)

    def _commit(self, job: Job) -> Committed:
        carry = self._start(job)
        case, runs = run_stages(job, carry.case, self.plugins, self._watch(job))
        carry = Carry(case, (*carry.runs, *runs))
        if job.hop + 1 < len(job.hops):
            kept = self.blobs.put(pack(carry)).sha256
            return _insist(lambda: self.jobs.commit(job, carry=kept))
        outcome = Outcome(carry.case, provenance_of(job, carry.runs))
        artifacts = write_artifacts(outcome, self.plugins, self.blobs)
        return _insist(lambda: self.jobs.commit(job, artifacts=artifacts))

    def _start(self, job: Job) -> Carry:
        if job.carry is not None:
            return unpack(self.blobs.read(job.carry))
        with self.blobs.local(job.input.sha256) as path:
            return Carry(read_case(path, self.plugins), ())

    def _finish(self, job: Job, committed: Committed) -> None:
        self._remove(committed.unnamed)
        if committed.answer == "succeeded":
            tell(lambda: self.plugins.job_finished(job.id, None))

    def _fail(self, job: Job, error: BaseException) -> None:
        if isinstance(error, StageFailed) and error.__cause__ is not None:
            failure = failure_of(error.__cause__, stage=error.stage, algorithm=error.algorithm)
            error = error.__cause__
        else:
            failure = failure_of(error)
        _log.warning("job %s failed: %s", job.id, failure.code)
        _insist(lambda: self.jobs.log(job.id, *_stamped("".join(traceback.format_exception(error)))))
        committed = _insist(lambda: self.jobs.fail(job, failure))
        self._remove(committed.unnamed)
        if not committed.is_stale:
            told = error if isinstance(error, CoronalError) else CoronalError(failure.code)
            tell(lambda: self.plugins.job_finished(job.id, told))

    def _remove(self, unnamed: Sequence[str]) -> None:
        """Remove blobs that no record names; the job has ended, also where the bytes stay behind."""
        try:
            self.blobs.delete(*unnamed)
        except StoreUnavailable:
            _log.warning("blobs that no record names could not be removed: %s", ", ".join(unnamed))

    def _watch(self, job: Job) -> Watch:
        return Watch(
            report=lambda stage, progress: _try(lambda: self.jobs.report(job, stage, progress)),
            log=lambda line: _try(lambda: self.jobs.log(job.id, *_stamped(line))),
        )


def _stamped(text: str) -> list[str]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return [f"{now} {line}" for line in plain(text, _LONGEST_LOG).splitlines()]


def _try(write: Callable[[], object]) -> None:
    """Write what is good to know but not needed: while Redis is away, the work goes on without."""
    try:
        write()
    except StoreUnavailable:
        _log.warning("Redis is away: progress isn't told")


def _insist(write: Callable[[], T]) -> T:
    """Write to Redis, again and again while it is away: these writes may be repeated."""
    deadline = time.monotonic() + _REDIS_BACK_S
    while True:
        try:
            return write()
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(1.0)
