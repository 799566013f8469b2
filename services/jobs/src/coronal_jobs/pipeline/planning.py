"""The plan of a pipeline: which pool runs which stages, and with which versions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from coronal.pipelines.pipeline import Pipeline, Stage
from coronal.task_spec import TaskSpec
from coronal_jobs.errors import NotTogether
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool

__all__ = ["StageGroup", "plan", "plan_task"]


class StageGroup(BaseModel):
    """Consecutive stages that one worker of a pool runs in one go, with the images in memory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool: str
    first: int = Field(ge=0, description="The number of its first stage, counted from 0.")
    end: int = Field(ge=1, description="The number after that of its last stage.")
    versions: dict[str, str] = Field(
        default_factory=dict,
        description="What it was planned for, each with its version: algorithms by name; task:NAME and "
        "writer:NAME, which have none. No worker without all of it runs the stage group.",
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Workers of a pool that offer the same."""

    pool: Pool
    offer: Offer


def plan(pipeline: Pipeline, catalogue: Catalogue) -> tuple[StageGroup, ...]:
    """Divide a pipeline into stage groups, each as long as it can be.

    Only the end of a stage group is written, so few and long ones are cheap. A stage group is for workers
    that offer all of its algorithms, in the versions that the catalogue lists; while a pool's
    plugins are changed, its workers offer different things. Where several could go on, those of a living
    pool are taken before others, then those that can run the most stages in a
    row, then the first by the pool's name.

    Parameters
    ----------
    pipeline
        One that `coronal_jobs.pipeline.validation.check` has passed.
    catalogue
        The catalogue that it was checked against.

    Raises
    ------
    NotTogether
        When no worker offers all that one stage needs.
    """
    stage_groups: list[StageGroup] = []
    first = 0
    while first < len(pipeline.stages):
        reached = [(_reach(one.offer, pipeline, first, catalogue), one) for one in _candidates(catalogue)]
        able = [(end, one) for end, one in reached if end > first]
        if not able:
            raise NotTogether(_nobody(pipeline, first), stage=pipeline.place(first))
        end, best = min(able, key=lambda one: (_rank(one[1]), -one[0], one[1].pool.name))
        stage_groups.append(_stage_group(best, pipeline, first, end))
        first = end
    return tuple(stage_groups)


def plan_task(task: TaskSpec, needs: Collection[str], catalogue: Catalogue) -> tuple[StageGroup, ...]:
    """Choose the workers that do a task: of a living pool, then with the newest versions, then by name.

    Parameters
    ----------
    task
        What is ordered.
    needs
        The algorithms that a worker must offer for it.
    catalogue
        What the workers offer.

    Raises
    ------
    NotTogether
        When no worker does such tasks and offers all of these.
    """
    able = [
        one for one in _candidates(catalogue) if task.task in one.offer.tasks and one.offer.offers_all(needs)
    ]
    if not able:
        wanted = ", ".join((f"the task {task.task}", *sorted(needs)))
        raise NotTogether(f"a worker must offer all that this needs, and none does: {wanted}")
    best = min(able, key=lambda one: (_rank(one), -catalogue.newness(one.offer, needs), one.pool.name))
    versions = {name: best.offer.versions[name] for name in needs}
    return (StageGroup(pool=best.pool.name, first=0, end=1, versions={**versions, f"task:{task.task}": ""}),)


def _candidates(catalogue: Catalogue) -> Iterator[_Candidate]:
    return (_Candidate(pool, offer) for pool in catalogue.pools for offer in pool.offers)


def _rank(candidate: _Candidate) -> bool:
    return candidate.pool.workers == 0


def _reach(offer: Offer, pipeline: Pipeline, first: int, catalogue: Catalogue) -> int:
    """Return how far a worker gets from a stage: the number of the first stage that it can't run."""
    count = len(pipeline.stages)
    end = next((n for n in range(first, count) if not _can_run(offer, pipeline.stages[n], catalogue)), count)
    # The last stage is for who writes the results too.
    is_short_of_writers = end == count and not {*(pipeline.results or ())} <= {*offer.writers}
    return end - 1 if is_short_of_writers else end


def _can_run(offer: Offer, stage: Stage, catalogue: Catalogue) -> bool:
    # Its parameters were checked for one version; those of a stage with a model fit any.
    return offer.offers_all(stage.needs) and (
        stage.model is not None or catalogue.newness(offer, stage.needs) == len(stage.needs)
    )


def _stage_group(candidate: _Candidate, pipeline: Pipeline, first: int, end: int) -> StageGroup:
    offered = candidate.offer.versions
    versions = {name: offered[name] for stage in pipeline.stages[first:end] for name in stage.needs}
    if end == len(pipeline.stages):
        versions |= {f"writer:{name}": "" for name in pipeline.results or ()}
    return StageGroup(pool=candidate.pool.name, first=first, end=end, versions=versions)


def _nobody(pipeline: Pipeline, first: int) -> str:
    stage = pipeline.stages[first]
    is_last = first + 1 == len(pipeline.stages)
    writers = [f"the writer {name}" for name in pipeline.results or ()] if is_last else []
    return f"a worker must offer all that this needs, and none does: {', '.join((*stage.needs, *writers))}"
