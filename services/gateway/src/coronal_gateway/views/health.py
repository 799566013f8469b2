"""Whether the gateway lives, and whether it can take work."""

import time

from flask import Response
from pydantic import Field

from coronal_gateway.answers import answer
from coronal_gateway.bodies.body import Body
from coronal_gateway.errors import JanitorLate
from coronal_gateway.problems import problems
from coronal_gateway.services import Services, services
from coronal_gateway.views.group import group

__all__ = ["api"]

api = group("health", "For those who watch.")


class Health(Body):
    """That the process lives."""

    status: str = "alive"


class Readiness(Body):
    """That new work can be kept, how many workers live, and whether a janitor works."""

    status: str = "ready"
    janitor_lag_s: float | None = Field(
        description="How long ago a janitor did a round; null where none ever did."
    )
    workers: dict[str, int] = Field(description="How many workers of each pool live.")


@api.get("/healthz", responses={"200": Health})
def alive() -> Response:
    """Tell that the process lives; nothing else is asked."""
    return answer(Health())


@api.get("/readyz", responses={"200": Readiness, **problems(503)})
def ready() -> Response:
    """Tell whether new work can be kept and looked after, and how many workers of each pool live.

    It is a problem when Redis or the blob store is away, full or can't write, and when no janitor did a round
    for longer than it may.
    """
    at = services()
    at.capacity.require_room()
    at.capacity.require_writes()
    lag_s = at.jobs.janitor_lag_s()
    _require_janitor(lag_s, at)
    workers = {pool.name: pool.workers for pool in at.catalogue.now().pools}
    return answer(Readiness(workers=workers, janitor_lag_s=lag_s))


def _require_janitor(lag_s: float | None, at: Services) -> None:
    """Raise when no janitor works; one that has never been heard of has as long as one that has ended."""
    since_s = time.monotonic() - at.started_s if lag_s is None else lag_s
    if since_s > at.settings.max_janitor_lag_s:
        raise JanitorLate(since_s, at.settings.max_janitor_lag_s)
