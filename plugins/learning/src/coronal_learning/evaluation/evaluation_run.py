"""One evaluation: models, and the items of a data set that they are evaluated on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from coronal import Context, Image
from coronal.models.model_file import ModelCard, TrainedModel
from coronal_learning.datasets.dataset_file import Dataset
from coronal_learning.datasets.image_batches import batches
from coronal_learning.evaluation.bootstrap import Resamples

__all__ = ["EvaluationRun"]

_PREDICTED = 0.9
"""Fraction of the progress when all is predicted; the report follows."""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationRun:
    """Models of one kind and the items that they are evaluated on, one model after the other.

    Parameters
    ----------
    dataset
        An open data set.
    numbers
        Numbers of the items to evaluate on.
    cards
        Card of each model; at least one.
    model
        Opens a model by its index in `cards`. Callers keep no reference, so that one is in memory at once.
    context
        Context of the job.
    """

    dataset: Dataset
    numbers: tuple[int, ...]
    cards: tuple[ModelCard, ...]
    model: Callable[[int], TrainedModel]
    context: Context

    @property
    def resamples(self) -> Resamples:
        """The same bootstrap for all models, so that they can be compared: by patient where known."""
        patients = [self.dataset.items[number].patient for number in self.numbers]
        return Resamples.of(len(patients), patients=patients, seed=self.context.seed)

    def image(self, place: int) -> Image:
        """Read the image of an item, by its index in `numbers`."""
        return self.dataset.image(self.numbers[place])

    def batches(self, model: int) -> Iterator[tuple[list[int], list[Image]]]:
        """Yield the items for a model in batches and report progress; none once the job is cancelled."""
        done = model * len(self.numbers)
        for numbers, images in batches(self.dataset, self.numbers):
            if self.context.is_cancelled():
                return
            yield numbers, images
            done += len(numbers)
            self.context.progress(_PREDICTED * done / (len(self.cards) * len(self.numbers)))
