"""The published check of a classifier that learns."""

from collections.abc import Iterator

import numpy as np
from pydantic import JsonValue

from coronal.errors import BadImage, BadTrainingSet
from coronal.models.classifier import Classifier
from coronal.models.trainable import TrainableAlgorithm
from coronal.models.training_context import TrainingContext
from coronal.testing.digest import digest
from coronal.testing.model_check import raise_faults, refusal_faults, repetition_faults
from coronal.types.image import Image
from coronal.types.prediction import Prediction

__all__ = ["check_classifier"]

_CLASSES = ("dark", "bright")
_SIDE = 8


def check_classifier(
    algorithm: TrainableAlgorithm[Classifier], parameters: dict[str, JsonValue] | None = None
) -> None:
    """Check that a classifier keeps the contract.

    In each dimension that it declares it learns to tell dark from bright images, gives a prediction of these
    classes for each image in order, leaves the images as they were, gives the same predictions when it is
    fitted again with the same seed, and when it was saved and loaded; of an image of another shape it
    makes a prediction or a `BadImage`, and of images of one class it learns or raises `BadTrainingSet`, no
    other exception.

    Parameters
    ----------
    algorithm
        What the decorator made.
    parameters
        Values for those that have no default, or to make it quicker.

    Raises
    ------
    AssertionError
        With a line for each fault.
    """
    raise_faults(algorithm.spec, lambda dimensions: _faults(algorithm, parameters or {}, dimensions))


def _faults(
    algorithm: TrainableAlgorithm[Classifier], parameters: dict[str, JsonValue], dimensions: int
) -> Iterator[str]:
    images, classes = _examples(dimensions)
    before = [digest(image) for image in images]

    def fit(targets: list[str] = classes) -> Classifier:
        fitted = algorithm.create(parameters)
        fitted.fit(images, targets, TrainingContext(seed=1))
        return fitted

    fitted = fit()
    yield from _prediction_faults(fitted.predict(images), classes)
    if [digest(image) for image in images] != before:
        yield "it changed an image"
    yield from repetition_faults(algorithm, fitted, fit, lambda model: model.predict(images), "predictions")
    other = Image(np.zeros((_SIDE + 3,) * dimensions, np.uint8))
    yield from refusal_faults(lambda: fitted.predict([other]), BadImage, "of an image of another shape")
    one_class = [_CLASSES[0]] * len(images)
    yield from refusal_faults(lambda: fit(one_class), BadTrainingSet, "of images of one class")


def _prediction_faults(predictions: list[Prediction], classes: list[str]) -> Iterator[str]:
    if len(predictions) != len(classes):
        yield f"it must give {len(classes)} predictions of as many images, found {len(predictions)}"
    elif any(set(prediction.classes) != set(_CLASSES) for prediction in predictions):
        yield f"its predictions must be of the classes that it learned, found {predictions[0].classes}"
    elif [prediction.label for prediction in predictions] != classes:
        yield "it must tell dark from bright images that it has seen"


def _examples(dimensions: int) -> tuple[list[Image], list[str]]:
    random = np.random.default_rng(0)
    classes = [_CLASSES[number % 2] for number in range(40)]
    levels = {"dark": 20, "bright": 200}
    shape = (_SIDE,) * dimensions
    return [Image((levels[c] + random.integers(0, 20, shape)).astype(np.uint8)) for c in classes], classes
