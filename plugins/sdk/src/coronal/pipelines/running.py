"""One stage, run on a case in this process."""

import numpy as np
from pydantic_core import to_jsonable_python

from coronal.algorithms.algorithm import Algorithm
from coronal.algorithms.context import Context
from coronal.algorithms.parameters import check
from coronal.installed import InstalledAlgorithms
from coronal.pipelines.pipeline import Stage
from coronal.types.case import Case, Output
from coronal.types.provenance import StageRun
from coronal.types.remarks import remark_on

__all__ = ["MAX_WARNINGS", "run_algorithm", "stage_run", "stage_seed"]

MAX_WARNINGS = 20
"""Of a stage, in what it leaves; its log has them all."""


def stage_seed(seed: int, number: int) -> int:
    """Return what the random numbers of a stage start from.

    Parameters
    ----------
    seed
        That of the job.
    number
        The stage's place in its pipeline, counted from 0.
    """
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def run_algorithm(
    stage: Stage, case: Case, algorithm: Algorithm[..., Output], context: Context
) -> tuple[Output, Case]:
    """Run the algorithm of a stage.

    Returns
    -------
    tuple[Output, Case]
        Its output, and the case with it.
    """
    on_source = stage.on == "source"
    seen = case.seen(on_source=on_source)
    output = algorithm.run(seen, stage.parameters, context)
    remark_on(seen, output, context, algorithm.spec)
    return output, case.add(stage.name, output, algorithm.spec, on_source=on_source)


def stage_run(
    stage: Stage, installed: InstalledAlgorithms, *, seed: int, seconds: float, warnings: tuple[str, ...] = ()
) -> StageRun:
    """Return the record of how a stage was run.

    Parameters
    ----------
    stage
        The stage.
    installed
        The algorithms, with their versions.
    seed, seconds
        What its random numbers started from, and how long it ran.
    warnings
        What it warned of; of many the first.
    """
    spec = installed.spec(stage.needs[0])
    algorithm = installed.algorithms.get(stage.algorithm)
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
        warnings=warnings[:MAX_WARNINGS],
    )
