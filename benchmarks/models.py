"""Models that benchmarks classify with, trained on scikit-learn's handwritten digits."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import PIL.Image
from numpy.typing import NDArray
from skimage import transform
from sklearn.datasets import load_digits

from coronal import Image, TrainingContext
from coronal.models.model_file import ModelCard, write_model
from coronal.spec import Kind
from coronal_worker.running.loader import load_plugins

__all__ = ["EPOCHS", "INPUTS", "LEARNED_FROM", "SIDE_PX", "digits", "png", "runtime_of", "train"]

LEARNED_FROM = 1_000
SIDE_PX = 28
EPOCHS = 3
INPUTS = {"cnn": (-1, SIDE_PX, SIDE_PX, 1), "random-forest": (-1, SIDE_PX * SIDE_PX)}
"""Input of the runtime, for any number of images."""


def digits() -> tuple[list[Image], list[str]]:
    """Return scikit-learn's digits as MNIST's are: 28 × 28 pixels of 8 bits."""
    found = load_digits()
    large = (transform.resize(one / 16, (SIDE_PX, SIDE_PX), order=1) for one in found.images)
    images = [Image((255 * pixels).astype(np.uint8)) for pixels in large]
    return images, [str(label) for label in found.target]


def png(image: Image) -> bytes:
    """Return an image as a PNG."""
    file = io.BytesIO()
    PIL.Image.fromarray(image.pixels).save(file, "PNG")
    return file.getvalue()


def train(name: str, path: Path) -> None:
    """Train a classifier on the first digits, and write its file."""
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


def runtime_of(path: Path) -> tuple[Callable[[NDArray[Any]], object], type[np.floating[Any]]]:
    """Return a function that runs a model's graph in a session of ONNX Runtime, and the type of its input.

    It has one thread, as each process of a worker.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with zipfile.ZipFile(path) as archive:
        session = onnxruntime.InferenceSession(archive.read("model.onnx"), options, ["CPUExecutionProvider"])
    taken, given = session.get_inputs()[0].name, session.get_outputs()[-1].name
    is_double = session.get_inputs()[0].type == "tensor(double)"
    return lambda values: session.run([given], {taken: values}), np.float64 if is_double else np.float32
