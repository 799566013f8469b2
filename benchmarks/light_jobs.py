"""How much of what two processes can do is left when the work goes through Coronal.

The work is light: 512 × 512 pixels, Gaussian, Otsu, shape, about 10 ms an image. The limit is the same
library calls in two plain processes, without a queue, a record, or a result that is kept. Both take turns,
and the ratio is taken round by round. Run it with ``python benchmarks/light_jobs.py`` in the environment of
`make install`; it starts a server of its own and takes about a minute.
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from statistics import median

import numpy as np
import PIL.Image
from skimage import filters, measure

from coronal_client import Client

STAGES = "[gaussian: {sigma: 2}, otsu, shape]"
PIPELINES = {"table": f"{{stages: {STAGES}, results: [measurements]}}", "all": STAGES}
"""By the results that each job leaves: the table, or also label map and overlay."""

PROCESSES = 2
SUBMITTERS = 4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=200, help="how many a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", choices=PIPELINES, default="table", help="what each job leaves")
    wanted = parser.parse_args()
    pipeline = PIPELINES[wanted.results]
    images = [picture(seed) for seed in range(wanted.images)]
    with get_context("spawn").Pool(PROCESSES) as pool, Server() as client:
        by_processes(pool, images[:20])
        by_coronal(client, images[:20], pipeline)
        ratios = [
            compare(number, by_processes(pool, images), by_coronal(client, images, pipeline))
            for number in range(1, wanted.rounds + 1)
        ]
    print(f"Coronal does {median(ratios):.0%} of what the processes do (median of {len(ratios)} rounds)")
    return 0


def compare(number: int, limit: float, coronal: float) -> float:
    print(f"round {number}: processes {limit:.1f} images/s, Coronal {coronal:.1f} images/s")
    return coronal / limit


def by_processes(pool: Pool, images: list[bytes]) -> float:
    began = time.perf_counter()
    pool.map(work, images, chunksize=1)
    return len(images) / (time.perf_counter() - began)


def by_coronal(client: Client, images: list[bytes], pipeline: str) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(SUBMITTERS) as submitters:
        jobs = list(submitters.map(lambda image: client.submit(io.BytesIO(image), pipeline), images))
    for job in jobs:
        job.wait()
    return len(images) / (time.perf_counter() - began)


def work(image: bytes) -> int:
    """Do with the libraries what the pipeline does."""
    pixels = np.asarray(PIL.Image.open(io.BytesIO(image)), np.float32)
    smooth = filters.gaussian(pixels, 2, preserve_range=True)
    labels = measure.label(smooth > filters.threshold_otsu(smooth))
    return len(measure.regionprops_table(labels, pixels, properties=("area", "centroid", "mean_intensity")))


def picture(seed: int) -> bytes:
    """Make a PNG of 512 × 512 with a few dozen bright blobs on a noisy ground."""
    random = np.random.default_rng(seed)
    spots = np.zeros((512, 512), np.float32)
    spots[random.integers(0, 512, 40), random.integers(0, 512, 40)] = 20_000
    pixels = filters.gaussian(spots, 6) + random.normal(30, 8, spots.shape)
    file = io.BytesIO()
    PIL.Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


class Server:
    """A whole Coronal on this machine, for as long as the block runs."""

    def __enter__(self) -> Client:
        self._folder = tempfile.TemporaryDirectory(prefix="coronal-bench-")
        command = ["up", "--port", "0", "--data", self._folder.name, "--workers", str(PROCESSES)]
        self._process = subprocess.Popen(
            [str(Path(sys.executable).parent / "coronal"), *command],
            stdout=subprocess.PIPE,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("CORONAL_")},
        )
        assert self._process.stdout is not None
        self._client = Client(self._process.stdout.readline().split()[-1])
        return self._client

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


if __name__ == "__main__":
    sys.exit(main())
