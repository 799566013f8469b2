"""A task: data sets, training and evaluation, from the claim to what is committed."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coronal import Image, PluginError, Plugins, Publication, ReadLimits, TaskResult, TrainingContext, Work
from coronal.errors import BadDataset
from coronal.task_spec import EvaluationTask, TaskSpec
from coronal_jobs.job import Artifact, Job
from coronal_jobs.registry import Version
from coronal_jobs.store.jobs import JobStore
from coronal_worker.keeping import Keeper
from coronal_worker.reading import read_image
from coronal_worker.results import artifact_of
from coronal_worker.stages import Abandoned, StageFailed, Watch

__all__ = ["TaskRunner", "told"]

_REPORT_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Made:
    """What a task has made, written down."""

    artifacts: tuple[Artifact, ...]
    publication: Version | None


@dataclass(frozen=True, slots=True)
class TaskRunner:
    """Does the tasks of a pool in this process.

    Parameters
    ----------
    plugins
        What is installed here.
    jobs
        The records.
    keeper
        Writes what is made.
    """

    plugins: Plugins
    jobs: JobStore
    keeper: Keeper

    def run(self, job: Job, spec: TaskSpec, folder: Path, watch: Watch, limits: ReadLimits) -> Made:
        """Do the task of a claimed job, and write what it has made.

        Parameters
        ----------
        job, spec
            The record, and its task.
        folder
            An empty folder.
        watch
            Whom to tell how it goes.
        limits
            How large an image may be that is read.

        Raises
        ------
        Abandoned
            When the claim has become void.
        StageFailed
            When the task raises, or the pool no longer does it.
        """
        with ExitStack() as opened:
            work = Work(
                spec=spec,
                source=opened.enter_context(self.keeper.blobs.local(job.input.sha256)),
                folder=folder,
                plugins=self.plugins,
                read=partial(_read, plugins=self.plugins, limits=limits),
                models=tuple(opened.enter_context(self.keeper.blobs.local(one)) for one in _models(spec)),
                context=self._context(job, spec, watch),
            )
            result = self._do(work, watch)
            _go_on(watch)
            return self._written(job, result)

    def _do(self, work: Work, watch: Watch) -> TaskResult:
        name = work.spec.task
        try:
            task = self.plugins.tasks.get(name)
            if task is None:
                raise PluginError(f"the pool no longer does the task {name}")
            return task(work)
        # Whatever a task raises (SystemExit too) fails its job and nothing else.
        except BaseException as error:
            _go_on(watch)  # one that was cancelled may stop as it likes
            for fault in error.faults if isinstance(error, BadDataset) else ():
                watch.log(f"{name}: {fault}")
            raise StageFailed(name, name) from error

    def _context(self, job: Job, spec: TaskSpec, watch: Watch) -> TrainingContext[str]:
        reporter = _Reporter(spec.task, watch)
        return TrainingContext(
            seed=job.seed,
            progress=reporter.progress,
            log=lambda line: watch.log(f"{spec.task}: {line}"),
            is_cancelled=watch.is_cancelled,
            measure=reporter.measure,
            checkpoint=_JobCheckpoint(job, self.jobs, self.keeper),
        )

    def _written(self, job: Job, result: TaskResult) -> Made:
        blobs = self.keeper.keep(job, [file.content for file in result.files])
        artifacts = tuple(map(artifact_of, result.files, blobs))
        made = result.publication
        return Made(artifacts, self._version(job, made, artifacts) if made else None)

    def _version(self, job: Job, made: Publication, artifacts: tuple[Artifact, ...]) -> Version:
        """Lay a version beside the blobs under a number of its own; the same content is the same version."""
        registry = self.keeper.holdings.registry
        blob = self.keeper.keep_file(job, made.content)
        number = registry.reserve(made.kind, made.name, blob.sha256)
        version = Version(
            kind=made.kind,
            name=made.name,
            version=number,
            sha256=blob.sha256,
            size_bytes=blob.size_bytes,
            created_ms=time.time_ns() // 1_000_000,
            job=job.id,
            files=tuple(one for one in artifacts if one.name in made.files),
            facts=dict(made.facts),
        )
        return registry.keep_first(version)


class _Reporter:
    """Tells how far a task is, in words and as a part, at most twice a second."""

    def __init__(self, task: str, watch: Watch) -> None:
        self._watch = watch
        self._task = task
        self._words = task
        self._part = 0.0
        self._last_s = 0.0

    def progress(self, part: float) -> None:
        # In this order NaN becomes 0: a record with NaN can't be read any more.
        self._part = min(max(0.0, part), 1.0)
        self._tell()

    def measure(self, values: Mapping[str, float]) -> None:
        self._words = f"{self._task}: {told(values)}"
        self._tell()

    def _tell(self) -> None:
        now_s = time.monotonic()
        if now_s - self._last_s >= _REPORT_EVERY_S:
            self._last_s = now_s
            self._watch.report(self._words, self._part)


@dataclass(frozen=True, slots=True)
class _JobCheckpoint:
    """Where the task of a claimed job keeps how far it is: a blob that the record names."""

    job: Job
    jobs: JobStore
    keeper: Keeper

    def load(self) -> bytes | None:
        return self.keeper.blobs.read(self.job.checkpoint) if self.job.checkpoint else None

    def save(self, content: bytes) -> None:
        blob = self.keeper.keep(self.job, [content])[0]
        done = self.jobs.checkpoint(self.job, blob.sha256)
        self.keeper.holdings.remove(done.unnamed)


def told(values: Mapping[str, float]) -> str:
    """Tell in words what a training has measured.

    >>> told({"epoch": 3, "epochs": 20, "loss": 0.31415, "validation_accuracy": 0.9})
    'epoch 3 of 20, loss 0.314, validation accuracy 0.9'
    """
    left = dict(values)
    counted = [
        f"{name} {left.pop(name):g} of {left.pop(names):g}"
        for name, names in (("fold", "folds"), ("epoch", "epochs"))
        if {name, names} <= set(values)
    ]
    return ", ".join(counted + [f"{name.replace('_', ' ')} {value:.3g}" for name, value in left.items()])


def _read(path: Path, *, plugins: Plugins, limits: ReadLimits) -> Image:
    return read_image(path, plugins, limits)


def _models(spec: TaskSpec) -> list[str]:
    return [model.sha256 for model in spec.models] if isinstance(spec, EvaluationTask) else []


def _go_on(watch: Watch) -> None:
    if watch.is_cancelled():
        raise Abandoned("the job was cancelled, deleted or given to another")
