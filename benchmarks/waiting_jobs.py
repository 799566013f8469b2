"""Jobs that stay queued: of a pool that no worker belongs to, beside a server's own."""

from coronal.pipelines.pipeline import parse
from coronal.spec import AlgorithmSpec, FormatSpec, Input, Kind, Signature
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Input as ImageInput
from coronal_jobs.records.job import Order
from coronal_jobs.records.job_store import JobStore

__all__ = ["IMAGE", "PIPELINE", "POOL", "fill", "offer_waiting"]

POOL = "waiting"
PIPELINE = "[gaussian-waits: {sigma: 2}, otsu-waits, shape-waits]"
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(2_000)
"""What the gateway takes for a picture; no worker ever reads it."""

_STAGES = (("gaussian-waits", Kind.FILTER), ("otsu-waits", Kind.SEGMENTER), ("shape-waits", Kind.MEASURER))


def offer_waiting(connection: Connection) -> None:
    """Publish what the pipeline needs, as a worker that never takes a job."""
    wants = {Kind.MEASURER: (Input.IMAGE, Input.LABELS)}
    algorithms = tuple(
        AlgorithmSpec(
            name=name,
            kind=kind,
            summary="For benchmarks.",
            version="1",
            dimensions=(2, 3),
            inputs=wants.get(kind, (Input.IMAGE,)),
            parameters={"type": "object", "properties": {"sigma": {"type": "number", "minimum": 0}}},
        )
        for name, kind in _STAGES
    )
    png = FormatSpec(
        name="png",
        media_type="image/png",
        suffixes=(".png",),
        signatures=(Signature.at(0, IMAGE[:8]),),
    )
    CatalogueStore(connection).publish(POOL, "nobody", Offer(algorithms=algorithms, formats=(png,)))


def fill(jobs: JobStore, count: int) -> list[str]:
    """Admit jobs into the queue, without a gateway, and return their ids."""
    pipeline = parse(PIPELINE)
    image = ImageInput(name="cells.png", sha256="ab" * 32, size_bytes=20_000, format="png")
    stage_groups = (StageGroup(pool=POOL, first=0, end=3),)
    ids = [new_job_id() for _ in range(count)]
    for id in ids:
        jobs.admit(Order(id=id, input=image, pipeline=pipeline, stage_groups=stage_groups))
    return ids
