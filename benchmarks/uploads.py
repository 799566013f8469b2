"""P9: an upload of 100 MB: how much memory the gateway takes for it, and how fast it is.

Sent as the body of a request, and as a part of a form. Everything is kept in memory, where no disk is
measured; the plain baseline hashes the same bytes and writes them to the same place.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.load import request, send, submission
from benchmarks.records import Effort, Record, at_least, at_most, ratio_record
from benchmarks.server import Server, folder_in_memory, running_server, settle
from benchmarks.waiting_jobs import IMAGE, PIPELINE, offer_waiting
from benchmarks.windows import interleaved
from coronal_jobs.records.connection import connect
from coronal_jobs.settings import StoreSettings

__all__ = ["measure"]

BYTES = 100_000_000
BOUNDARY = "boundary-of-the-benchmark"


def measure(effort: Effort) -> list[Record]:
    """Measure speed, and the growth of the gateway's processes."""
    image = IMAGE + np.random.default_rng(0).bytes(BYTES - len(IMAGE))
    with running_server(1, in_memory=True, settings={"CORONAL_MIN_FREE_BYTES": "0"}) as server:
        offer_waiting(connect(StoreSettings(redis_url=server.redis_url)))
        settle(server)
        growth_mb: dict[str, list[float]] = {"body": [], "form": []}

        def upload(kind: str, sent: bytes) -> float:
            speed, grown = _uploaded(server, sent)
            growth_mb[kind].append(grown)
            return speed

        contenders: dict[str, Callable[[], float]] = {
            "body (MB/s)": partial(upload, "body", submission(PIPELINE, image)),
            "form (MB/s)": partial(upload, "form", form(image)),
            "hash and write (MB/s)": partial(plain, image),
        }
        windows = interleaved(contenders, effort.rounds)
    grown = [
        Record(
            "P9",
            f"growth of the gateway's processes, {kind} of 100 MB",
            max(found),
            "MB",
            "",
            at_most(16),
            {kind: found},
        )
        for kind, found in growth_mb.items()
    ]
    name = "100 MB as a body beside a form"
    return [
        *grown,
        ratio_record("P9", name, windows, ("body (MB/s)", "form (MB/s)"), target=at_least(3)),
        ratio_record(
            "P9",
            "100 MB as a body beside hashing and writing",
            windows,
            ("body (MB/s)", "hash and write (MB/s)"),
        ),
        Record("P9", "100 MB as a body", median(windows["body (MB/s)"]), "MB/s"),
    ]


def form(image: bytes) -> bytes:
    """Return the request that submits an image as a part of a form."""
    start = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="pipeline"\r\n\r\n{PIPELINE}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="cells.png"\r\n\r\n'
    )
    body = start.encode() + image + f"\r\n--{BOUNDARY}--\r\n".encode()
    media_type = f"multipart/form-data; boundary={BOUNDARY}".encode()
    return request("POST", "/v1/jobs", body).replace(b"application/octet-stream", media_type, 1)


def plain(image: bytes) -> float:
    """Hash an image and write it into a file, and return MB a second."""
    with tempfile.TemporaryDirectory(dir=folder_in_memory()) as folder:
        began = time.perf_counter()
        hashlib.sha256(image).digest()
        Path(folder, "image").write_bytes(image)
        return len(image) / 1e6 / (time.perf_counter() - began)


def _uploaded(server: Server, sent: bytes) -> tuple[float, float]:
    """Upload an image; return MB a second, and how much the gateway's processes have grown at most."""
    processes = server.processes()["gateway processes"]
    for process in processes:
        process.forget_peak()
    before_mb = sum(process.resident_mb for process in processes)
    load = send(server.url, [sent], 1).expect(202)
    grown_mb = sum(process.peak_mb for process in processes) - before_mb
    job = load.responses[0].json["links"]["self"]
    send(server.url, [request("DELETE", job)], 1).expect(204)
    return BYTES / 1e6 / load.responses[0].took_s, grown_mb
