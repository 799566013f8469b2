"""Jobs through HTTP, as a benchmark submits them."""

import csv
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks import workloads
from benchmarks.load import Load, Response, request, send, submission
from benchmarks.server import Server

__all__ = ["p50_ms", "submitted", "table_of"]

CONNECTIONS = 16
WAIT_S = 60


def submitted(server: Server, pipeline: str, images: Sequence[bytes], connections: int = CONNECTIONS) -> Load:
    """Submit images, each as a job, and wait until all have succeeded."""
    requests = (submission(pipeline, image, wait_s=WAIT_S) for image in images)
    return send(server.url, requests, connections).expect(202, lambda one: one.json["state"] == "succeeded")


def p50_ms(server: Server, images: Sequence[bytes]) -> float:
    """Return the median time of a job and of fetching its table, one after the other."""
    took_s = []
    for image in images:
        job = submitted(server, workloads.LIGHT, [image], 1).responses[0]
        took_s.append(job.took_s + _fetched(server, job.json).took_s)
    return 1e3 * median(took_s)


def table_of(server: Server, job: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of a job's table."""
    return list(csv.reader(_fetched(server, job).body.decode().splitlines()))[1:]


def _fetched(server: Server, job: Mapping[str, Any]) -> Response:
    path = f"{job['links']['results']}/measurements.csv"
    return send(server.url, [request("GET", path)], 1).expect(200).responses[0]
