"""A job that has succeeded, ordered once more as its provenance tells it."""

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from coronal.errors import shown
from coronal.provenance import Provenance
from coronal_gateway.admitting import take_in_again
from coronal_gateway.errors import NotReplayable, WrongState
from coronal_gateway.parts import planned
from coronal_gateway.services import Services
from coronal_jobs.ids import new_job_id
from coronal_jobs.job import Job, Order, State
from coronal_jobs.pipeline import Pipeline
from coronal_jobs.store.admission import Admission

__all__ = ["order_replay"]

_PROVENANCE = "provenance.json"


def order_replay(at: Services, job: Job, key: str) -> Admission:
    """Queue a job that does again what another has done.

    It has the same image and reference by their digests, the same models, the same seed, and of each stage
    all parameters that were used, so that a default that has changed since changes nothing. Which pools run
    it, and in which versions, is decided anew: its own provenance tells.

    Parameters
    ----------
    at
        Where it is to be admitted.
    job
        The job that has succeeded.
    key
        What its sender calls the request; empty for none.

    Raises
    ------
    WrongState
        When the job hasn't succeeded.
    NotReplayable
        When it is a task, or has left no provenance that can be read.
    InputGone
        When its image, its reference or a model isn't kept any more.
    BadPipeline
        When an algorithm or a writer isn't installed any more, or takes other parameters.
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
        hops=planned(at, pipeline).hops,
        seed=job.seed,
    )
    return take_in_again(at, order, at.terms(key))


def _check_replayable(job: Job) -> None:
    if job.state is not State.SUCCEEDED:
        raise WrongState(job.state, [State.SUCCEEDED])
    if job.task is not None:
        raise NotReplayable(
            f"the job must be one of a pipeline, found the task {job.task.task}: order it anew, with the "
            "same seed"
        )


def _as_run(pipeline: Pipeline, parameters: Mapping[str, dict[str, JsonValue]]) -> Pipeline:
    """Return a pipeline with all parameters that its stages had; those of a model are its own."""
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
            raise NotReplayable(
                f"{_PROVENANCE} must tell of each stage, found nothing of {shown(stage.name)}"
            )
    return found


def _provenance_of(at: Services, job: Job) -> Provenance:
    artifact = next((one for one in job.artifacts if one.name == _PROVENANCE), None)
    if artifact is None:
        raise NotReplayable(f"the job must have left {_PROVENANCE}, found none")
    try:
        return Provenance.model_validate_json(at.blobs.read(artifact.sha256))
    except ValidationError as wrong:  # a plugin's own writer, or another version of Coronal has written it
        message = f"{_PROVENANCE} must be as this version of Coronal writes it, found another form"
        raise NotReplayable(message) from wrong
