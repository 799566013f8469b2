"""Training data: preprocessed images and their targets, read once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from coronal import BadImage, Examples, Image, InstalledAlgorithms, Model, TrainingContext
from coronal.errors import BadTrainingSet
from coronal.models.model_file import preprocessed
from coronal.task_spec import Step, Subset
from coronal_learning.datasets.dataset_file import Dataset
from coronal_learning.training.cancellation import stop_if_cancelled
from coronal_learning.training.estimator_adapter import EstimatorAdapter

__all__ = ["TrainingData"]

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData(Generic[T]):
    """Preprocessed examples for training and validation.

    Parameters
    ----------
    examples
        Preprocessed image and target of each item, by its number; test items aren't kept.
    subsets
        Subset of each item of the data set.
    form
        Description of what all images have in common.
    dimensions
        Number of spatial axes: 2 or 3.
    """

    examples: Mapping[int, tuple[Image, T]]
    subsets: tuple[Subset, ...]
    form: str
    dimensions: int

    @classmethod
    def read(
        cls,
        dataset: Dataset,
        subsets: tuple[Subset, ...],
        adapter: EstimatorAdapter[T, M],
        preprocessing: "Preprocessing",
        context: TrainingContext[str],
    ) -> "TrainingData[T]":
        """Read and preprocess all images; test images are checked, and not kept.

        Raises
        ------
        BadTrainingSet
            When an image can't be preprocessed, or images aren't of one supported form.
        BadParameter
            When a filter has an invalid parameter.
        Cancelled
            When the job was cancelled.
        """
        examples: dict[int, tuple[Image, T]] = {}
        forms: dict[str, int] = {}
        for number, subset in enumerate(subsets):
            stop_if_cancelled(context)
            image = preprocessing.image(dataset, number)
            _check(image, number, forms, adapter)
            answer = adapter.target(dataset, number, image)
            if subset != "test":
                examples[number] = image, answer
            context.progress((number + 1) / len(subsets))
        return cls(examples, subsets, next(iter(forms)), image.dimensions)

    def numbers(self, subset: Subset) -> list[int]:
        """Return the numbers of all items of a subset."""
        return [number for number, own in enumerate(self.subsets) if own == subset]

    def of(self, numbers: Iterable[int]) -> Examples[T]:
        """Return the examples of some items."""
        chosen = [self.examples[number] for number in numbers]
        return Examples([image for image, _ in chosen], [answer for _, answer in chosen])


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Preprocessing of each image: a pipeline of filters."""

    steps: Sequence[Step]
    plugins: InstalledAlgorithms

    def image(self, dataset: Dataset, number: int) -> Image:
        """Return the preprocessed image of an item."""
        try:
            return preprocessed(dataset.image(number), self.steps, self.plugins)
        except BadImage as refused:
            raise BadTrainingSet(f"image {number + 1} can't be preprocessed: {refused}") from refused


def _check(image: Image, number: int, forms: dict[str, int], adapter: EstimatorAdapter[T, M]) -> None:
    spec = adapter.algorithm.spec
    if image.dimensions not in spec.dimensions:
        able = " or ".join(f"{dimensions}-D" for dimensions in spec.dimensions)
        raise BadTrainingSet(
            f"{spec.name} learns from {able} images, found image {number + 1} of {image.dimensions}-D"
        )
    form = adapter.form(image)
    first = next(iter(forms), form)
    if form != first:
        raise BadTrainingSet(
            f"all images must be of one form, found the first of {first} and image {number + 1} of {form}"
        )
    forms.setdefault(form, number)
