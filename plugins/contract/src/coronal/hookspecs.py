"""The hooks: all that a plugin can do.

A plugin implements those that it wants, with `coronal.hookimpl`, and is named by an entry point of the
group ``coronal``. What `coronal.algorithm`, `coronal.classifier`, `coronal.reader` and `coronal.writer` make
implements theirs by itself.
"""

from collections.abc import Sequence

from coronal.algorithms import Algorithm
from coronal.case import Case, Output
from coronal.classifiers import Classifier
from coronal.errors import CoronalError
from coronal.formats import Reader, Writer
from coronal.hookmarks import hookspec
from coronal.provenance import StageRun
from coronal.segmenters import Segmenter
from coronal.tasks import Task
from coronal.trainable import TrainableAlgorithm

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
    """Watch: the last commit of a job was written, or its failure (`error`) was."""
