"""Running the stages of a stage group in order, in memory."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from coronal import BadImage, Case, Context, PluginError, Plugins, StageRun
from coronal.errors import CoronalError
from coronal.models.model_file import TrainedModel
from coronal.pipelines.pipeline import Stage
from coronal.pipelines.running import run_algorithm, stage_run, stage_seed
from coronal.spec import Kind
from coronal.types.remarks import remark_on
from coronal_jobs.log_lines import log_event
from coronal_jobs.records.job import Job
from coronal_worker.running.failures import clean_text
from coronal_worker.running.inference import run_model
from coronal_worker.running.lifecycle_hooks import call_hook
from coronal_worker.running.limits import MAX_OBJECTS

__all__ = ["Abandoned", "Installed", "Monitor", "StageFailed", "run_stages"]

_log = logging.getLogger(__name__)

_REPORT_EVERY_S = 0.5
_MAX_WARNING = 1_000
"""In characters."""


class StageFailed(CoronalError):
    """Raised when a stage has raised; the cause is the original exception.

    Attributes
    ----------
    stage, algorithm
        Names of the stage and its algorithm.
    """

    code = "stage-error"

    def __init__(self, stage: str, algorithm: str) -> None:
        self.stage = stage
        self.algorithm = algorithm
        super().__init__(f"stage {stage} failed")


class Abandoned(CoronalError):
    """Raised when the claim was revoked: the job was cancelled, deleted or reclaimed."""

    code = "abandoned"


@dataclass(frozen=True, slots=True)
class Monitor:
    """Functions by which a run reports progress and sees whether it is cancelled.

    Parameters
    ----------
    report
        Takes a stage's name and the completed fraction of the pipeline, from 0 to 1.
    log
        Takes a line for the job's log.
    enter
        Takes the stage that begins.
    is_cancelled
        Returns whether the claim was revoked.
    """

    report: Callable[[str, float], None]
    log: Callable[[str], None] = field(default=lambda _: None)
    enter: Callable[[Stage], None] = field(default=lambda _: None)
    is_cancelled: Callable[[], bool] = field(default=lambda: False)

    def raise_if_cancelled(self) -> None:
        """Raise `Abandoned` when the claim has been revoked."""
        if self.is_cancelled():
            raise Abandoned("the job was cancelled, deleted or reclaimed")


@dataclass(frozen=True, slots=True)
class Installed:
    """Installed plugins and available models.

    Parameters
    ----------
    plugins
        Plugins with the algorithms.
    model
        Function that returns a model by its digest.
    """

    plugins: Plugins
    model: Callable[[str], TrainedModel]


def run_stages(
    job: Job, case: Case, installed: Installed, monitor: Monitor, *, max_objects: int = MAX_OBJECTS
) -> tuple[Case, list[StageRun]]:
    """Run the stages of a job's next stage group.

    Parameters
    ----------
    job
        Record of the job.
    case
        Case that the previous stage groups have left.
    installed
        Algorithms and models.
    monitor
        Receiver of progress and log lines.
    max_objects
        Number of objects above which a label map is not measured.

    Raises
    ------
    Abandoned
        When the claim is revoked before or after a stage.
    StageFailed
        When a stage raises, or the pool no longer has its algorithm.
    """
    stage_group, plugins = job.stage_groups[job.stage_group], installed.plugins
    runs: list[StageRun] = []
    for number in range(stage_group.first, stage_group.end):
        stage = job.pipeline.stages[number]
        monitor.enter(stage)
        monitor.report(stage.name, number / len(job.pipeline.stages))
        call_hook(partial(plugins.before_stage, job.id, stage.name, case))
        try:
            _check_objects(stage, case, plugins, max_objects)
            case, run = _run_stage(job, number, case, installed, monitor)
        except Abandoned:
            raise
        # Whatever an algorithm raises (SystemExit too) fails its job and nothing else.
        except BaseException as error:
            reported = (
                error if isinstance(error, Exception) else PluginError(f"raised {type(error).__name__}")
            )
            call_hook(partial(plugins.on_stage_error, job.id, stage.name, reported))
            raise StageFailed(stage.name, stage.algorithm) from error
        call_hook(partial(plugins.after_stage, job.id, run, case))
        runs.append(run)
    return case, runs


def _run_stage(
    job: Job, number: int, case: Case, installed: Installed, monitor: Monitor
) -> tuple[Case, StageRun]:
    stage = job.pipeline.stages[number]
    for name in stage.needs:
        if name not in installed.plugins.algorithms and name not in installed.plugins.trainable:
            raise PluginError(f"the pool {job.pool} no longer has the algorithm {name}")
    seed = stage_seed(job.seed, number)
    warnings: list[str] = []

    def warn(line: str) -> None:
        warnings.append(clean_text(line, _MAX_WARNING))
        monitor.log(f"{stage.name}: warning: {line}")

    context = Context(
        seed=seed,
        progress=_throttled(job, number, monitor),
        log=lambda line: monitor.log(f"{stage.name}: {line}"),
        warn=warn,
        is_cancelled=monitor.is_cancelled,
    )
    monitor.raise_if_cancelled()
    started = time.perf_counter()
    if stage.model:
        model = installed.model(stage.model.sha256)
        for caveat in model.card.caveats:
            context.log(caveat)
        after = run_model(stage, stage.model, model, case)
        if stage.model.kind is Kind.SEGMENTER and after.labels is not None:
            remark_on(case.seen(on_source=stage.on == "source"), after.labels, context)
    else:
        _, after = run_algorithm(stage, case, installed.plugins.algorithms[stage.algorithm], context)
    seconds = time.perf_counter() - started
    monitor.raise_if_cancelled()
    monitor.log(f"{stage.name}: done in {seconds:.3f} s")
    log_event(
        _log,
        logging.DEBUG,
        "stage.finished",
        job=job.id,
        batch=job.batch,
        epoch=job.epoch,
        stage=stage.name,
        algorithm=stage.algorithm,
        seconds=round(seconds, 3),
    )
    return after, stage_run(stage, installed.plugins, seed=seed, seconds=seconds, warnings=tuple(warnings))


def _check_objects(stage: Stage, case: Case, plugins: Plugins, max_objects: int) -> None:
    algorithm = plugins.algorithms.get(stage.algorithm)
    if algorithm is None or algorithm.spec.kind is not Kind.MEASURER or case.labels is None:
        return
    count = case.labels.count
    if count > max_objects:
        raise BadImage(
            f"at most {max_objects:,} objects can be measured, found {count:,}: smooth the "
            "image first, or leave out small objects"
        )


def _throttled(job: Job, number: int, monitor: Monitor) -> Callable[[float], None]:
    """Return a function that reports a stage's own progress, at most twice a second."""
    stages = job.pipeline.stages
    last = time.monotonic()

    def progress(fraction: float) -> None:
        nonlocal last
        if time.monotonic() - last >= _REPORT_EVERY_S:
            last = time.monotonic()
            # In this order NaN becomes 0: a record with NaN can't be read any more.
            monitor.report(stages[number].name, (number + min(max(0.0, fraction), 1.0)) / len(stages))

    return progress
