"""P12: the throughput of two worker processes beside that of one, with heavy jobs."""

from contextlib import ExitStack
from functools import partial

from benchmarks import workloads
from benchmarks.jobs import submitted
from benchmarks.plain import plain_processes
from benchmarks.records import Effort, Record, at_least, ratio_record
from benchmarks.server import running_server, settle
from benchmarks.windows import interleaved, per_second

__all__ = ["measure"]

CONNECTIONS = 4


def measure(effort: Effort) -> list[Record]:
    """Measure one and two worker processes, and one and two plain ones, in the same rounds."""
    with ExitStack() as ends:
        pools = {count: ends.enter_context(plain_processes(count, tuned=True)) for count in (1, 2)}
        servers = {count: ends.enter_context(running_server(count)) for count in (1, 2)}
        images = pools[2].map(workloads.picture, range(effort.count(16, 6)))
        contenders = {}
        for count in (1, 2):
            submitted(servers[count], workloads.HEAVY, images[:2], CONNECTIONS)
            settle(servers[count])
            contenders |= {
                f"{count} worker processes": lambda server=servers[count]: (
                    submitted(server, workloads.HEAVY, images, CONNECTIONS).per_s
                ),
                f"{count} plain processes": partial(
                    per_second, len(images), partial(pools[count].map, workloads.heavy, images, 1)
                ),
            }
        windows = interleaved(contenders, effort.rounds)
    return [
        ratio_record(
            "P12",
            "1 to 2 worker processes, heavy pictures",
            windows,
            ("2 worker processes", "1 worker processes"),
            target=at_least(1.9),
        ),
        ratio_record(
            "P12",
            "1 to 2 plain processes, heavy pictures",
            windows,
            ("2 plain processes", "1 plain processes"),
        ),
    ]
