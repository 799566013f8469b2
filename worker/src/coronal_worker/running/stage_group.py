"""A stage group from claim to commit: claim the job, read, run the stages, write, commit."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from coronal import Case, Image, Outcome, Plugins, Reference
from coronal.errors import CoronalError
from coronal.formats.reading import read_image, read_labels
from coronal.formats.reference_labels import describe_reference, reference_of
from coronal.task_spec import TaskSpec
from coronal_jobs.errors import BlobDamaged, NotFound, StoreUnavailable
from coronal_jobs.pipeline.catalogue import NotOffered, Offer
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.job import Job
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.outputs import Outputs
from coronal_jobs.records.state_changes import log_abandoned
from coronal_jobs.traces import trace_of
from coronal_worker.running.artifact_writer import ArtifactWriter
from coronal_worker.running.failures import MAX_RETRIES, TRANSIENT_CODES, failure_of
from coronal_worker.running.finished_jobs import report_ends
from coronal_worker.running.job_log import timestamped
from coronal_worker.running.limits import Limits
from coronal_worker.running.model_cache import ModelCache
from coronal_worker.running.provenance import provenance_of
from coronal_worker.running.results import result_files
from coronal_worker.running.snapshot import Snapshot, deserialize, serialize
from coronal_worker.running.stages import Abandoned, Installed, Monitor, StageFailed, run_stages
from coronal_worker.running.tasks import TaskRunner
from coronal_worker.running.waiting_results import Finished, WaitingResults
from coronal_worker.supervision.claims import NO_EPOCH, ClaimFile

__all__ = ["StageGroupRunner"]

_log = logging.getLogger(__name__)

_retry_writes = Retrying(
    retry=retry_if_exception_type(StoreUnavailable),
    wait=wait_fixed(1.0),
    stop=stop_after_delay(60.0),
    reraise=True,
)
"""Retries writes to Redis while it is away: these writes are idempotent."""


class _SnapshotLost(Exception):
    """Raised when the case snapshot of the previous stage group can't be read."""

    def __init__(self, error: CoronalError) -> None:
        self.error = error
        super().__init__(str(error))


@dataclass(frozen=True, slots=True)
class StageGroupRunner:
    """Runs the stage groups of a pool's jobs in this process.

    Parameters
    ----------
    pool
        Name of the pool.
    plugins
        Installed plugins.
    models
        Models for inference stages.
    jobs, artifact_writer
        Store of the job records, and writer of result blobs.
    lease_s
        Time for which a claim is valid without a renewal.
    offer
        Offer of the plugins: no job is claimed that was planned for another.
    max_parked_s
        Time for which such a job waits for a worker that can run it.
    flush_output
        Function that waits until printed output is in the job's log, called before the job ends.
    processes
        Number of the worker's processes.
    waiting
        Results that are committed together.
    """

    pool: str
    plugins: Plugins
    models: ModelCache
    jobs: JobStore
    artifact_writer: ArtifactWriter
    lease_s: float
    offer: Offer
    max_parked_s: float = 600.0
    flush_output: Callable[[], None] = lambda: None
    processes: int = 1
    waiting: WaitingResults = field(default_factory=WaitingResults)

    def claim(self, job_ids: str) -> list[Job]:
        """Claim jobs of a notification; none where none can be claimed.

        A job that this worker can't run is sent on to one that can.
        """
        try:
            return self.jobs.claim_chunk(
                job_ids, self.pool, lease_s=self.lease_s, offer=self.offer, processes=self.processes
            )
        except NotOffered as lack:
            self.jobs.decline(lack.job, lack, self.offer, max_parked_s=self.max_parked_s)
            return []

    def report_ends(self, claim: ClaimFile) -> None:
        """Call the plugins that watch for the ends of this pool's jobs that are due."""

        @contextmanager
        def limited(job_id: str) -> Iterator[None]:
            # A process that hangs in it is ended: after that time another takes the end.
            claim.begin(job_id, NO_EPOCH, ends_s=time.monotonic() + self.lease_s)
            try:
                yield
            finally:
                claim.end()

        report_ends(self.jobs.ended, self.pool, self.plugins, self.lease_s, limited)

    def run(self, job: Job, claim: ClaimFile, limits: Limits) -> None:
        """Run the next stage group of a claimed job and commit it, or fail the job.

        The results of a pipeline may wait for `commit_all`. An error of the job is written to its record and
        log; none is raised but `StoreUnavailable`, when Redis stays away for longer than a minute.
        """
        try:
            if job.task is None:
                self._run_stages(job, claim, limits)
            else:
                claim.enter(job.task.task, ends_s=math.inf)  # the limit is that of the whole job
                with claim.scratch() as folder:
                    self._commit_task(job, job.task, folder, claim, limits)
        except Abandoned:
            self._report_log(claim, job)
            log_abandoned(job.id, job.epoch)
        except _SnapshotLost as lost:
            self._restart(job, claim, lost.error)
        # The task boundary: whatever is raised, SystemExit too, the job must end, and its record say why.
        except BaseException as error:
            self._fail(job, claim.report, error)
        if self.waiting.is_due:
            self.commit_all()

    def commit_all(self) -> None:
        """Write and commit the results that wait, in one object and one round trip.

        Where they can't be written each of their jobs fails, or is tried again.
        """
        finished = self.waiting.take()
        if not finished:
            return
        try:
            self.flush_output()
            with self.artifact_writer.write_results([(one.job, one.files) for one in finished]) as written:
                self._commit(
                    [
                        Outputs(one.job, artifacts=artifacts, report=one.report, took_s=one.took_s)
                        for one, artifacts in zip(finished, written, strict=True)
                    ]
                )
        except BaseException as error:
            for one in finished:
                self._fail(one.job, one.report, error)

    def _run_stages(self, job: Job, claim: ClaimFile, limits: Limits) -> None:
        began_s = time.monotonic()
        monitor = self._monitor(job, claim, limits)
        snapshot = self._start(job, monitor, limits)
        installed = Installed(self.plugins, self.models.get)
        case, runs = run_stages(job, snapshot.case, installed, monitor, max_objects=limits.max_objects)
        snapshot = Snapshot(case, (*snapshot.runs, *runs))
        if job.stage_group + 1 < len(job.stage_groups):
            kept = self.artifact_writer.write(job, [serialize(snapshot)])[0].sha256
            self.flush_output()
            took_s = time.monotonic() - began_s
            self._commit([Outputs(job, snapshot=kept, report=claim.report, took_s=took_s)])
            return
        outcome = Outcome(snapshot.case, provenance_of(job, snapshot.runs))
        files = result_files(outcome, self.plugins, job.pipeline.results)
        self.waiting.add(Finished(job, files, claim.report, time.monotonic() - began_s))

    def _commit_task(self, job: Job, task: TaskSpec, folder: Path, claim: ClaimFile, limits: Limits) -> None:
        monitor = self._monitor(job, claim, limits)
        made = TaskRunner(self.plugins, self.jobs, self.artifact_writer).run(
            job, task, folder, monitor, limits.read
        )
        self.flush_output()
        self._commit(
            [Outputs(job, artifacts=made.artifacts, publication=made.publication, report=claim.report)]
        )
        if made.publication is not None:
            _best_effort(partial(self.artifact_writer.blob_references.registry.settle, made.publication))

    def _commit(self, outputs: Sequence[Outputs]) -> None:
        committed = _retry_writes(lambda: self.jobs.commit_all(outputs))
        unreferenced = [digest for one in committed for digest in one.unreferenced]
        _best_effort(lambda: self.artifact_writer.blob_references.remove(unreferenced))
        for one, answer in zip(outputs, committed, strict=True):
            if answer.answer == "stale":
                log_abandoned(one.job.id, one.job.epoch)

    def _start(self, job: Job, monitor: Monitor, limits: Limits) -> Snapshot:
        if job.snapshot is not None:
            return deserialize(self._read_snapshot(job.snapshot))
        with self.artifact_writer.blobs.local(job.input.sha256) as path:
            source = read_image(path, self.plugins, limits.read)
        for remark in source.remarks:
            monitor.log(f"input: {remark}")
        return Snapshot(Case.start(source, self._reference(job, source, monitor, limits)), ())

    def _read_snapshot(self, sha256: str) -> bytes:
        try:
            return self.artifact_writer.blobs.read(sha256)
        except (BlobDamaged, NotFound) as error:
            raise _SnapshotLost(error) from error

    def _reference(self, job: Job, source: Image, monitor: Monitor, limits: Limits) -> Reference | None:
        if job.reference is None:
            return None
        with self.artifact_writer.blobs.local(job.reference.sha256) as path:
            annotation = read_labels(path, self.plugins, limits.read)
        reference = reference_of(annotation, source)
        monitor.log(f"reference: {describe_reference(reference, annotation)}")
        return reference

    def _restart(self, job: Job, claim: ClaimFile, error: CoronalError) -> None:
        """Restart the job from its first stage; fail it where that was done often enough."""
        done = _retry_writes(lambda: self.jobs.restart(job, code=error.code))
        if done.answer == "spent":
            self._fail(job, claim.report, error)
        elif done.answer == "queued":
            line = f"the case snapshot is lost ({error.code}): the job restarts with its first stage"
            _retry_writes(lambda: self.jobs.log(job.id, *timestamped([line])))
            _best_effort(lambda: self.artifact_writer.blob_references.remove(done.unreferenced))
        else:
            log_abandoned(job.id, job.epoch)

    def _fail(self, job: Job, report: Report, error: BaseException) -> None:
        if isinstance(error, StageFailed) and error.__cause__ is not None:
            failure = failure_of(error.__cause__, stage=error.stage, algorithm=error.algorithm)
            error = error.__cause__
        else:
            failure = failure_of(error)
        self.flush_output()
        report = replace(report, lines=(*report.lines, *timestamped(trace_of(error))))
        retries = MAX_RETRIES if failure.code in TRANSIENT_CODES else 0
        fail = partial(self.jobs.fail, job.id, job.epoch, failure, retries=retries, report=report)
        answer = _retry_writes(fail)
        if answer == "stale":
            log_abandoned(job.id, job.epoch, stage=failure.stage)

    def _monitor(self, job: Job, claim: ClaimFile, limits: Limits) -> Monitor:
        return Monitor(
            enter=lambda stage: claim.enter(
                stage.name, ends_s=time.monotonic() + limits.limit_of_stage_s(stage)
            ),
            is_cancelled=claim.is_cancelled,
            report=claim.advance,
            log=lambda line: self._log(claim, job, line),
        )

    def _log(self, claim: ClaimFile, job: Job, line: str) -> None:
        claim.log(timestamped([line]))
        if claim.is_log_full:
            self._report_log(claim, job)

    def _report_log(self, claim: ClaimFile, job: Job) -> None:
        _best_effort(lambda: self.jobs.report(job.id, job.epoch, claim.report))
        claim.forget_log()


def _best_effort(write: Callable[[], object]) -> None:
    """Write what is useful but not needed: while Redis or the blob store is away, the job goes on without."""
    try:
        write()
    except StoreUnavailable as away:
        _log.warning("%s: the job goes on", away)
