"""Replay jobs."""

from flask import Response

from coronal_gateway.http.idempotency import IdempotencyHeader
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import JobPath, OrderQuery
from coronal_gateway.http.view_group import group
from coronal_gateway.jobs.replay import order_replay
from coronal_gateway.jobs.schemas import JobBody
from coronal_gateway.jobs.views import accepted, job_of
from coronal_gateway.services import services

__all__ = ["api"]

api = group("replays", "Jobs run again from their provenance.")


@api.post("/v1/jobs/<id>/replay", responses={"202": JobBody, **problems(404, 409, 410, 429)})
def start(path: JobPath, query: OrderQuery, header: IdempotencyHeader) -> Response:
    """Run a job that succeeded again, as a new job from its provenance.

    The image, the reference and the models are those of the job, by their digests; so are the seed and all
    parameters. The algorithms are those that are installed now. `replay_of` of the new job is the id of the
    old one. Data sets, trainings and evaluations can't be replayed: 409 `not-replayable`.
    """
    admission = order_replay(services(), job_of(path.id), header.key)
    return accepted(admission.job_id(), query.wait, is_replayed=admission.is_replayed)
