"""P3: heavy jobs through HTTP beside two plain processes, and the memory of a job with a volume.

Pictures of 512 × 512 go through CLAHE, non-local means, Sobel and a watershed; volumes of 256³ voxels through
a Gaussian, Otsu's threshold and labelling. The script makes the same library calls.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks import workloads
from benchmarks.jobs import submitted, table_of
from benchmarks.plain import plain_processes
from benchmarks.processes import Process
from benchmarks.records import Effort, Record, at_least, at_most, ratio_record
from benchmarks.server import CpuProfile, Server, running_server
from benchmarks.volumes import VOLUME, count_in, write_volume
from benchmarks.windows import interleaved, per_second

__all__ = ["measure"]

LIMIT = "2 processes, malloc tuned"
OF_WORKER, OF_PLAIN = "worker process (MB)", "plain process (MB)"
CONNECTIONS = 4
T = TypeVar("T")


def measure(effort: Effort) -> list[Record]:
    """Measure pictures, volumes, and the memory of one volume."""
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        pool = ends.enter_context(plain_processes(tuned=True))
        images = pool.map(workloads.picture, range(effort.count(16, 6)))
        volumes = [folder / f"{number}.nii" for number in range(effort.count(6, 2))]
        pool.starmap(write_volume, [(path, number) for number, path in enumerate(volumes)])
        server = ends.enter_context(running_server())
        check(server, workloads.HEAVY, images[0], workloads.heavy(images[0]))
        check(server, VOLUME, volumes[0].read_bytes(), count_in(volumes[0]))

        def run(
            name: str,
            work: Callable[[T], object],
            items: Sequence[T],
            read: Callable[[T], bytes],
            pipeline: str,
        ) -> Record:
            profile = CpuProfile(server)
            contenders = {
                LIMIT: partial(per_second, len(items), partial(pool.map, work, items, 1)),
                "Coronal": lambda: profile.during(
                    len(items),
                    lambda: submitted(server, pipeline, list(map(read, items)), CONNECTIONS).per_s,
                ),
            }
            windows = interleaved(contenders, effort.rounds)
            pair = ("Coronal", LIMIT)
            return ratio_record("P3", name, windows, pair, target=at_least(0.97), note=str(profile))

        return [
            run("heavy pictures", workloads.heavy, images, bytes, workloads.HEAVY),
            run("volumes of 256³", count_in, volumes, Path.read_bytes, VOLUME),
            *_memory(effort, volumes[0]),
        ]


def _memory(effort: Effort, volume: Path) -> list[Record]:
    """Compare the highest memory of a process that has a volume for a job with that of a plain one."""
    grown_mb: dict[str, list[float]] = {OF_WORKER: [], OF_PLAIN: []}
    with plain_processes(1, tuned=False) as pool, running_server(1) as server:
        plain = Process(pool.apply(os.getpid), os.getpid(), "")

        def peak_mb(name: str, process: Process, work: Callable[[], object]) -> float:
            process.forget_peak()
            before_mb = process.resident_mb
            work()
            grown_mb[name].append(process.peak_mb - before_mb)
            return process.peak_mb

        def of_worker() -> float:
            (process,) = server.processes()["worker processes"]
            return peak_mb(OF_WORKER, process, lambda: submitted(server, VOLUME, [volume.read_bytes()], 1))

        contenders = {
            OF_PLAIN: lambda: peak_mb(OF_PLAIN, plain, lambda: pool.apply(count_in, (volume,))),
            OF_WORKER: of_worker,
        }
        for warm_up in contenders.values():
            warm_up()
        for found in grown_mb.values():
            found.clear()
        windows = interleaved(contenders, effort.rounds)
    pair, title = (OF_WORKER, OF_PLAIN), "peak memory of a volume of 256³"
    note = "peak RSS, with the memory of all libraries that the worker has loaded"
    return [
        ratio_record("P3", title, windows, pair, target=at_most(1.2), note=note),
        ratio_record("P3", f"{title}, above what the process had before", grown_mb, pair),
    ]


def check(server: Server, pipeline: str, image: bytes, expected: int) -> None:
    """Check that Coronal finds as many objects as the libraries alone."""
    job = submitted(server, pipeline, [image], 1).responses[0].json
    found = int(float(table_of(server, job)[0][0]))
    if found != expected:
        raise RuntimeError(f"Coronal finds {found} objects, the libraries {expected}")
