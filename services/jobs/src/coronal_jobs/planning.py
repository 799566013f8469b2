"""The plan of a pipeline: which pool runs which stages."""

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict, Field

from coronal.task_spec import TaskSpec
from coronal_jobs.catalogue import Catalogue, Pool
from coronal_jobs.errors import StagesDontFit
from coronal_jobs.pipeline import Pipeline

__all__ = ["Hop", "plan", "plan_task"]


class Hop(BaseModel):
    """Consecutive stages that one pool runs in one go, with the images in memory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool: str
    first: int = Field(ge=0, description="The number of its first stage, counted from 0.")
    end: int = Field(ge=1, description="The number after that of its last stage.")


def plan(pipeline: Pipeline, catalogue: Catalogue) -> tuple[Hop, ...]:
    """Divide a pipeline into hops, each as long as it can be.

    Only the end of a hop is written, so few and long hops are cheap. Where several pools could go on, one
    with live workers is taken before one without, then the one that can run the most stages in a row, then
    the first by name.

    Parameters
    ----------
    pipeline
        One that `coronal_jobs.checking.check` has passed.
    catalogue
        The catalogue that it was checked against.
    """
    hops: list[Hop] = []
    first = 0
    while first < len(pipeline.stages):
        candidates = catalogue.pools_with(pipeline.stages[first].needs)
        pool = min(
            candidates, key=lambda pool: (pool.workers == 0, -_reach(pool, pipeline, first), pool.name)
        )
        end = _reach(pool, pipeline, first)
        hops.append(Hop(pool=pool.name, first=first, end=end))
        first = end
    return tuple(hops)


def plan_task(task: TaskSpec, needs: Collection[str], catalogue: Catalogue) -> tuple[Hop, ...]:
    """Choose the pool that does a task: one with live workers before one without, then the first by name.

    Parameters
    ----------
    task
        What is ordered.
    needs
        The algorithms that the pool must offer for it.
    catalogue
        What the pools offer.

    Raises
    ------
    StagesDontFit
        When no pool does such tasks and offers all of these.
    """
    able = [pool for pool in catalogue.pools_with(needs) if task.task in pool.offer.tasks]
    if not able:
        wanted = ", ".join((f"the task {task.task}", *sorted(needs)))
        raise StagesDontFit(f"a pool must offer all that this needs, and none does: {wanted}")
    pool = min(able, key=lambda pool: (pool.workers == 0, pool.name))
    return (Hop(pool=pool.name, first=0, end=1),)


def _reach(pool: Pool, pipeline: Pipeline, first: int) -> int:
    """Tell how far a pool gets from a stage: the number of the first stage that it can't run."""
    stages = pipeline.stages
    return next((n for n in range(first, len(stages)) if not pool.offers_all(stages[n].needs)), len(stages))
