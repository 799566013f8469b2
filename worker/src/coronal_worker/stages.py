"""Running the stages of a hop, one after the other, in memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from pydantic_core import to_jsonable_python

from coronal import Algorithm, BadImage, Case, Context, Output, PluginError, Plugins, StageRun
from coronal.errors import CoronalError
from coronal.model_file import TrainedModel
from coronal.parameters import check
from coronal.remarks import remark_on
from coronal.spec import Kind
from coronal_jobs.job import Job
from coronal_jobs.pipeline import Stage
from coronal_worker.asking import ask
from coronal_worker.failures import plain
from coronal_worker.limits import MOST_OBJECTS
from coronal_worker.watchers import tell

__all__ = ["Abandoned", "Installed", "StageFailed", "Watch", "run_stages"]

_REPORT_EVERY_S = 0.5
_MAX_WARNINGS = 20
"""Of a stage, in what it leaves; its log has them all."""

_MAX_WARNING = 1_000
"""In characters."""


class StageFailed(CoronalError):
    """Raised when a stage has raised; its cause is what it raised.

    Attributes
    ----------
    stage, algorithm
        Where.
    """

    code = "stage-error"

    def __init__(self, stage: str, algorithm: str) -> None:
        self.stage = stage
        self.algorithm = algorithm
        super().__init__(f"stage {stage} failed")


class Abandoned(CoronalError):
    """Raised when the claim has become void: the job was cancelled, deleted or given to another."""

    code = "abandoned"


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom to tell how it goes.

    Parameters
    ----------
    report
        Takes a stage's name and the part of the pipeline that is done, from 0 to 1.
    log
        Takes a line for the job's log.
    enter
        Takes the stage that begins.
    is_cancelled
        Tells whether the claim has become void.
    """

    report: Callable[[str, float], None]
    log: Callable[[str], None] = field(default=lambda _: None)
    enter: Callable[[Stage], None] = field(default=lambda _: None)
    is_cancelled: Callable[[], bool] = field(default=lambda: False)


@dataclass(frozen=True, slots=True)
class Installed:
    """What there is to run stages with.

    Parameters
    ----------
    plugins
        Those that have the algorithms.
    model
        Gives a model by its digest.
    """

    plugins: Plugins
    model: Callable[[str], TrainedModel]


def run_stages(
    job: Job, case: Case, installed: Installed, watch: Watch, *, most_objects: int = MOST_OBJECTS
) -> tuple[Case, list[StageRun]]:
    """Run the stages of the hop that is due.

    Parameters
    ----------
    job
        The record.
    case
        What the hops before have made.
    installed
        The algorithms and models.
    watch
        Whom to tell how it goes.
    most_objects
        How many objects a label map may have that is measured.

    Raises
    ------
    Abandoned
        When the claim has become void before or after a stage.
    StageFailed
        When a stage raises, or the pool no longer has its algorithm.
    """
    hop, plugins = job.hops[job.hop], installed.plugins
    runs: list[StageRun] = []
    for number in range(hop.first, hop.end):
        stage = job.pipeline.stages[number]
        watch.enter(stage)
        watch.report(stage.name, number / len(job.pipeline.stages))
        tell(partial(plugins.before_stage, job.id, stage.name, case))
        try:
            _check_objects(stage, case, plugins, most_objects)
            case, run = _run_stage(job, number, case, installed, watch)
        except Abandoned:
            raise
        # Whatever an algorithm raises (SystemExit too) fails its job and nothing else.
        except BaseException as error:
            told = error if isinstance(error, Exception) else PluginError(f"raised {type(error).__name__}")
            tell(partial(plugins.on_stage_error, job.id, stage.name, told))
            raise StageFailed(stage.name, stage.algorithm) from error
        tell(partial(plugins.after_stage, job.id, run, case))
        runs.append(run)
    return case, runs


def _run_stage(
    job: Job, number: int, case: Case, installed: Installed, watch: Watch
) -> tuple[Case, StageRun]:
    stage = job.pipeline.stages[number]
    for name in stage.needs:
        if name not in installed.plugins.algorithms and name not in installed.plugins.trainable:
            raise PluginError(f"the pool {job.pool} no longer has the algorithm {name}")
    seed = int(np.random.SeedSequence([job.seed, number]).generate_state(1)[0])
    warnings: list[str] = []

    def warn(line: str) -> None:
        warnings.append(plain(line, _MAX_WARNING))
        watch.log(f"{stage.name}: warning: {line}")

    context = Context(
        seed=seed,
        progress=_throttled(job, number, watch),
        log=lambda line: watch.log(f"{stage.name}: {line}"),
        warn=warn,
        is_cancelled=watch.is_cancelled,
    )
    _go_on(watch)
    started = time.perf_counter()
    if stage.model:
        model = installed.model(stage.model.sha256)
        for caveat in model.card.caveats:
            context.log(caveat)
        after = ask(stage, stage.model, model, case)
        if stage.model.kind is Kind.SEGMENTER and after.labels is not None:
            remark_on(case.seen(on_source=stage.on == "source"), after.labels, context)
    else:
        after = _run_algorithm(stage, case, installed.plugins.algorithms[stage.algorithm], context)
    seconds = time.perf_counter() - started
    _go_on(watch)
    watch.log(f"{stage.name}: done in {seconds:.3f} s")
    run = _record(stage, installed.plugins, seed=seed, seconds=seconds)
    return after, run.model_copy(update={"warnings": tuple(warnings[:_MAX_WARNINGS])})


def _run_algorithm(stage: Stage, case: Case, algorithm: Algorithm[..., Output], context: Context) -> Case:
    on_source = stage.on == "source"
    seen = case.seen(on_source=on_source)
    output = algorithm.run(seen, stage.parameters, context)
    remark_on(seen, output, context, algorithm.spec)
    return case.add(stage.name, output, algorithm.spec, on_source=on_source)


def _check_objects(stage: Stage, case: Case, plugins: Plugins, most: int) -> None:
    algorithm = plugins.algorithms.get(stage.algorithm)
    if algorithm is None or algorithm.spec.kind is not Kind.MEASURER or case.labels is None:
        return
    count = case.labels.count
    if count > most:
        raise BadImage(
            f"at most {most:,} objects can be measured, found {count:,}: smooth the image first, or leave "
            "out small objects"
        )


def _go_on(watch: Watch) -> None:
    if watch.is_cancelled():
        raise Abandoned("the job was cancelled, deleted or given to another")


def _record(stage: Stage, plugins: Plugins, *, seed: int, seconds: float) -> StageRun:
    spec = plugins.spec(stage.needs[0])
    algorithm = plugins.algorithms.get(stage.algorithm)
    given = check(algorithm.declaration.parameters, stage.parameters) if algorithm else stage.parameters
    return StageRun(
        stage=stage.name,
        algorithm=spec.name,
        version=spec.version,
        distribution=spec.distribution,
        parameters=to_jsonable_python(given),
        on=stage.on,
        seed=seed,
        seconds=round(seconds, 6),
        model=f"{stage.model.name}@{stage.model.version}" if stage.model else "",
        model_sha256=stage.model.sha256 if stage.model else "",
    )


def _throttled(job: Job, number: int, watch: Watch) -> Callable[[float], None]:
    """Report a stage's own progress, at most twice a second."""
    stages = job.pipeline.stages
    last = time.monotonic()

    def progress(part: float) -> None:
        nonlocal last
        if time.monotonic() - last >= _REPORT_EVERY_S:
            last = time.monotonic()
            # In this order NaN becomes 0: a record with NaN can't be read any more.
            watch.report(stages[number].name, (number + min(max(0.0, part), 1.0)) / len(stages))

    return progress
