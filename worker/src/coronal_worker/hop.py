"""A hop: claim a job, read, run the stages, write, commit."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from coronal import Case, Image, Outcome, Plugins, Reference
from coronal.errors import CoronalError
from coronal.task_spec import TaskSpec
from coronal_jobs.catalogue import NotOffered, Offer
from coronal_jobs.errors import BlobDamaged, NotFound, StoreUnavailable
from coronal_jobs.job import Job
from coronal_jobs.store.jobs import Committed, JobStore
from coronal_worker.carry import Carry, pack, unpack
from coronal_worker.claims import ClaimFile
from coronal_worker.failures import MOST_RETRIES, PASSING, failure_of
from coronal_worker.job_log import stamped
from coronal_worker.keeping import Keeper
from coronal_worker.limits import Limits
from coronal_worker.models import Models
from coronal_worker.provenance import provenance_of
from coronal_worker.reading import read_image, read_labels
from coronal_worker.references import described, reference_of
from coronal_worker.results import artifact_of, result_files
from coronal_worker.stages import Abandoned, Installed, StageFailed, Watch, run_stages
from coronal_worker.tasks import TaskRunner
from coronal_worker.traces import trace_of
from coronal_worker.watchers import tell

__all__ = ["HopRunner"]

_REDIS_BACK_S = 60.0

_log = logging.getLogger(__name__)
T = TypeVar("T")


class _CaseLost(Exception):
    """Raised when the case that the hops before have left can't be read."""

    def __init__(self, error: CoronalError) -> None:
        self.error = error
        super().__init__(str(error))


@dataclass(frozen=True, slots=True)
class HopRunner:
    """Runs the hops of a pool's jobs in this process.

    Parameters
    ----------
    pool
        The pool's name.
    plugins
        What is installed here.
    models
        Those that stages ask.
    jobs, keeper
        Where records and bytes are kept.
    lease_s
        How long a claim holds without a beat.
    offer
        What the plugins offer: no job is claimed that was planned for something else.
    max_parked_s
        How long such a job waits for a worker that has it.
    settle
        Waits until what was printed stands in the job's log: before the job ends.
    """

    pool: str
    plugins: Plugins
    models: Models
    jobs: JobStore
    keeper: Keeper
    lease_s: float
    offer: Offer
    max_parked_s: float = 600.0
    settle: Callable[[], None] = lambda: None

    def claim(self, job_id: str) -> Job | None:
        """Claim a job; None when there is nothing to claim, or it was passed on to one that can run it."""
        try:
            return self.jobs.claim(job_id, self.pool, lease_s=self.lease_s, offer=self.offer)
        except NotOffered as lack:
            answer = self.jobs.decline(job_id, lack, self.offer, max_parked_s=self.max_parked_s)
            level = logging.INFO if answer == "sent" else logging.WARNING
            _log.log(level, "job %s needs %s, which this worker hasn't: it is %s", job_id, lack.need, answer)
            if answer == "failed":
                tell(partial(self.plugins.job_finished, job_id, lack))
            return None

    def run(self, job: Job, claim: ClaimFile, limits: Limits) -> None:
        """Run the hop of a claimed job that is due, and commit it, or fail the job.

        An error of the job is written to its record and log; none is raised but `StoreUnavailable`, when
        Redis stays away for longer than a minute.
        """
        try:
            watch = self._watch(job, claim, limits)
            if job.task is None:
                committed = self._commit(job, watch, limits)
            else:
                claim.enter(job.task.task, ends_s=math.inf)  # the limit is that of the whole job
                with claim.scratch() as folder:
                    committed = self._commit_task(job, job.task, folder, watch, limits)
        except Abandoned:
            _log.info("job %s was cancelled or given to another", job.id)
        except _CaseLost as lost:
            self._start_over(job, lost.error)
        # The task boundary: whatever is raised, SystemExit too, the job must end, and its record say why.
        except BaseException as error:
            self._fail(job, error)
        else:
            self._finish(job, committed)

    def _commit(self, job: Job, watch: Watch, limits: Limits) -> Committed:
        carry = self._start(job, watch, limits)
        installed = Installed(self.plugins, self.models.get)
        case, runs = run_stages(job, carry.case, installed, watch, most_objects=limits.most_objects)
        carry = Carry(case, (*carry.runs, *runs))
        if job.hop + 1 < len(job.hops):
            kept = self.keeper.keep(job, [pack(carry)])[0].sha256
            return self._settled(lambda: self.jobs.commit(job, carry=kept))
        outcome = Outcome(carry.case, provenance_of(job, carry.runs))
        files = result_files(outcome, self.plugins, job.pipeline.results)
        blobs = self.keeper.keep(job, [file.content for file in files])
        artifacts = [artifact_of(file, blob) for file, blob in zip(files, blobs, strict=True)]
        return self._settled(lambda: self.jobs.commit(job, artifacts=artifacts))

    def _commit_task(self, job: Job, task: TaskSpec, folder: Path, watch: Watch, limits: Limits) -> Committed:
        made = TaskRunner(self.plugins, self.jobs, self.keeper).run(job, task, folder, watch, limits.read)
        commit = partial(self.jobs.commit, job, artifacts=made.artifacts, publication=made.publication)
        committed = self._settled(commit)
        if made.publication is not None:
            _try(partial(self.keeper.holdings.registry.settle, made.publication))
        return committed

    def _settled(self, commit: Callable[[], Committed]) -> Committed:
        self.settle()
        return _insist(commit)

    def _start(self, job: Job, watch: Watch, limits: Limits) -> Carry:
        if job.carry is not None:
            return unpack(self._read_case(job.carry))
        with self.keeper.blobs.local(job.input.sha256) as path:
            source = read_image(path, self.plugins, limits.read)
        return Carry(Case.start(source, self._reference(job, source, watch, limits)), ())

    def _read_case(self, sha256: str) -> bytes:
        try:
            return self.keeper.blobs.read(sha256)
        except (BlobDamaged, NotFound) as error:
            raise _CaseLost(error) from error

    def _reference(self, job: Job, source: Image, watch: Watch, limits: Limits) -> Reference | None:
        if job.reference is None:
            return None
        with self.keeper.blobs.local(job.reference.sha256) as path:
            drawn = read_labels(path, self.plugins, limits.read)
        reference = reference_of(drawn, source)
        watch.log(f"reference: {described(reference, drawn)}")
        return reference

    def _finish(self, job: Job, committed: Committed) -> None:
        _try(lambda: self.keeper.holdings.remove(committed.unnamed))
        if committed.answer == "succeeded":
            tell(lambda: self.plugins.job_finished(job.id, None))

    def _start_over(self, job: Job, error: CoronalError) -> None:
        """Let the case be made again from what was sent; fail the job where that was done often enough."""
        done = _insist(lambda: self.jobs.restart(job))
        if done.answer == "spent":
            self._fail(job, error)
        elif done.answer == "queued":
            _log.warning("job %s begins again, the case between two hops is lost: %s", job.id, error)
            line = f"the case between two hops is lost ({error.code}): it is made again, from the first stage"
            _insist(lambda: self.jobs.log(job.id, *stamped([line])))
            _try(lambda: self.keeper.holdings.remove(done.unnamed))

    def _fail(self, job: Job, error: BaseException) -> None:
        if isinstance(error, StageFailed) and error.__cause__ is not None:
            failure = failure_of(error.__cause__, stage=error.stage, algorithm=error.algorithm)
            error = error.__cause__
        else:
            failure = failure_of(error)
        self.settle()
        _log.warning("job %s failed: %s", job.id, failure.code)
        _insist(lambda: self.jobs.log(job.id, *stamped(trace_of(error))))
        retries = MOST_RETRIES if failure.code in PASSING else 0
        answer = _insist(lambda: self.jobs.fail(job.id, job.epoch, failure, retries=retries))
        if answer == "failed":
            told = error if isinstance(error, CoronalError) else CoronalError(failure.code)
            tell(lambda: self.plugins.job_finished(job.id, told))

    def _watch(self, job: Job, claim: ClaimFile, limits: Limits) -> Watch:
        return Watch(
            enter=lambda stage: claim.enter(stage.name, ends_s=time.monotonic() + limits.of_stage_s(stage)),
            is_cancelled=claim.is_cancelled,
            report=lambda stage, progress: _try(lambda: self.jobs.report(job, stage, progress)),
            log=lambda line: _try(lambda: self.jobs.log(job.id, *stamped([line]))),
        )


def _try(write: Callable[[], object]) -> None:
    """Do what is good but not needed: while Redis or the blob store is away, the work goes on without."""
    try:
        write()
    except StoreUnavailable as away:
        _log.warning("%s: the work goes on", away)


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
