"""P11: the memory of Redis for a queued job, and the cost of a job while 100,000 others wait."""

import os
import time
from statistics import median

from benchmarks.load import request, send, submission
from benchmarks.records import Effort, Record, at_most
from benchmarks.server import CpuProfile, Server, running_server, settle
from benchmarks.waiting_jobs import IMAGE, PIPELINE, POOL, fill, offer_waiting
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings

__all__ = ["measure"]

SHALLOW = 100


def measure(effort: Effort) -> list[Record]:
    """Measure submit, poll and claim in a short queue, fill it, and measure them again."""
    deep, count = effort.count(100_000), 100 if effort.fraction < 1 else 300
    with running_server(1, in_memory=True, settings={"CORONAL_MIN_FREE_BYTES": "0"}) as server:
        connection = connect(StoreSettings(redis_url=server.redis_url))
        jobs = JobStore(connection)
        offer_waiting(connection)
        settle(server)
        fill(jobs, SHALLOW)
        _costs_ms(server, jobs, count)  # so that both are measured by processes that have warmed up
        shallow, filled = (CpuProfile(server) for _ in range(2))
        before = shallow.during(count, lambda: _costs_ms(server, jobs, count))
        empty_bytes, queued = _used(connection), _queued(connection)
        began = time.perf_counter()
        fill(jobs, deep)
        filled_s = time.perf_counter() - began
        each_kb = (_used(connection) - empty_bytes) / (_queued(connection) - queued) / 1e3
        time.sleep(
            15 if effort.fraction == 1 else 2
        )  # until notifications are due, and the janitor has checked them
        after = filled.during(count, lambda: _costs_ms(server, jobs, count))
    note = f"{deep:,} queued, {deep / filled_s:,.0f} admitted a second"
    return [
        Record("P11", "memory of Redis for a queued job", each_kb, "kB", "", at_most(2.5), note=note),
        Record(
            "P11",
            "CPU time of a job that is submitted, polled and claimed, in a deep queue",
            filled.each_ms / shallow.each_ms,
            "×",
            f"{filled.each_ms:.2f} ms at {deep:,} queued, {shallow.each_ms:.2f} ms at {SHALLOW}",
            at_most(1.2),
            note=str(filled),
        ),
        *(_flat(name, before[name], after[name], deep) for name in before),
    ]


def _flat(name: str, before_ms: list[float], after_ms: list[float], deep: int) -> Record:
    ratio = median(after_ms) / median(before_ms)
    beside = f"{median(after_ms):.2f} ms at {deep:,} queued, {median(before_ms):.2f} ms at {SHALLOW}"
    return Record("P11", f"time of a {name} in a deep queue", ratio, "×", beside)


def _costs_ms(server: Server, jobs: JobStore, count: int) -> dict[str, list[float]]:
    """Return the time of each submit, poll and claim, one after the other, in ms."""
    found: dict[str, list[float]] = {"submit": [], "poll": [], "claim": []}
    for _ in range(count):
        job = send(server.url, [submission(PIPELINE, IMAGE + os.urandom(8))], 1).expect(202).responses[0]
        poll = send(server.url, [request("GET", job.json["links"]["self"])], 1).expect(200).responses[0]
        began = time.perf_counter()
        jobs.claim(job.json["id"], POOL, lease_s=600)
        found["claim"].append(1e3 * (time.perf_counter() - began))
        found["submit"].append(1e3 * job.took_s)
        found["poll"].append(1e3 * poll.took_s)
    return found


def _queued(connection: Connection) -> int:
    return int(connection.zcard("coronal:jobs:queued"))


def _used(connection: Connection) -> int:
    return int(connection.info("memory")["used_memory"])
