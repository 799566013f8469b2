"""What a stage that asks a model costs beyond the bare runtime, image by image.

A CNN and a random forest have learned handwritten digits of 28 × 28 pixels, and are kept as a worker keeps
them. One image after another is classified by the stage (the model by its digest, the form of the image, its
values prepared, the answer as a prediction), and by ONNX Runtime alone on what was prepared before, in turns;
the ratio is taken round by round. Then it is told how long the first answer of a new process takes, and
whether that loads TensorFlow. Run it with ``python benchmarks/serving.py`` in the environment of
`make install`; it takes about a minute, most of it to learn.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Generic, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from skimage import transform
from sklearn.datasets import load_digits

from coronal import Case, Image, TrainingContext
from coronal.model_file import ModelCard, write_model
from coronal.spec import Kind
from coronal.task_spec import ModelUse
from coronal_jobs.pipeline import Stage
from coronal_jobs.store.blobs import BlobStore
from coronal_worker.asking import ask
from coronal_worker.loader import load_plugins
from coronal_worker.models import Models

LEARNED_FROM = 1000
SIDE_PX = 28
EPOCHS = 3
INPUTS = {"cnn": (1, SIDE_PX, SIDE_PX, 1), "random-forest": (1, SIDE_PX * SIDE_PX)}
"""What the runtime is given of one image."""

T = TypeVar("T")

_FIRST_ANSWER = f"""
import sys
import time
from pathlib import Path
import numpy as np
from coronal import Image
from coronal.model_file import open_model
from coronal_worker.loader import load_plugins
plugins = load_plugins().plugins
began = time.perf_counter()
image = Image(np.zeros(({SIDE_PX}, {SIDE_PX}), np.uint8))
open_model(Path(sys.argv[1]), plugins).predict([image])
took_s = time.perf_counter() - began
with_or_without = "with" if "tensorflow" in sys.modules else "without"
print(f"{{took_s:.2f}} s after it has loaded all plugins, {{with_or_without}} TensorFlow")
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=500, help="how many a round")
    parser.add_argument("--rounds", type=int, default=7)
    wanted = parser.parse_args()
    images = digits()[0][-wanted.images :]
    with tempfile.TemporaryDirectory() as folder, get_context("spawn").Pool(1) as pool:
        for name, shape in INPUTS.items():
            path = Path(folder, name)
            # In another process: a worker that only answers has no TensorFlow whose threads could disturb.
            pool.apply(learn, (name, path))
            by_stage = Timed(stage_of(name, path, Path(folder, "blobs")), list(map(Case.start, images)))
            prepared = [image.pixels.astype(np.float32).reshape(shape) for image in images]
            print_ratio(name, by_stage, Timed(runtime_of(path), prepared), wanted.rounds)
            print_first_answer(name, path)
    return 0


def learn(name: str, path: Path) -> None:
    images, classes = digits()
    parameters = {"epochs": EPOCHS} if name == "cnn" else {}
    plugins = load_plugins().plugins
    model = plugins.classifiers[name].create(parameters)
    model.fit(images[:LEARNED_FROM], classes[:LEARNED_FROM], TrainingContext())
    card = ModelCard(
        algorithm=name,
        kind=Kind.CLASSIFIER,
        distribution=plugins.distribution(name),
        parameters=parameters,
        dimensions=2,
        classes=tuple(sorted(set(classes))),
        dataset_sha256="",
        seed=0,
        packages={},
    )
    write_model(model, card, path)


def stage_of(name: str, path: Path, folder: Path) -> Callable[[Case], object]:
    """Give what a worker does with an image that was read, where the model is loaded."""
    blobs = BlobStore(folder.as_uri())
    sha256 = blobs.put(path.read_bytes()).sha256
    models = Models(blobs, load_plugins().plugins, most_bytes=1 << 30)
    use = ModelUse(name=name, version=1, sha256=sha256, kind=Kind.CLASSIFIER, algorithms=(name,))
    stage = Stage(algorithm="classify", name="classify", parameters={"model": name}, model=use)
    return lambda case: ask(stage, use, models.get(sha256), case)


def runtime_of(path: Path) -> Callable[[NDArray[np.float32]], object]:
    """Give the same graph in a session of its own."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with zipfile.ZipFile(path) as archive:
        session = onnxruntime.InferenceSession(archive.read("model.onnx"), options, ["CPUExecutionProvider"])
    taken, given = session.get_inputs()[0].name, session.get_outputs()[-1].name
    return lambda values: session.run([given], {taken: values})


@dataclass(frozen=True)
class Timed(Generic[T]):
    """Work, and what it is done with."""

    work: Callable[[T], object]
    items: Sequence[T]

    def us_an_item(self) -> float:
        """Do it with each, and give the median of what that took."""
        took = []
        for item in self.items:
            began = time.perf_counter()
            self.work(item)
            took.append(time.perf_counter() - began)
        return median(took) * 1e6


def print_ratio(
    name: str, by_stage: Timed[Case], by_runtime: Timed[NDArray[np.float32]], rounds: int
) -> None:
    by_stage.us_an_item()  # the first time it loads the model
    ratios = []
    for number in range(1, rounds + 1):
        stage_us, runtime_us = by_stage.us_an_item(), by_runtime.us_an_item()
        print(f"{name}, round {number}: stage {stage_us:.0f} µs, runtime alone {runtime_us:.0f} µs")
        ratios.append(stage_us / runtime_us)
    print(f"{name}: the stage takes {median(ratios):.2f} times the runtime (median of {rounds} rounds)")


def print_first_answer(name: str, path: Path) -> None:
    command = [sys.executable, "-c", _FIRST_ANSWER, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    print(f"{name}: a new process gives its first answer {said}")


def digits() -> tuple[list[Image], list[str]]:
    """Give scikit-learn's digits as MNIST's are: 28 × 28 pixels of 8 bits."""
    found = load_digits()
    large = (transform.resize(one / 16, (SIDE_PX, SIDE_PX), order=1) for one in found.images)
    images = [Image((255 * pixels).astype(np.uint8)) for pixels in large]
    return images, [str(label) for label in found.target]


if __name__ == "__main__":
    sys.exit(main())
