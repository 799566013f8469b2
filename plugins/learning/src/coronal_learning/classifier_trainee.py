"""A classifier that is trained, on images whose class is known."""

from collections.abc import Sequence

import numpy as np
from pydantic import JsonValue

from coronal import Classifier, Examples, Image, TrainingContext
from coronal.form import Form
from coronal_learning.dataset_file import Answers, Dataset
from coronal_learning.judging.verdict import Verdict
from coronal_learning.trainee import Trainee
from coronal_learning.trial import Trial
from coronal_learning.try_classifiers import try_classifiers

__all__ = ["ClassifierTrainee", "balanced_accuracy"]


class ClassifierTrainee(Trainee[str, Classifier]):
    """A classifier: all images are of one form, and it is scored by its balanced accuracy."""

    @property
    def answers(self) -> Answers:
        """Classes."""
        return "classes"

    @property
    def score_name(self) -> str:
        """Balanced accuracy."""
        return "balanced accuracy"

    def answer(self, dataset: Dataset, number: int, image: Image) -> str:
        """Give the class of an item."""
        return dataset.items[number].label

    def form(self, image: Image) -> str:
        """Tell its size, its channels and the range of its values."""
        return str(Form.of(image))

    def fit(
        self, parameters: dict[str, JsonValue], lessons: Examples[str], context: TrainingContext[str]
    ) -> Classifier:
        """Make a classifier and have it learn."""
        model = self.algorithm.create(parameters)
        model.fit(lessons.images, lessons.answers, context)
        return model

    def score(self, model: Classifier, exam: Examples[str]) -> float:
        """Tell its balanced accuracy."""
        return balanced_accuracy(exam.answers, [one.label for one in model.predict(exam.images)])

    def judge(self, trial: Trial) -> tuple[Verdict, ...] | None:
        """Judge classifiers by items that they don't know."""
        return try_classifiers(trial)


def balanced_accuracy(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Give the mean of the parts of each class that were found.

    >>> balanced_accuracy(["rare", "common", "common", "common"], ["common"] * 4)
    0.5
    """
    classes, is_right = np.array(truth), np.equal(np.array(truth), np.array(predicted))
    return float(np.mean([is_right[classes == name].mean() for name in np.unique(classes)]))
