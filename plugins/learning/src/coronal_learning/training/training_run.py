"""One training: the parameter search, then the fit of the model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from coronal import Examples, Model, TrainingContext
from coronal.task_spec import Subset, TrainingTask
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.duplicate_detection import ItemsWithDuplicates
from coronal_learning.datasets.duplicates.groups import Groups
from coronal_learning.training.cancellation import stop_if_cancelled
from coronal_learning.training.cross_validation import Fold, folds_of
from coronal_learning.training.estimator_adapter import EstimatorAdapter
from coronal_learning.training.imbalance import Balance, balance
from coronal_learning.training.learning_curve import LearningCurve
from coronal_learning.training.parameter_search import Parameters, SearchResult, search
from coronal_learning.training.training_data import TrainingData

__all__ = ["Fitted", "TrainingRun"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Fitted(Generic[M]):
    """The fitted model.

    Parameters
    ----------
    model
        The model.
    parameters
        Its parameters, those found by the search included; without defaults.
    balanced
        How the training items were balanced.
    subsets
        Subset of each item of the data set; None for one that was left out.
    """

    model: M
    parameters: Parameters
    balanced: Balance
    subsets: tuple[Subset | None, ...]


@dataclass(frozen=True)
class TrainingRun(Generic[T, M]):
    """A training on images that are in memory.

    Parameters
    ----------
    adapter
        Adapter of the algorithm.
    spec
        Specification of the training.
    known
        All items of the data set, with their duplicates.
    data
        Training and validation examples.
    context
        Context of the job.
    """

    adapter: EstimatorAdapter[T, M]
    spec: TrainingTask
    known: ItemsWithDuplicates
    data: TrainingData[T]
    context: TrainingContext[str]

    @property
    def items(self) -> Sequence[Item]:
        """All items of the data set."""
        return self.known.items

    def search(
        self, candidates: Sequence[Parameters], progress: Callable[[float], None]
    ) -> list[SearchResult]:
        """Score combinations of parameters by cross-validation on the train subset alone.

        Raises
        ------
        BadTrainingSet
            When a class has too few patients for the folds.
        Cancelled
            When the job was cancelled.
        """
        if not candidates:
            return []
        learned = [self.items[number] for number in self._train]
        folds = folds_of(learned, self.spec.folds, self.context.seed)
        name = self.adapter.score_name
        return search(candidates, folds, self._score, name=name, context=self.context, progress=progress)

    def fit(
        self, parameters: Parameters, curve: LearningCurve, progress: Callable[[float], None]
    ) -> Fitted[M]:
        """Fit the model to the whole train subset.

        Raises
        ------
        BadTrainingSet
            When the model can't be fitted to it.
        Cancelled
            When the job was cancelled.
        """
        balanced = self._balance(self._train)
        context = TrainingContext(
            seed=self.context.seed,
            progress=progress,
            log=self.context.log,
            is_cancelled=self.context.is_cancelled,
            class_weights=balanced.class_weights,
            validation=self._validation,
            groups=self._groups(self._train, balanced),
            measure=curve,
            checkpoint=self.context.checkpoint,
        )
        model = self.adapter.fit(parameters, self._taken(self._train, balanced), context)
        stop_if_cancelled(self.context)
        return Fitted(model, parameters, balanced, self._subsets(balanced))

    def _score(self, parameters: Parameters, fold: Fold, progress: Callable[[float], None]) -> float:
        numbers = [self._train[place] for place in fold.learned]
        balanced = self._balance(numbers)
        # No checkpoint: its place is for the final fit.
        context = TrainingContext(
            seed=self.context.seed,
            progress=progress,
            is_cancelled=self.context.is_cancelled,
            class_weights=balanced.class_weights,
            validation=self._validation,
            groups=self._groups(numbers, balanced),
        )
        model = self.adapter.fit(self.spec.parameters | parameters, self._taken(numbers, balanced), context)
        stop_if_cancelled(self.context)
        return self.adapter.score(model, self.data.of(self._train[place] for place in fold.left_out))

    def _subsets(self, balanced: Balance) -> tuple[Subset | None, ...]:
        unused = {*self._train}.difference(self._train[place] for place in balanced.taken)
        return tuple(None if number in unused else subset for number, subset in enumerate(self.data.subsets))

    def _balance(self, numbers: Sequence[int]) -> Balance:
        classes = [self.items[number].label for number in numbers]
        return balance(classes, self.spec.imbalance, self.context.seed)

    def _taken(self, numbers: Sequence[int], balanced: Balance) -> Examples[T]:
        return self.data.of(numbers[place] for place in balanced.taken)

    def _groups(self, numbers: Sequence[int], balanced: Balance) -> tuple[int, ...]:
        return tuple(self._group[numbers[place]] for place in balanced.taken)

    @cached_property
    def _group(self) -> tuple[int, ...]:
        return tuple(Groups.of(self.items).number.tolist())

    @cached_property
    def _train(self) -> list[int]:
        return self.data.numbers("train")

    @cached_property
    def _validation(self) -> Examples[T]:
        return self.data.of(self.data.numbers("validation"))
