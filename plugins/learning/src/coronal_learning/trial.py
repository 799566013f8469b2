"""Models, and the items of a data set that they are tried on."""

from collections.abc import Iterator
from dataclasses import dataclass

from coronal import Context, Image
from coronal.model_file import TrainedModel
from coronal_learning.batches import batches
from coronal_learning.dataset_file import Dataset
from coronal_learning.judging.about import Report
from coronal_learning.judging.differences import Differences
from coronal_learning.judging.page.worst import LabelMaps

__all__ = ["Trial", "Verdict"]

_PREDICTED = 0.9
"""The part of the progress when all is predicted; then it is judged."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One or two models of one kind, and what they are tried on.

    Parameters
    ----------
    dataset
        It is open.
    numbers
        Of its items those that are judged by.
    models
        One, or two that are compared.
    context
        The job around it.
    """

    dataset: Dataset
    numbers: tuple[int, ...]
    models: tuple[TrainedModel, ...]
    context: Context

    @property
    def patients(self) -> list[str]:
        """Whom each item shows; empty where nothing is known."""
        return [self.dataset.items[number].patient for number in self.numbers]

    def image(self, place: int) -> Image:
        """Read the image of one of the items, by its place among them."""
        return self.dataset.image(self.numbers[place])

    def batches(self) -> Iterator[tuple[list[int], list[Image]]]:
        """Give numbers and images, a few at a time, and tell how far it is; no more once it is cancelled."""
        done = 0
        for numbers, images in batches(self.dataset, self.numbers):
            if self.context.is_cancelled():
                return
            yield numbers, images
            done += len(numbers)
            self.context.progress(_PREDICTED * done / len(self.numbers))


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What has come out.

    Parameters
    ----------
    reports
        On each model, in their order.
    differences
        Between both; None where there is one.
    label_maps
        Gives an item's truth and what the first model finds; None for classifiers.
    """

    reports: tuple[Report, ...]
    differences: Differences | None
    label_maps: LabelMaps | None = None
