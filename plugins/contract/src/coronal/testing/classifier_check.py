"""The published check of a classifier that learns."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from coronal.classifiers import Classifier
from coronal.errors import BadImage, BadTrainingSet
from coronal.image import Image
from coronal.prediction import Prediction
from coronal.testing.digest import digest
from coronal.testing.model_check import raise_faults
from coronal.trainable import TrainableAlgorithm
from coronal.training import TrainingContext

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
    fitted = _fit(algorithm, parameters, images, classes)
    predictions = fitted.predict(images)
    yield from _prediction_faults(predictions, classes)
    if [digest(image) for image in images] != before:
        yield "it changed an image"
    if _fit(algorithm, parameters, images, classes).predict(images) != predictions:
        yield "the same seed must give the same predictions"
    with tempfile.TemporaryDirectory() as folder:
        fitted.save(Path(folder))
        if algorithm.load(Path(folder)).predict(images) != predictions:
            yield "its predictions must be the same when it was saved and loaded"
    yield from _other_shape_faults(fitted, dimensions)
    yield from _one_class_faults(algorithm, parameters, images)


def _fit(
    algorithm: TrainableAlgorithm[Classifier],
    parameters: dict[str, JsonValue],
    images: list[Image],
    classes: list[str],
) -> Classifier:
    fitted = algorithm.create(parameters)
    fitted.fit(images, classes, TrainingContext(seed=1))
    return fitted


def _prediction_faults(predictions: list[Prediction], classes: list[str]) -> Iterator[str]:
    if len(predictions) != len(classes):
        yield f"it must give {len(classes)} predictions of as many images, found {len(predictions)}"
    elif any(set(prediction.classes) != set(_CLASSES) for prediction in predictions):
        yield f"its predictions must be of the classes that it learned, found {predictions[0].classes}"
    elif [prediction.label for prediction in predictions] != classes:
        yield "it must tell dark from bright images that it has seen"


def _other_shape_faults(fitted: Classifier, dimensions: int) -> Iterator[str]:
    try:
        fitted.predict([Image(np.zeros((_SIDE + 3,) * dimensions, np.uint8))])
    except BadImage:
        return
    except Exception as fault:
        yield f"of an image of another shape it must make BadImage, found {type(fault).__name__}: {fault}"


def _one_class_faults(
    algorithm: TrainableAlgorithm[Classifier], parameters: dict[str, JsonValue], images: list[Image]
) -> Iterator[str]:
    try:
        _fit(algorithm, parameters, images, [_CLASSES[0]] * len(images))
    except BadTrainingSet:
        return
    except Exception as fault:
        yield f"of images of one class it must make BadTrainingSet, found {type(fault).__name__}: {fault}"


def _examples(dimensions: int) -> tuple[list[Image], list[str]]:
    random = np.random.default_rng(0)
    classes = [_CLASSES[number % 2] for number in range(40)]
    levels = {"dark": 20, "bright": 200}
    shape = (_SIDE,) * dimensions
    return [Image((levels[c] + random.integers(0, 20, shape)).astype(np.uint8)) for c in classes], classes
