"""The published check of a classifier that learns."""

import tempfile
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from coronal.classifiers import Classifier, TrainableAlgorithm
from coronal.context import Context
from coronal.image import Image
from coronal.testing.algorithm_check import declaration_faults

__all__ = ["check_classifier"]

_CLASSES = ("dark", "bright")


def check_classifier(
    algorithm: TrainableAlgorithm[Classifier], parameters: dict[str, JsonValue] | None = None
) -> None:
    """Check that a classifier keeps the contract.

    It learns to tell dark from bright images, gives a prediction for each image in order, gives the same ones
    when it is fitted again with the same seed, and when it was saved and loaded.

    Raises
    ------
    AssertionError
        With a line for each fault.
    """
    faults = list(declaration_faults(algorithm.spec))
    images, classes = _examples(algorithm.spec.dimensions[0])
    fitted = algorithm.create(parameters or {})
    fitted.fit(images, classes, Context(seed=1))
    predictions = fitted.predict(images)
    if [prediction.label for prediction in predictions] != classes:
        faults.append("it must tell dark from bright images that it has seen")
    again = algorithm.create(parameters or {})
    again.fit(images, classes, Context(seed=1))
    if again.predict(images) != predictions:
        faults.append("the same seed must give the same predictions")
    with tempfile.TemporaryDirectory() as folder:
        fitted.save(Path(folder))
        if algorithm.load(Path(folder)).predict(images) != predictions:
            faults.append("its predictions must be the same when it was saved and loaded")
    if faults:
        raise AssertionError(
            f"{algorithm.spec.name} breaks the contract:\n" + "\n".join(f"- {f}" for f in faults)
        )


def _examples(dimensions: int) -> tuple[list[Image], list[str]]:
    random = np.random.default_rng(0)
    classes = [_CLASSES[number % 2] for number in range(40)]
    levels = {"dark": 20, "bright": 200}
    shape = (8,) * dimensions
    return [Image((levels[c] + random.integers(0, 20, shape)).astype(np.uint8)) for c in classes], classes
