"""Common interface by which classifiers and segmenters are trained and evaluated."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import JsonValue

from coronal import Examples, Image, Model, TrainableAlgorithm, TrainingContext
from coronal.errors import BadTrainingSet
from coronal_learning.datasets.dataset_file import Annotation, Dataset
from coronal_learning.evaluation.evaluation_result import EvaluationResult
from coronal_learning.evaluation.evaluation_run import EvaluationRun

__all__ = ["EstimatorAdapter"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class EstimatorAdapter(ABC, Generic[T, M]):
    """An algorithm that can be trained; `T` is the type of its targets.

    Parameters
    ----------
    algorithm
        The classifier or segmenter.
    """

    algorithm: TrainableAlgorithm[M]

    @property
    def uses_validation(self) -> bool:
        """Whether it uses validation examples (`coronal.Model.uses_validation`)."""
        return self.algorithm.implementation.uses_validation

    @property
    @abstractmethod
    def annotation(self) -> Annotation:
        """The kind of annotation that a data set must have."""

    @property
    @abstractmethod
    def score_name(self) -> str:
        """The name of the score, for people."""

    @abstractmethod
    def target(self, dataset: Dataset, number: int, image: Image) -> T:
        """Return the target of an item whose image was preprocessed.

        Raises
        ------
        BadTrainingSet
            When it no longer fits the image.
        """

    @abstractmethod
    def form(self, image: Image) -> str:
        """Describe what all images must have in common."""

    @abstractmethod
    def fit(self, parameters: dict[str, JsonValue], examples: Examples[T], context: TrainingContext[T]) -> M:
        """Create a model and fit it."""

    @abstractmethod
    def score(self, model: M, held_out: Examples[T]) -> float:
        """Compute the score of a model, from 0 to 1."""

    @abstractmethod
    def evaluate(self, run: EvaluationRun) -> tuple[EvaluationResult, ...] | None:
        """Evaluate models on held-out items; None when the job was cancelled."""

    def check_dataset(self, dataset: Dataset) -> None:
        """Check that a data set has the annotation that is needed.

        Raises
        ------
        BadTrainingSet
            When it isn't.
        """
        if dataset.annotation != self.annotation:
            spec = self.algorithm.spec
            needed, found = _NAMES[self.annotation], _NAMES[dataset.annotation]
            raise BadTrainingSet(
                f"{spec.name} is a {spec.kind} and needs a data set of images with {needed}; this one is of "
                f"images with {found}"
            )


_NAMES: dict[Annotation, str] = {"classes": "classes", "label-maps": "label maps"}
