"""How much of what two processes can do is left when 1,000 images go through Coronal as one batch.

The work and the limit are those of ``light_jobs.py``: 512 × 512 pixels, Gaussian, Otsu, shape, against the
same library calls by a `multiprocessing.Pool`, without a queue, a record, or a result that is kept. A batch
is timed from the first byte that is sent until its last job is at its end; beside it, how long the sending
took, and how long it took to fetch the one table and the one zip. Both take turns, and the ratio is taken
round by round. Run it with ``python benchmarks/batch.py`` in the environment of `make install`; it starts a
server of its own and takes about two minutes.
"""

import argparse
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from light_jobs import PIPELINES, PROCESSES, Server, by_processes, picture

from coronal_client import Client


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1_000, help="how many a batch has")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", choices=PIPELINES, default="table", help="what each job leaves")
    wanted = parser.parse_args()
    pipeline = PIPELINES[wanted.results]
    with get_context("spawn").Pool(PROCESSES) as pool, Server() as client:
        images = pool.map(picture, range(wanted.images), chunksize=10)
        by_processes(pool, images[:20])
        by_batch(client, images[:20], pipeline)
        ratios = []
        for number in range(1, wanted.rounds + 1):
            limit, batch = by_processes(pool, images), by_batch(client, images, pipeline)
            print(f"round {number}: processes {limit:.1f} images/s, batch {batch:.1f} images/s", flush=True)
            ratios.append(batch / limit)
    print(f"A batch does {median(ratios):.0%} of what the processes do (median of {len(ratios)} rounds)")
    return 0


def by_batch(client: Client, images: list[bytes], pipeline: str) -> float:
    began = time.perf_counter()
    batch = client.submit_batch(images, pipeline)
    sent_s = time.perf_counter() - began
    batch.wait()
    took_s = time.perf_counter() - began
    assert batch.counts["succeeded"] == len(images)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        batch.save(Path(folder, "out"))
    print(f"  sent in {sent_s:.1f} s, saved in {time.perf_counter() - began:.1f} s")
    batch.delete()
    return len(images) / took_s


if __name__ == "__main__":
    sys.exit(main())
