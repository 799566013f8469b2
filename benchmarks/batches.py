"""P2: one batch of 1,000 images through HTTP, beside a script with a ``multiprocessing.Pool``.

The work is that of `benchmarks.single_jobs`. A batch is timed from the first byte sent until its last job has
finished; to fetch the one table of all measurements is timed apart. The script makes the same library calls
in two processes, with malloc tuned and as it comes, and writes the files that a job leaves or nothing.
"""

from contextlib import ExitStack
from functools import partial
from time import perf_counter

import httpx

from benchmarks import workloads
from benchmarks.plain import map_writing, plain_processes
from benchmarks.records import Effort, Record, at_least, ratio_record
from benchmarks.server import CpuProfile, running_server
from benchmarks.windows import interleaved, per_second
from coronal_client import Client

__all__ = ["measure"]

TIMEOUT_S = 600
CHUNK = 10


def measure(effort: Effort) -> list[Record]:
    """Measure a batch and the script in the same rounds."""
    with ExitStack() as ends:
        untuned = ends.enter_context(plain_processes(tuned=False))
        tuned = ends.enter_context(plain_processes(tuned=True))
        images = tuned.map(workloads.picture, range(effort.count(1_000)), CHUNK)
        server = ends.enter_context(running_server())
        client = ends.enter_context(Client(server.url))
        profile, fetched_s = CpuProfile(server), []
        contenders = {
            "Pool": partial(per_second, len(images), partial(untuned.map, workloads.light, images, CHUNK)),
            "Pool, malloc tuned": partial(
                per_second, len(images), partial(tuned.map, workloads.light, images, CHUNK)
            ),
            "Pool, malloc tuned, writing files": partial(
                per_second, len(images), partial(map_writing, tuned, workloads.light_written, images)
            ),
            "Coronal": lambda: finished_per_s(client, profile, images, fetched_s),
        }
        finished_per_s(client, CpuProfile(server), images[:20], [])
        windows = interleaved(contenders, effort.rounds)
    title = f"a batch of {len(images):,} images"
    return [
        ratio_record("P2", title, windows, ("Coronal", "Pool"), target=at_least(1.0), note=str(profile)),
        ratio_record(
            "P2", f"{title}, malloc tuned", windows, ("Coronal", "Pool, malloc tuned"), target=at_least(0.95)
        ),
        ratio_record(
            "P2", f"{title}, files written by both", windows, ("Coronal", "Pool, malloc tuned, writing files")
        ),
        Record("P2", "to fetch the table of all measurements", sorted(fetched_s)[len(fetched_s) // 2], "s"),
    ]


def finished_per_s(client: Client, profile: CpuProfile, images: list[bytes], fetched_s: list[float]) -> float:
    """Submit a batch, wait for its end, and return its images a second."""
    began = perf_counter()
    batch = profile.during(len(images), lambda: client.submit_batch(images, workloads.LIGHT).wait(TIMEOUT_S))
    took_s = perf_counter() - began
    if batch.counts["succeeded"] != len(images):
        raise RuntimeError(f"not every job has succeeded: {batch.counts}")
    began = perf_counter()
    table = f"{profile.server.url}{batch.body['links']['measurements']}"
    httpx.get(table, timeout=60).raise_for_status()
    fetched_s.append(perf_counter() - began)
    batch.delete()
    return len(images) / took_s
