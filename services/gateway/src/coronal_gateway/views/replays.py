"""Run jobs again."""

from flask import Response

from coronal_gateway.bodies.jobs import JobBody
from coronal_gateway.idempotency import OnceHeader
from coronal_gateway.problems import problems
from coronal_gateway.queries import JobPath, OrderQuery
from coronal_gateway.replaying import order_replay
from coronal_gateway.services import services
from coronal_gateway.views.group import group
from coronal_gateway.views.jobs import accepted, job_of

__all__ = ["api"]

api = group("replays", "Jobs once more, from their provenance.")


@api.post("/v1/jobs/<id>/replay", responses={"202": JobBody, **problems(404, 409, 410, 429)})
def start(path: JobPath, query: OrderQuery, header: OnceHeader) -> Response:
    """Run a job that has succeeded once more, as a new job from its provenance.

    The image, the reference and the models are those of the job, by their digests; so are the seed and all
    parameters. The algorithms are those that are installed now. `replay_of` tells of the new job which it
    runs again. Data sets, trainings and evaluations aren't run again so: 409 `not-replayable`.
    """
    admission = order_replay(services(), job_of(path.id), header.key)
    return accepted(admission.job_id(), query.wait, is_replayed=admission.is_replayed)
