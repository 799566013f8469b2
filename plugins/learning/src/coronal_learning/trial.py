"""Models, and the items of a data set that they are tried on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from coronal import Context, Image
from coronal.model_file import ModelCard, TrainedModel
from coronal_learning.batches import batches
from coronal_learning.dataset_file import Dataset
from coronal_learning.judging.resamples import Resamples

__all__ = ["Trial"]

_PREDICTED = 0.9
"""The part of the progress when all is predicted; then it is written."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Models of one kind, and what they are tried on, one model after the other.

    Parameters
    ----------
    dataset
        It is open.
    numbers
        Of its items those that are judged by.
    cards
        What each model is; one at least.
    model
        Opens one of them, by its place among the cards. Whoever asks keeps none: not all need be in memory.
    context
        The job around it.
    """

    dataset: Dataset
    numbers: tuple[int, ...]
    cards: tuple[ModelCard, ...]
    model: Callable[[int], TrainedModel]
    context: Context

    @property
    def resamples(self) -> Resamples:
        """The same for all models, so that these can be compared: by patient where one is known."""
        patients = [self.dataset.items[number].patient for number in self.numbers]
        return Resamples.of(len(patients), patients=patients, seed=self.context.seed)

    def image(self, place: int) -> Image:
        """Read the image of one of the items, by its place among them."""
        return self.dataset.image(self.numbers[place])

    def batches(self, model: int) -> Iterator[tuple[list[int], list[Image]]]:
        """Give a model the items, a few at a time, and tell how far it is; none once the job is cancelled."""
        done = model * len(self.numbers)
        for numbers, images in batches(self.dataset, self.numbers):
            if self.context.is_cancelled():
                return
            yield numbers, images
            done += len(numbers)
            self.context.progress(_PREDICTED * done / (len(self.cards) * len(self.numbers)))
