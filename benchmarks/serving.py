"""Overhead of an inference stage over the bare runtime, for an image.

A CNN and a random forest are trained on handwritten digits, and cached as in a worker. One image after
another is classified by the stage (model lookup by digest, check of the image's shape, preprocessing,
prediction), and by ONNX Runtime alone on preprocessed input. The time of the first prediction of a new
process is measured too, and whether that loads TensorFlow.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

from benchmarks.models import INPUTS, SIDE_PX, digits, runtime_of, train
from benchmarks.plain import plain_processes
from benchmarks.records import Effort, Record, ratio_record
from benchmarks.windows import interleaved
from coronal import Case
from coronal.pipelines.pipeline import Stage
from coronal.spec import Kind
from coronal.task_spec import ModelUse
from coronal_jobs.blobs.store import BlobStore
from coronal_worker.running.inference import run_model
from coronal_worker.running.loader import load_plugins
from coronal_worker.running.model_cache import ModelCache

__all__ = ["measure"]

T = TypeVar("T")

_FIRST_ANSWER = f"""
import sys
import time
from pathlib import Path
import numpy as np
from coronal import Image
from coronal.models.model_file import open_model
from coronal_worker.running.loader import load_plugins
plugins = load_plugins().plugins
began = time.perf_counter()
image = Image(np.zeros(({SIDE_PX}, {SIDE_PX}), np.uint8))
open_model(Path(sys.argv[1]), plugins).predict([image])
print(time.perf_counter() - began, "with" if "tensorflow" in sys.modules else "without")
"""


def measure(effort: Effort) -> list[Record]:
    """Measure both models."""
    with tempfile.TemporaryDirectory() as folder, plain_processes(1, tuned=False) as pool:
        return [
            record
            for name in INPUTS
            for record in _measured(name, Path(folder), partial(pool.apply, train), effort)
        ]


def _measured(name: str, folder: Path, train: Callable[..., object], effort: Effort) -> Iterator[Record]:
    path = folder / name
    # In another process: a worker that only predicts has no TensorFlow whose threads could interfere.
    train((name, path))
    images = digits()[0][-effort.count(500, 100) :]
    runtime, dtype = runtime_of(path)
    prepared = [image.pixels.astype(dtype).reshape(INPUTS[name]) for image in images]
    stage = partial(us_an_item, stage_of(name, path, folder / "blobs"), list(map(Case.start, images)))
    stage()  # the first time it loads the model
    pair = ("stage (µs)", "runtime (µs)")
    contenders = dict(zip(pair, (stage, partial(us_an_item, runtime, prepared)), strict=True))
    windows = interleaved(contenders, effort.rounds)
    yield ratio_record("", f"stage with a model beside the bare runtime, {name}", windows, pair)
    command = [sys.executable, "-c", _FIRST_ANSWER, str(path)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    first = f"first prediction of a process that has loaded its plugins, {name}"
    yield Record("", first, float(printed[-2]), "s", note=f"{printed[-1]} TensorFlow")


def stage_of(name: str, path: Path, folder: Path) -> Callable[[Case], object]:
    """Return the function that a worker runs on an image, with the model loaded."""
    blobs = BlobStore(folder.as_uri())
    sha256 = blobs.put(path.read_bytes()).sha256
    models = ModelCache(blobs, load_plugins().plugins, max_bytes=1 << 30)
    use = ModelUse(name=name, version=1, sha256=sha256, kind=Kind.CLASSIFIER, algorithms=(name,))
    stage = Stage(algorithm="classify", name="classify", parameters={"model": name}, model=use)
    return lambda case: run_model(stage, use, models.get(sha256), case)


def us_an_item(work: Callable[[T], object], items: Sequence[T]) -> float:
    """Run it with each item, and return the median time in µs."""
    took_s = []
    for item in items:
        began = perf_counter()
        work(item)
        took_s.append(perf_counter() - began)
    return median(took_s) * 1e6
