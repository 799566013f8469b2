"""The hooks: all that a plugin can do.

A plugin implements those that it wants, with `coronal.hookimpl`, and is named by an entry point of the
group ``coronal``. What `coronal.algorithm`, `coronal.classifier`, `coronal.reader` and `coronal.writer` make
implements theirs by itself.

**Offering hooks** (`algorithms` to `pipelines`) are called once, when their plugin is added, and each
plugin by itself. They can be neither wrapped nor ordered: a plugin that marks one with ``wrapper``,
``hookwrapper``, ``tryfirst`` or ``trylast`` is refused. Each name is offered once: the plugin that is added
first keeps it, and a later plugin that offers it too is refused with all that it offers. A worker adds
plugins in the order of the names of their entry points.

**Watching hooks** (`before_stage` to `job_finished`) are called for all plugins, the last added first. They
can be ordered (``tryfirst``, ``trylast``) and wrapped (``wrapper=True``: all other implementations run at
its ``yield``). An exception in one is logged and doesn't change the job, but ends the call: the
implementations that were still to come aren't called.
"""

from collections.abc import Sequence

from coronal.algorithms.algorithm import Algorithm
from coronal.errors import CoronalError
from coronal.formats.reader import Reader
from coronal.formats.writer import Writer
from coronal.hooks.markers import hookspec
from coronal.models.classifier import Classifier
from coronal.models.segmenter import Segmenter
from coronal.models.trainable import TrainableAlgorithm
from coronal.tasks import Task
from coronal.types.case import Case, Output
from coronal.types.provenance import StageRun

__all__: list[str] = []


@hookspec
def algorithms() -> Sequence[Algorithm[..., Output]]:
    """Offer algorithms: filters, segmenters, measurers, and classifiers that need no fitting."""


@hookspec
def classifiers() -> Sequence[TrainableAlgorithm[Classifier]]:
    """Offer classifiers that are fitted to labelled images."""


@hookspec
def segmenters() -> Sequence[TrainableAlgorithm[Segmenter]]:
    """Offer segmenters that are fitted to images with label maps."""


@hookspec
def tasks() -> Sequence[Task]:
    """Offer tasks: jobs that don't run an image through a pipeline."""


@hookspec
def readers() -> Sequence[Reader]:
    """Offer file formats to read images from."""


@hookspec
def writers() -> Sequence[Writer]:
    """Offer files to leave with a job's result."""


@hookspec
def pipelines() -> Sequence[str]:
    """Offer pipelines: documents in YAML or JSON, each with a name."""


@hookspec
def before_stage(job: str, stage: str, case: Case) -> None:
    """Watch: a stage is about to run on a case."""


@hookspec
def after_stage(job: str, run: StageRun, case: Case) -> None:
    """Watch: a stage has run, and the case holds what it made."""


@hookspec
def on_stage_error(job: str, stage: str, error: Exception) -> None:
    """Watch: a stage has raised; its job is about to fail."""


@hookspec
def job_finished(job: str, error: CoronalError | None) -> None:
    """Watch: a job has ended, in whatever way, and its record says so.

    `error` is None for one that has succeeded, else it is a `coronal.JobFailed` with the stable code: of
    a failure (also ``timeout``, ``worker-lost`` after too many crashed attempts, ``not-offered``), or
    ``cancelled``, whether the job waited, ran, or was deleted meanwhile. A process of the job's pool
    calls it, not always the one that ran the job. It is called **at least once** for each end: once,
    unless a process dies between the call and its acknowledgement; then another calls it again, with
    the same arguments, three times at most in all. A job that is retried ends again, and is reported
    again.
    """
