"""Running a task (data set import, training, evaluation) of a claimed job."""

import logging
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from coronal import (
    BadOutput,
    PluginError,
    Plugins,
    Publication,
    ReadLimits,
    TaskResult,
    TrainingContext,
    Work,
)
from coronal.errors import BadDataset
from coronal.formats.reading import read_image, read_labels
from coronal.task_spec import EvaluationTask, TaskSpec
from coronal_jobs.errors import BlobDamaged, NotFound, StoreUnavailable
from coronal_jobs.pipeline.model_stages import use_of
from coronal_jobs.records.job import Artifact, Job
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.registry import NewVersion, Version
from coronal_worker.running.artifact_writer import ArtifactWriter
from coronal_worker.running.results import artifact_of
from coronal_worker.running.stages import Monitor, StageFailed

__all__ = ["TaskOutput", "TaskRunner", "metrics_text"]

_REPORT_EVERY_S = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaskOutput:
    """Artifacts of a task, written as blobs, and the version that it publishes."""

    artifacts: tuple[Artifact, ...]
    publication: Version | None


@dataclass(frozen=True, slots=True)
class TaskRunner:
    """Runs the tasks of a pool in this process.

    Parameters
    ----------
    plugins
        Installed plugins.
    jobs
        Store of the job records.
    artifact_writer
        Writer of the resulting blobs.
    """

    plugins: Plugins
    jobs: JobStore
    artifact_writer: ArtifactWriter

    def run(self, job: Job, spec: TaskSpec, folder: Path, monitor: Monitor, limits: ReadLimits) -> TaskOutput:
        """Run the task of a claimed job, and write its results.

        Parameters
        ----------
        job, spec
            Record of the job, and its task.
        folder
            Empty folder for temporary files.
        monitor
            Receiver of progress and log lines.
        limits
            Size limits of an image.

        Raises
        ------
        Abandoned
            When the claim was revoked.
        BlobDamaged
            When the bytes of the data set or of a model don't match its digest: no task sees them.
        StageFailed
            When the task raises, or the pool no longer has it.
        """
        with ExitStack() as opened:
            work = Work(
                spec=spec,
                source=opened.enter_context(self.artifact_writer.blobs.local(job.input.sha256)),
                folder=folder,
                plugins=self.plugins,
                read=partial(read_image, plugins=self.plugins, limits=limits),
                read_labels=partial(read_labels, plugins=self.plugins, limits=limits),
                models=tuple(
                    opened.enter_context(self.artifact_writer.blobs.local(one)) for one in _models(spec)
                ),
                context=self._context(job, spec, monitor),
            )
            result = self._do(work, monitor)
            monitor.raise_if_cancelled()
            return self._written(job, result)

    def _do(self, work: Work, monitor: Monitor) -> TaskResult:
        name = work.spec.task
        try:
            task = self.plugins.tasks.get(name)
            if task is None:
                raise PluginError(f"the pool no longer has the task {name}")
            return task(work)
        # Whatever a task raises (SystemExit too) fails its job and nothing else.
        except BaseException as error:
            monitor.raise_if_cancelled()  # a cancelled task may stop with any exception
            for fault in error.faults if isinstance(error, BadDataset) else ():
                monitor.log(f"{name}: {fault}")
            raise StageFailed(name, name) from error

    def _context(self, job: Job, spec: TaskSpec, monitor: Monitor) -> TrainingContext[str]:
        reporter = _Reporter(spec.task, monitor)
        return TrainingContext(
            seed=job.seed,
            progress=reporter.progress,
            log=lambda line: monitor.log(f"{spec.task}: {line}"),
            is_cancelled=monitor.is_cancelled,
            measure=reporter.measure,
            checkpoint=_JobCheckpoint(job, self.jobs, self.artifact_writer),
        )

    def _written(self, job: Job, result: TaskResult) -> TaskOutput:
        names = [file.name for file in result.files]
        if len({*names}) < len(names):
            raise BadOutput(f"each result file must have a name of its own, found {', '.join(sorted(names))}")
        blobs = self.artifact_writer.write(job, [file.content for file in result.files])
        artifacts = tuple(map(artifact_of, result.files, blobs))
        made = result.publication
        return TaskOutput(artifacts, self._version(job, made, artifacts) if made else None)

    def _version(self, job: Job, made: Publication, artifacts: tuple[Artifact, ...]) -> Version:
        blob = self.artifact_writer.write_file(job, made.content)
        new = NewVersion(
            kind=made.kind,
            name=made.name,
            sha256=blob.sha256,
            size_bytes=blob.size_bytes,
            created_ms=time.time_ns() // 1_000_000,
            job=job.id,
            files=tuple(one for one in artifacts if one.name in made.files),
            facts=dict(made.facts),
        )
        _check_model(new)
        return self.artifact_writer.blob_references.registry.prepare(new)


class _Reporter:
    """Reports the progress of a task, as text and as a fraction, at most twice a second."""

    def __init__(self, task: str, monitor: Monitor) -> None:
        self._monitor = monitor
        self._task = task
        self._text = task
        self._fraction = 0.0
        self._last_s = 0.0

    def progress(self, fraction: float) -> None:
        # In this order NaN becomes 0: a record with NaN can't be read any more.
        self._fraction = min(max(0.0, fraction), 1.0)
        self._report()

    def measure(self, values: Mapping[str, float]) -> None:
        self._text = f"{self._task}: {metrics_text(values)}"
        self._report()

    def _report(self) -> None:
        now_s = time.monotonic()
        if now_s - self._last_s >= _REPORT_EVERY_S:
            self._last_s = now_s
            self._monitor.report(self._text, self._fraction)


class _JobCheckpoint:
    """The checkpoint of a claimed job's task: a blob that its record references."""

    def __init__(self, job: Job, jobs: JobStore, artifact_writer: ArtifactWriter) -> None:
        self._job = job
        self._jobs = jobs
        self._artifact_writer = artifact_writer
        self._last = job.checkpoint

    def load(self) -> bytes | None:
        try:
            return self._artifact_writer.blobs.read(self._last) if self._last else None
        except (NotFound, BlobDamaged):  # a lost checkpoint costs the work so far, but not the job
            _log.warning("the checkpoint of job %s is missing or damaged: the task starts over", self._job.id)
            return None

    def save(self, content: bytes) -> None:
        """Write a checkpoint; where a store is away the previous one stays, and the task goes on."""
        try:
            blob = self._artifact_writer.write(self._job, [content])[0]
            done = self._jobs.checkpoint(self._job, blob.sha256)
            self._last = blob.sha256
            self._artifact_writer.blob_references.remove(done.unreferenced)
        except StoreUnavailable as away:
            _log.warning("%s: no checkpoint of job %s was written", away, self._job.id)


def metrics_text(values: Mapping[str, float]) -> str:
    """Return the metrics of a training as text.

    >>> metrics_text({"epoch": 3, "epochs": 20, "loss": 0.31415, "validation_accuracy": 0.9})
    'epoch 3 of 20, loss 0.314, validation accuracy 0.9'
    """
    left = dict(values)
    counted = [
        f"{name} {left.pop(name):g} of {left.pop(names):g}"
        for name, names in (("fold", "folds"), ("epoch", "epochs"))
        if {name, names} <= set(values)
    ]
    return ", ".join(counted + [f"{name.replace('_', ' ')} {value:.3g}" for name, value in left.items()])


def _check_model(new: NewVersion) -> None:
    """Raise `BadOutput` for a model that couldn't be used, before it is published."""
    if new.kind == "models":
        try:
            use_of(new.numbered(1))
        except (KeyError, ValidationError) as wrong:
            raise BadOutput("a model's facts must hold its kind, algorithms and dimensions") from wrong


def _models(spec: TaskSpec) -> list[str]:
    return [model.sha256 for model in spec.models] if isinstance(spec, EvaluationTask) else []
