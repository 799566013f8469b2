"""An algorithm that needs no fitting, as a model: what was learned is in its package, or is nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Self

from pydantic import JsonValue

from coronal.algorithms.algorithm import Algorithm
from coronal.algorithms.context import Context
from coronal.errors import BadModel, shown
from coronal.models.classifier import Classifier
from coronal.models.model import Model
from coronal.models.segmenter import Segmenter
from coronal.spec import Kind
from coronal.types.case import Case, Output
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap
from coronal.types.prediction import Prediction

__all__ = ["PretrainedClassifier", "PretrainedSegmenter", "pretrained"]


def pretrained(
    algorithm: Algorithm[..., Output],
    parameters: Mapping[str, JsonValue],
    classes: tuple[str, ...],
    seed: int,
) -> "PretrainedSegmenter | PretrainedClassifier":
    """Return an algorithm as a model.

    Parameters
    ----------
    algorithm
        One whose `coronal.AlgorithmSpec.can_be_model` holds.
    parameters
        Those that it runs with.
    classes
        Of a classifier those that it knows; of a segmenter the names of its labels, from label 1 on.
    seed
        What its random numbers start from.

    Raises
    ------
    BadModel
        When it is no such algorithm.
    """
    if not algorithm.spec.can_be_model:
        raise BadModel(
            f"{algorithm.spec.name} must be a segmenter or classifier of an image that needs no fitting"
        )
    is_segmenter = algorithm.spec.kind is Kind.SEGMENTER
    kind = PretrainedSegmenter if is_segmenter else PretrainedClassifier
    return kind(algorithm, parameters, classes, seed)


class _Pretrained(Model):
    def __init__(
        self,
        algorithm: Algorithm[..., Output],
        parameters: Mapping[str, JsonValue],
        classes: tuple[str, ...],
        seed: int,
    ) -> None:
        self._algorithm = algorithm
        self._parameters = parameters
        self._classes = classes
        self._seed = seed

    def save(self, folder: Path) -> None:
        """Write nothing: what it is, its card tells."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raise BadModel: nothing was saved."""
        raise BadModel("an algorithm that needs no fitting is opened by its name")

    def _output(self, image: Image) -> Output:
        return self._algorithm.run(Case.start(image), self._parameters, Context(seed=self._seed))

    @property
    def _name(self) -> str:
        return self._algorithm.spec.name


class PretrainedSegmenter(_Pretrained, Segmenter):
    """A segmenter that needs no fitting, asked as one that has learned.

    One that numbers objects (`coronal.LabelMap.holds_objects`) gives label 1 for all of them, where there is
    one label.
    """

    def fit(self, *_: object) -> NoReturn:
        """Raise BadModel: it needs no fitting."""
        raise BadModel(f"{self._name} needs no fitting")

    def predict(self, images: Sequence[Image]) -> list[LabelMap]:
        """Return the label map of each image, on its grid, in their order.

        Raises
        ------
        BadModel
            When it numbers objects and there are several labels, or gives a label that isn't among them.
        """
        return [self._labelled(self._output(image)) for image in images]

    def _labelled(self, found: Output) -> LabelMap:
        if not isinstance(found, LabelMap):
            raise BadModel(f"{self._name} must give a label map, found {type(found).__name__}")
        labels, known = found.labels, len(self._classes)
        if found.holds_objects:
            if known > 1:
                raise BadModel(
                    f"{self._name} numbers objects, and so its numbers can't be {known} labels; found "
                    f"{shown(list(self._classes))}"
                )
            labels = (labels > 0).astype(labels.dtype)
        if labels.max() > known:
            raise BadModel(f"{self._name} must give labels up to {known}, found {labels.max()}")
        return found.with_labels(labels, dict(enumerate(self._classes, start=1)), are_objects=False)


class PretrainedClassifier(_Pretrained, Classifier):
    """A classifier that needs no fitting, asked as one that has learned."""

    def fit(self, *_: object) -> NoReturn:
        """Raise BadModel: it needs no fitting."""
        raise BadModel(f"{self._name} needs no fitting")

    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        """Return how probable each class is, for each image in its order.

        Raises
        ------
        BadModel
            When it gives other classes than before.
        """
        return [self._in_order(self._output(image)) for image in images]

    def _in_order(self, found: Output) -> Prediction:
        if not isinstance(found, Prediction):
            raise BadModel(f"{self._name} must give a prediction, found {type(found).__name__}")
        if not self._classes or found.classes == self._classes:
            return found
        reported = dict(zip(found.classes, found.probabilities, strict=True))
        if reported.keys() != set(self._classes):
            known, other = shown(list(self._classes)), shown(list(found.classes))
            raise BadModel(f"{self._name} must always give the same classes, {known}; found {other}")
        return Prediction(self._classes, tuple(reported[name] for name in self._classes))
