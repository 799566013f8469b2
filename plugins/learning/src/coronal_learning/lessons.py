"""The images of a data set as a model sees them, read once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from coronal import BadImage, Examples, Image, Model, Plugins, TrainingContext
from coronal.errors import BadTrainingSet
from coronal.model_file import preprocessed
from coronal.task_spec import Part, Step
from coronal_learning.cancelling import stop_if_cancelled
from coronal_learning.dataset_file import Dataset
from coronal_learning.trainee import Trainee

__all__ = ["Lessons"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True, eq=False)
class Lessons(Generic[T]):
    """What is learned from, and what tells when to stop.

    Parameters
    ----------
    examples
        The prepared image of each such item, and what is known of it, by the item's number.
    parts
        What each item of the data set is for.
    form
        What all images have in common.
    dimensions
        Their spatial axes.
    """

    examples: Mapping[int, tuple[Image, T]]
    parts: tuple[Part, ...]
    form: str
    dimensions: int

    @classmethod
    def read(
        cls,
        dataset: Dataset,
        parts: tuple[Part, ...],
        trainee: Trainee[T, M],
        preparing: "Preparing",
        context: TrainingContext[str],
    ) -> "Lessons[T]":
        """Read and prepare all images; those that are held out are checked, and not kept.

        Raises
        ------
        BadTrainingSet
            When an image can't be prepared, or images aren't of one form or not of one that is learned from.
        BadParameter
            When a filter has a parameter that isn't right.
        Cancelled
            When the job was cancelled.
        """
        examples: dict[int, tuple[Image, T]] = {}
        forms: dict[str, int] = {}
        for number, part in enumerate(parts):
            stop_if_cancelled(context)
            image = preparing.image(dataset, number)
            _check(image, number, forms, trainee)
            answer = trainee.answer(dataset, number, image)
            if part != "test":
                examples[number] = image, answer
            context.progress((number + 1) / len(parts))
        return cls(examples, parts, next(iter(forms)), image.dimensions)

    def numbers(self, part: Part) -> list[int]:
        """Give the numbers of all items of a part."""
        return [number for number, own in enumerate(self.parts) if own == part]

    def of(self, numbers: Iterable[int]) -> Examples[T]:
        """Give items as they are learned from."""
        chosen = [self.examples[number] for number in numbers]
        return Examples([image for image, _ in chosen], [answer for _, answer in chosen])


@dataclass(frozen=True, slots=True)
class Preparing:
    """What is done to each image before."""

    steps: Sequence[Step]
    plugins: Plugins

    def image(self, dataset: Dataset, number: int) -> Image:
        """Give the image of an item as a model sees it."""
        try:
            return preprocessed(dataset.image(number), self.steps, self.plugins)
        except BadImage as refused:
            raise BadTrainingSet(f"image {number + 1} can't be prepared: {refused}") from refused


def _check(image: Image, number: int, forms: dict[str, int], trainee: Trainee[T, M]) -> None:
    spec = trainee.algorithm.spec
    if image.dimensions not in spec.dimensions:
        able = " or ".join(f"{dimensions}-D" for dimensions in spec.dimensions)
        raise BadTrainingSet(
            f"{spec.name} learns from {able} images, found image {number + 1} of {image.dimensions}-D"
        )
    form = trainee.form(image)
    first = next(iter(forms), form)
    if form != first:
        raise BadTrainingSet(
            f"all images must be of one form, found the first of {first} and image {number + 1} of {form}"
        )
    forms.setdefault(form, number)
