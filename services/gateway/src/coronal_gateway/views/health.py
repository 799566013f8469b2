"""Whether the gateway lives, and whether it can take work."""

import contextlib

from flask import Response
from pydantic import Field

from coronal_gateway.answers import answer
from coronal_gateway.bodies.body import Body
from coronal_gateway.services import services
from coronal_gateway.views.group import group
from coronal_jobs.errors import NotFound
from coronal_jobs.store.blobs import BlobStore

__all__ = ["api"]

api = group("health", "For those who watch.")

_NO_BLOB = "0" * 64


class Health(Body):
    """That the process lives."""

    status: str = "alive"


class Readiness(Body):
    """That Redis and the blob store answer, how many workers live, and whether a janitor works."""

    status: str = "ready"
    janitor_lag_s: float | None = Field(
        description="How long ago a janitor did a round; null where none ever did."
    )
    workers: dict[str, int] = Field(description="How many workers of each pool live.")


@api.get("/healthz", responses={"200": Health})
def alive() -> Response:
    """Tell that the process lives; nothing else is asked."""
    return answer(Health())


@api.get("/readyz", responses={"200": Readiness})
def ready() -> Response:
    """Tell that Redis and the blob store answer, and how many workers of each pool live."""
    catalogue = services().catalogue.now()
    _try(services().blobs)
    workers = {pool.name: pool.workers for pool in catalogue.pools}
    return answer(Readiness(workers=workers, janitor_lag_s=services().jobs.janitor_lag_s()))


def _try(blobs: BlobStore) -> None:
    """Write and read as a job does, and leave nothing; StoreUnavailable when either can't be done."""
    with blobs.writer() as writer:
        writer.write(b"ready?")
    with contextlib.suppress(NotFound):
        blobs.stream(_NO_BLOB)
