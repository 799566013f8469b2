"""P8: submits and polls that a gateway answers, alone and beside 1,000 long polls.

Gateway, Redis and load generator share the machine's cores, so that the CPU time of a request says more than
the rate: it is given for each kind of process, and what it would allow on two cores. The image has 2 kB, and
everything is kept in memory, where no disk's syncs are measured.
"""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from statistics import median, quantiles
from urllib.parse import urlsplit

from benchmarks.load import repeated, request, send, submission
from benchmarks.records import Effort, Record, Target, at_least, ratio_record
from benchmarks.server import CpuProfile, Server, running_server, settle
from benchmarks.waiting_jobs import IMAGE, PIPELINE, POOL, fill, offer_waiting
from benchmarks.windows import interleaved
from coronal_jobs.records.connection import connect
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings

__all__ = ["measure"]

CONNECTIONS = 16
WAITING = 1_000
CORES = 2
BESIDE = f"beside {WAITING:,} long polls"


def measure(effort: Effort) -> list[Record]:
    """Measure both kinds of request alone, then beside long polls."""
    for_s = 2.0 if effort.fraction == 1 else 0.7
    allow_open_files(WAITING + 200)
    with ExitStack() as ends:
        settings = {"CORONAL_MIN_FREE_BYTES": "0"}
        server = ends.enter_context(running_server(1, in_memory=True, settings=settings))
        connection = connect(StoreSettings(redis_url=server.redis_url))
        offer_waiting(connection)
        settle(server)
        jobs = JobStore(connection)
        (polled,) = fill(jobs, 1)
        requests = {
            "submits": (submission(PIPELINE, IMAGE), 202, at_least(2_500)),
            "polls": (request("GET", f"/v1/jobs/{polled}"), 200, at_least(3_000)),
        }
        records = [
            record
            for kind, (sent, status, target) in requests.items()
            for record in _rate(server, kind, (sent, status), target, (effort.rounds, for_s))
        ]
        delays_s: list[float] = []

        def beside(sent: bytes, status: int) -> float:
            with long_polls(server, jobs, delays_s):
                return send(server.url, repeated(sent, for_s), CONNECTIONS).expect(status).per_s

        for kind, (sent, status, _) in requests.items():
            alone = partial(_per_s, server, sent, status, for_s)
            windows = interleaved({"alone": alone, BESIDE: partial(beside, sent, status)}, effort.rounds)
            records.append(
                ratio_record("P8", f"{kind} {BESIDE}", windows, (BESIDE, "alone"), target=at_least(0.8))
            )
        hundredths = quantiles(delays_s, n=100)
        note = f"p99 {hundredths[98] * 1e3:.0f} ms, of {len(delays_s):,}"
        name = "a long poll is answered after its job has changed (p50)"
        return [*records, Record("P8", name, hundredths[49] * 1e3, "ms", note=note)]


def _rate(
    server: Server, kind: str, expected: tuple[bytes, int], target: Target, effort: tuple[int, float]
) -> Iterator[Record]:
    """Yield the rate of a kind of request, and the one that its CPU time would allow."""
    sent, status = expected
    rounds, for_s = effort
    _per_s(server, sent, status, for_s / 4)
    profile, rates, generator_s = CpuProfile(server, "request"), [], 0.0
    for _ in range(rounds):
        load = profile.during(0, lambda: send(server.url, repeated(sent, for_s), CONNECTIONS)).expect(status)
        rates.append(load.per_s)
        generator_s += load.cpu_s
        profile.count += len(load.responses)
    note = f"{profile}, load generator {1e3 * generator_s / profile.count:.2f} ms"
    yield Record("P8", f"{kind} a second", median(rates), "/s", "", target, {kind: rates}, note)
    name = f"{kind} a second that {CORES} cores would have CPU time for, without the load generator"
    yield Record("P8", name, 1e3 * CORES / profile.each_ms, "/s")


def _per_s(server: Server, sent: bytes, status: int, for_s: float) -> float:
    return send(server.url, repeated(sent, for_s), CONNECTIONS).expect(status).per_s


@contextmanager
def long_polls(server: Server, jobs: JobStore, delays_s: list[float]) -> Iterator[None]:
    """Open long polls, each for its own job; at the end change the jobs, and note when each is answered."""
    at = urlsplit(server.url)
    with ExitStack() as ends, DefaultSelector() as selector:
        ids = fill(jobs, WAITING)
        for id in ids:
            connection = ends.enter_context(socket.create_connection((at.hostname, at.port)))
            connection.sendall(request("GET", f"/v1/jobs/{id}?wait=60"))
            selector.register(connection, EVENT_READ, id)
        settle(server, below=0.1)  # until it has accepted them
        if selector.select(0):
            raise RuntimeError("a long poll was answered before its job has changed")
        yield
        changed_s: dict[str, float] = {}
        changing = threading.Thread(target=_change, args=(jobs, ids, changed_s))
        changing.start()
        while selector.get_map():
            for key, _ in selector.select(60):
                delays_s.append(time.perf_counter() - changed_s[key.data])
                selector.unregister(key.fileobj)
        changing.join()


def _change(jobs: JobStore, ids: list[str], changed_s: dict[str, float]) -> None:
    for id in ids:
        changed_s[id] = time.perf_counter()
        jobs.claim(id, POOL, lease_s=600)
        time.sleep(0.002)


def allow_open_files(count: int) -> None:
    """Raise the limit of open files of this process to a number, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
