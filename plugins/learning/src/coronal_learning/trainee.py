"""What is trained: all in which a classifier and a segmenter differ there."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import JsonValue

from coronal import Examples, Image, Model, TrainableAlgorithm, TrainingContext
from coronal.errors import BadTrainingSet
from coronal_learning.dataset_file import Answers, Dataset
from coronal_learning.judging.verdict import Verdict
from coronal_learning.trial import Trial

__all__ = ["Trainee"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Trainee(ABC, Generic[T, M]):
    """An algorithm that is trained; `T` is what is known of each image.

    Parameters
    ----------
    algorithm
        What it is.
    """

    algorithm: TrainableAlgorithm[M]

    @property
    def uses_validation(self) -> bool:
        """Whether it looks at validation examples (`coronal.Model.uses_validation`)."""
        return self.algorithm.implementation.uses_validation

    @property
    @abstractmethod
    def answers(self) -> Answers:
        """What a data set must hold beside its images."""

    @property
    @abstractmethod
    def score_name(self) -> str:
        """What `score` tells, in words."""

    @abstractmethod
    def answer(self, dataset: Dataset, number: int, image: Image) -> T:
        """Give what is known of an item whose image was prepared.

        Raises
        ------
        BadTrainingSet
            When it doesn't fit the image any more.
        """

    @abstractmethod
    def form(self, image: Image) -> str:
        """Tell what all images must have in common."""

    @abstractmethod
    def fit(self, parameters: dict[str, JsonValue], lessons: Examples[T], context: TrainingContext[T]) -> M:
        """Make a model and have it learn."""

    @abstractmethod
    def score(self, model: M, exam: Examples[T]) -> float:
        """Tell how good a model is, from 0 to 1, by one number."""

    @abstractmethod
    def judge(self, trial: Trial) -> tuple[Verdict, ...] | None:
        """Judge models by items that they don't know; None when the job was cancelled."""

    def check_dataset(self, dataset: Dataset) -> None:
        """Check that a data set is of the kind that is learned from.

        Raises
        ------
        BadTrainingSet
            When it isn't.
        """
        if dataset.answers != self.answers:
            spec = self.algorithm.spec
            needed, found = _NAMES[self.answers], _NAMES[dataset.answers]
            raise BadTrainingSet(
                f"{spec.name} is a {spec.kind} and needs a data set of images with {needed}; this one is of "
                f"images with {found}"
            )


_NAMES: dict[Answers, str] = {"classes": "classes", "label-maps": "label maps"}
