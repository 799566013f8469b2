"""Health checks and metrics."""

import time

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import Field

from coronal_gateway.health.metrics import exposition
from coronal_gateway.http.errors import JanitorLate
from coronal_gateway.http.json_response import json_response
from coronal_gateway.http.problems import problems
from coronal_gateway.http.schema import Body
from coronal_gateway.http.view_group import group
from coronal_gateway.services import Services, services

__all__ = ["api"]

api = group("health", "Health checks and metrics.")


class Health(Body):
    """Liveness of the process."""

    status: str = "alive"


class Readiness(Body):
    """Readiness for new work, with live workers and the janitor's lag."""

    status: str = "ready"
    janitor_lag_s: float | None = Field(
        description="Time since the last round of a janitor; null where there never was one."
    )
    workers: dict[str, int] = Field(description="Number of live workers of each pool.")


_METRICS = {"description": "The metrics.", "content": {"text/plain": {"schema": {"type": "string"}}}}


@api.get("/healthz", responses={"200": Health})
def alive() -> Response:
    """Return that the process is alive; nothing else is checked."""
    return json_response(Health())


@api.get("/readyz", responses={"200": Readiness, **problems(503)})
def ready() -> Response:
    """Return whether new work can be accepted, and the number of live workers of each pool.

    The response is a problem when Redis or the blob store is unavailable, full or not writable, and when no
    janitor did a round for too long.
    """
    at = services()
    at.capacity.require_room()
    at.capacity.require_writes()
    lag_s = at.jobs.janitor_lag_s()
    _require_janitor(lag_s, at)
    workers = {pool.name: pool.workers for pool in at.catalogue.now().pools}
    return json_response(Readiness(workers=workers, janitor_lag_s=lag_s))


@api.get("/metrics", responses={"200": _METRICS})
def metrics() -> Response:
    """Return metrics of jobs, pools, stores and requests, in the text format of Prometheus.

    Any gateway returns those of all jobs; those of requests are of this gateway alone.
    """
    return Response(exposition(services()), content_type=CONTENT_TYPE_LATEST)


def _require_janitor(lag_s: float | None, at: Services) -> None:
    """Raise JanitorLate when no janitor works; one that never ran has as long as one that stopped."""
    since_s = time.monotonic() - at.started_s if lag_s is None else lag_s
    if since_s > at.settings.max_janitor_lag_s:
        raise JanitorLate(since_s, at.settings.max_janitor_lag_s)
