"""P10: memory and CPU time of a server without work, and the time from its start to its first result."""

import time
from contextlib import ExitStack

from benchmarks import workloads
from benchmarks.jobs import submitted
from benchmarks.records import Effort, Record, at_most
from benchmarks.server import Server, running_server, settle

__all__ = ["measure"]

PROCESSES = 4
MAX_GATEWAY_MB = 90
FORKED, SPAWNED = "forked after the libraries were imported", "each a new process"


def measure(effort: Effort) -> list[Record]:
    """Measure a server at rest, then starts."""
    image = workloads.picture(0)
    with ExitStack() as ends:
        servers = {
            FORKED: ends.enter_context(running_server(PROCESSES)),
            SPAWNED: ends.enter_context(
                running_server(PROCESSES, settings={"CORONAL_START_METHOD": "spawn"})
            ),
        }
        for server in servers.values():
            submitted(server, workloads.LIGHT, [image] * 40)
            settle(server)
        workers_mb = {name: _workers_mb(server) for name, server in servers.items()}
        gateways_mb = [one.resident_mb for one in servers[FORKED].processes()["gateway processes"]]
        idle = _idle(servers[FORKED])
    starts_s = [_first_result_s(image) for _ in range(effort.rounds)]
    beside = ", ".join(f"{name} {found:.0f} MB" for name, found in workers_mb.items())
    ratio = workers_mb[FORKED] / workers_mb[SPAWNED]
    windows = {"seconds": starts_s}
    return [
        Record(
            "P10",
            "memory of a gateway process (RSS)",
            max(gateways_mb),
            "MB",
            target=at_most(MAX_GATEWAY_MB),
        ),
        Record(
            "P10", f"memory of a worker with {PROCESSES} processes (PSS)", ratio, "×", beside, at_most(0.5)
        ),
        idle,
        Record(
            "P10",
            "from `coronal up` to the first result",
            sorted(starts_s)[len(starts_s) // 2],
            "s",
            "",
            at_most(3),
            windows,
        ),
    ]


def _workers_mb(server: Server) -> float:
    kinds = server.processes()
    return sum(one.memory_mb for kind in ("worker", "worker processes") for one in kinds.get(kind, []))


def _idle(server: Server, for_s: float = 10.0) -> Record:
    before, began = server.cpu_s(), time.perf_counter()
    time.sleep(for_s)
    took_s = time.perf_counter() - began
    used = {kind: 100 * (now - before[kind]) / took_s for kind, now in server.cpu_s().items()}
    note = ", ".join(f"{kind} {share:.2f} %" for kind, share in used.items() if share)
    return Record(
        "P10", "CPU time without work, of a core", sum(used.values()), "%", "", at_most(2), note=note
    )


def _first_result_s(image: bytes) -> float:
    began = time.perf_counter()
    with running_server() as server:
        submitted(server, workloads.LIGHT, [image], 1)
        return time.perf_counter() - began
