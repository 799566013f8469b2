"""The course of a training: the search, and the model that is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from coronal import Examples, Model, TrainingContext
from coronal.task_spec import Part, TrainingTask
from coronal_learning.cancelling import stop_if_cancelled
from coronal_learning.dataset_contents import Item
from coronal_learning.folding import Fold, folds_of
from coronal_learning.groups import Groups
from coronal_learning.identification import Identified
from coronal_learning.imbalance import Balance, balance
from coronal_learning.learning_curve import LearningCurve
from coronal_learning.lessons import Lessons
from coronal_learning.searching import Parameters, Tried, search
from coronal_learning.trainee import Trainee

__all__ = ["Course", "Fitted"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Fitted(Generic[M]):
    """The model that is kept.

    Parameters
    ----------
    model
        What has learned.
    parameters
        What it was made from, those that were found included; defaults aren't.
    balanced
        What was done where classes have unlike numbers of items.
    parts
        What each item of the data set was for; None for one that was left out.
    """

    model: M
    parameters: Parameters
    balanced: Balance
    parts: tuple[Part | None, ...]


@dataclass(frozen=True)
class Course(Generic[T, M]):
    """What is done with images that were read.

    Parameters
    ----------
    trainee
        Who learns.
    spec
        What was ordered.
    known
        All items of the data set.
    lessons
        What is learned from.
    context
        The job around it.
    """

    trainee: Trainee[T, M]
    spec: TrainingTask
    known: Identified
    lessons: Lessons[T]
    context: TrainingContext[str]

    @property
    def items(self) -> Sequence[Item]:
        """All of the data set."""
        return self.known.items

    def search(self, tried: Sequence[Parameters], progress: Callable[[float], None]) -> list[Tried]:
        """Try combinations of parameters on the part that is learned from, and on nothing else.

        Raises
        ------
        BadTrainingSet
            When a class is of too few patients for the folds.
        Cancelled
            When the job was cancelled.
        """
        if not tried:
            return []
        learned = [self.items[number] for number in self._train]
        folds = folds_of(learned, self.spec.folds, self.context.seed)
        name = self.trainee.score_name
        return search(tried, folds, self._score, name=name, context=self.context, progress=progress)

    def fit(
        self, parameters: Parameters, curve: LearningCurve, progress: Callable[[float], None]
    ) -> Fitted[M]:
        """Learn from all that is learned from.

        Raises
        ------
        BadTrainingSet
            When the model can't learn from it.
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
        model = self.trainee.fit(parameters, self._taken(self._train, balanced), context)
        stop_if_cancelled(self.context)
        return Fitted(model, parameters, balanced, self._parts(balanced))

    def _score(self, parameters: Parameters, fold: Fold, progress: Callable[[float], None]) -> float:
        numbers = [self._train[place] for place in fold.learned]
        balanced = self._balance(numbers)
        # It keeps no checkpoint: that place is for the model that is kept.
        context = TrainingContext(
            seed=self.context.seed,
            progress=progress,
            is_cancelled=self.context.is_cancelled,
            class_weights=balanced.class_weights,
            validation=self._validation,
            groups=self._groups(numbers, balanced),
        )
        model = self.trainee.fit(self.spec.parameters | parameters, self._taken(numbers, balanced), context)
        stop_if_cancelled(self.context)
        return self.trainee.score(model, self.lessons.of(self._train[place] for place in fold.left_out))

    def _parts(self, balanced: Balance) -> tuple[Part | None, ...]:
        unused = {*self._train}.difference(self._train[place] for place in balanced.taken)
        return tuple(None if number in unused else part for number, part in enumerate(self.lessons.parts))

    def _balance(self, numbers: Sequence[int]) -> Balance:
        classes = [self.items[number].label for number in numbers]
        return balance(classes, self.spec.imbalance, self.context.seed)

    def _taken(self, numbers: Sequence[int], balanced: Balance) -> Examples[T]:
        return self.lessons.of(numbers[place] for place in balanced.taken)

    def _groups(self, numbers: Sequence[int], balanced: Balance) -> tuple[int, ...]:
        return tuple(self._group[numbers[place]] for place in balanced.taken)

    @cached_property
    def _group(self) -> tuple[int, ...]:
        return tuple(Groups.of(self.items).number.tolist())

    @cached_property
    def _train(self) -> list[int]:
        return self.lessons.numbers("train")

    @cached_property
    def _validation(self) -> Examples[T]:
        return self.lessons.of(self.lessons.numbers("validation"))
