"""Replay: a job that succeeded is run again from its provenance."""

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from coronal.errors import shown
from coronal.pipelines.pipeline import Pipeline
from coronal.types.provenance import Provenance
from coronal_gateway.http.admission import admit_stored_order
from coronal_gateway.http.errors import NotReplayable, WrongState
from coronal_gateway.pipelines.plan import plan_pinned
from coronal_gateway.services import Services
from coronal_jobs.blobs.packs import read_artifact
from coronal_jobs.ids import new_job_id
from coronal_jobs.records.admission import Admission
from coronal_jobs.records.job import Job, Order, State

__all__ = ["order_replay"]

_PROVENANCE = "provenance.json"


def order_replay(at: Services, job: Job, key: str) -> Admission:
    """Queue a job that repeats another.

    It has the same image and reference by their digests, the same models, the same seed, and all parameters
    that each stage used, so that a default that was changed since has no effect. Pools and versions of the
    algorithms are those of now: its own provenance records them.

    Parameters
    ----------
    at
        Services of the gateway.
    job
        Job that succeeded.
    key
        Idempotency key of the request; empty for none.

    Raises
    ------
    WrongState
        When the job hasn't succeeded.
    NotReplayable
        When it is a task, or has no readable provenance.
    InputGone
        When its image, its reference or a model was removed.
    BadPipeline
        When an algorithm or a writer is no longer installed, or takes other parameters.
    """
    _check_replayable(job)
    at.capacity.require_room()
    pipeline = _as_run(job.pipeline, _parameters_of(at, job))
    order = Order(
        id=new_job_id(),
        input=job.input,
        reference=job.reference,
        pipeline=pipeline,
        replay_of=job.id,
        stage_groups=plan_pinned(at, pipeline).stage_groups,
        seed=job.seed,
    )
    return admit_stored_order(at, order, at.terms(key))


def _check_replayable(job: Job) -> None:
    if job.state is not State.SUCCEEDED:
        raise WrongState(job.state, [State.SUCCEEDED])
    if job.task is not None:
        raise NotReplayable(
            f"the job must be one of a pipeline, found the task {job.task.task}: submit it again with "
            "the same seed"
        )


def _as_run(pipeline: Pipeline, parameters: Mapping[str, dict[str, JsonValue]]) -> Pipeline:
    """Return a pipeline with all parameters that its stages used; those of a model belong to the model."""
    stages = (
        stage if stage.model else stage.model_copy(update={"parameters": parameters[stage.name]})
        for stage in pipeline.stages
    )
    return pipeline.model_copy(update={"stages": tuple(stages)})


def _parameters_of(at: Services, job: Job) -> dict[str, dict[str, JsonValue]]:
    provenance = _provenance_of(at, job)
    found = {run.stage: run.parameters for run in provenance.stages}
    for stage in job.pipeline.stages:
        if stage.name not in found:
            raise NotReplayable(f"{_PROVENANCE} must list each stage, found nothing of {shown(stage.name)}")
    return found


def _provenance_of(at: Services, job: Job) -> Provenance:
    artifact = next((one for one in job.artifacts if one.name == _PROVENANCE), None)
    if artifact is None:
        raise NotReplayable(f"the job must have left {_PROVENANCE}, found none")
    try:
        return Provenance.model_validate_json(read_artifact(at.blobs, artifact))
    except ValidationError as wrong:  # written by a plugin's own writer, or by another version of Coronal
        message = f"{_PROVENANCE} must be as this version of Coronal writes it, found another form"
        raise NotReplayable(message) from wrong
