"""Adapter by which a classifier is trained, on images of known class."""

from collections.abc import Sequence

import numpy as np
from pydantic import JsonValue

from coronal import Classifier, Examples, Image, TrainingContext
from coronal.models.image_form import Form
from coronal_learning.datasets.dataset_file import Annotation, Dataset
from coronal_learning.evaluation.evaluate_classifiers import evaluate_classifiers
from coronal_learning.evaluation.evaluation_result import EvaluationResult
from coronal_learning.evaluation.evaluation_run import EvaluationRun
from coronal_learning.training.estimator_adapter import EstimatorAdapter

__all__ = ["ClassifierAdapter", "balanced_accuracy"]


class ClassifierAdapter(EstimatorAdapter[str, Classifier]):
    """Adapter of a classifier: all images have one form; the score is the balanced accuracy."""

    @property
    def annotation(self) -> Annotation:
        """Classes."""
        return "classes"

    @property
    def score_name(self) -> str:
        """Balanced accuracy."""
        return "balanced accuracy"

    def target(self, dataset: Dataset, number: int, image: Image) -> str:
        """Return the class of an item."""
        return dataset.items[number].label

    def form(self, image: Image) -> str:
        """Return its shape, channels and value range."""
        return str(Form.of(image))

    def fit(
        self, parameters: dict[str, JsonValue], examples: Examples[str], context: TrainingContext[str]
    ) -> Classifier:
        """Create a classifier and fit it."""
        model = self.algorithm.create(parameters)
        model.fit(examples.images, examples.targets, context)
        return model

    def score(self, model: Classifier, held_out: Examples[str]) -> float:
        """Compute its balanced accuracy."""
        return balanced_accuracy(held_out.targets, [one.label for one in model.predict(held_out.images)])

    def evaluate(self, run: EvaluationRun) -> tuple[EvaluationResult, ...] | None:
        """Evaluate classifiers on held-out items."""
        return evaluate_classifiers(run)


def balanced_accuracy(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Return the mean recall of all classes.

    >>> balanced_accuracy(["rare", "common", "common", "common"], ["common"] * 4)
    0.5
    """
    classes, is_right = np.array(truth), np.equal(np.array(truth), np.array(predicted))
    return float(np.mean([is_right[classes == name].mean() for name in np.unique(classes)]))
