"""A task: data sets, training and evaluation, from the claim to what is committed."""

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
from coronal.task_spec import EvaluationTask, TaskSpec
from coronal_jobs.errors import BlobDamaged, NotFound, StoreUnavailable
from coronal_jobs.job import Artifact, Job
from coronal_jobs.model_stages import use_of
from coronal_jobs.registry import NewVersion, Version
from coronal_jobs.store.jobs import JobStore
from coronal_worker.keeping import Keeper
from coronal_worker.reading import read_image, read_labels
from coronal_worker.results import artifact_of
from coronal_worker.stages import Abandoned, StageFailed, Watch

__all__ = ["Made", "TaskRunner", "told"]

_REPORT_EVERY_S = 0.5

_log = logging.getLogger(__name__)


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
        BlobDamaged
            When the bytes of the data set or of a model aren't those of its digest: no task is given them.
        StageFailed
            When the task raises, or the pool no longer does it.
        """
        with ExitStack() as opened:
            work = Work(
                spec=spec,
                source=opened.enter_context(self.keeper.blobs.local(job.input.sha256)),
                folder=folder,
                plugins=self.plugins,
                read=partial(read_image, plugins=self.plugins, limits=limits),
                read_labels=partial(read_labels, plugins=self.plugins, limits=limits),
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
        names = [file.name for file in result.files]
        if len({*names}) < len(names):
            raise BadOutput(f"each result file must have a name of its own, found {', '.join(sorted(names))}")
        blobs = self.keeper.keep(job, [file.content for file in result.files])
        artifacts = tuple(map(artifact_of, result.files, blobs))
        made = result.publication
        return Made(artifacts, self._version(job, made, artifacts) if made else None)

    def _version(self, job: Job, made: Publication, artifacts: tuple[Artifact, ...]) -> Version:
        blob = self.keeper.keep_file(job, made.content)
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
        _check(new)
        return self.keeper.holdings.registry.prepare(new)


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


class _JobCheckpoint:
    """Where the task of a claimed job keeps how far it is: a blob that the record names."""

    def __init__(self, job: Job, jobs: JobStore, keeper: Keeper) -> None:
        self._job = job
        self._jobs = jobs
        self._keeper = keeper
        self._last = job.checkpoint

    def load(self) -> bytes | None:
        try:
            return self._keeper.blobs.read(self._last) if self._last else None
        except (NotFound, BlobDamaged):  # a store that has lost it costs the work so far, and not the job
            _log.warning("the checkpoint of job %s is gone or damaged: it starts over", self._job.id)
            return None

    def save(self, content: bytes) -> None:
        """Keep it; where a store is away, the one before stays, and the work goes on."""
        try:
            blob = self._keeper.keep(self._job, [content])[0]
            done = self._jobs.checkpoint(self._job, blob.sha256)
            self._last = blob.sha256
            self._keeper.holdings.remove(done.unnamed)
        except StoreUnavailable as away:
            _log.warning("%s: no checkpoint of job %s is kept", away, self._job.id)


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


def _check(new: NewVersion) -> None:
    """Tell of a model that can't be asked before it is kept."""
    if new.kind == "models":
        try:
            use_of(new.numbered(1))
        except (KeyError, ValidationError) as wrong:
            raise BadOutput("a model's facts must tell its kind, algorithms and dimensions") from wrong


def _models(spec: TaskSpec) -> list[str]:
    return [model.sha256 for model in spec.models] if isinstance(spec, EvaluationTask) else []


def _go_on(watch: Watch) -> None:
    if watch.is_cancelled():
        raise Abandoned("the job was cancelled, deleted or given to another")
