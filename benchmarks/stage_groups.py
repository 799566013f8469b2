"""P4: three stages in one stage group beside a chain of three Celery tasks with files between them.

The work is that of `benchmarks.single_jobs`. A stage group keeps its images in memory; the tasks leave
``.npy`` files for one another.
"""

import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import workloads
from benchmarks.contenders import broker, missing, running_peer
from benchmarks.jobs import p50_ms, submitted
from benchmarks.records import Effort, Record, at_least, at_most, ratio_record
from benchmarks.server import running_server
from benchmarks.windows import interleaved

__all__ = ["measure"]

CHAIN = "chain of 3 Celery tasks"
COUNT_OF_LATENCY = 30


def measure(effort: Effort) -> list[Record]:
    """Measure throughput, then latency, of both in the same rounds."""
    if "Celery" in missing():
        return [Record("P4", "a stage group beside a chain", None, "×", note="Celery is not installed")]
    images = list(map(workloads.picture, range(effort.count(120, 30))))
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        paths = [folder / f"{number}.png" for number in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            path.write_bytes(image)
        server = ends.enter_context(running_server())
        chain = ends.enter_context(running_peer("celery_chain", ends.enter_context(broker())))
        rates = interleaved(
            {
                CHAIN: partial(chain.rate, paths),
                "Coronal": lambda: submitted(server, workloads.LIGHT, images).per_s,
            },
            effort.rounds,
        )
        few = images[:COUNT_OF_LATENCY]
        latencies = interleaved(
            {
                CHAIN: partial(chain.p50_ms, paths[:COUNT_OF_LATENCY]),
                "Coronal": lambda: p50_ms(server, few),
            },
            effort.rounds,
        )
    pair = ("Coronal", CHAIN)
    return [
        ratio_record("P4", "three stages, jobs a second", rates, pair, target=at_least(1.7)),
        ratio_record("P4", "three stages, p50 of a single job (ms)", latencies, pair, target=at_most(0.65)),
    ]
