"""What a network learns from, batch by batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from coronal_networks.training.augmentation import Augmentation, Change

__all__ = ["Batch", "LabelledImages", "TrainingData", "batches"]


class Batch(NamedTuple):
    """Some examples.

    Parameters
    ----------
    inputs
        Shape (examples, …, channels), as the network takes them.
    answers
        Shape (examples, …): what it should say, as its loss takes it.
    weights
        What each example weighs, shape (examples,).
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.int64]
    weights: NDArray[np.float32]


class TrainingData(Protocol):
    """Examples that can be taken in any order."""

    def __len__(self) -> int:
        """Return the number of examples."""

    def batch(self, places: NDArray[np.int64], random: np.random.Generator | None) -> Batch:
        """Return the examples at some places; augmented where there is something to choose by."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImages:
    """The training data of a classifier.

    Parameters
    ----------
    inputs
        Shape (images, y, x, channels) or (images, z, y, x, channels), standardised.
    codes
        The number of each image's class.
    weights
        What each image weighs.
    augmentation
        What is done to an image each time that it is learned from.
    """

    inputs: NDArray[np.float32]
    codes: NDArray[np.int64]
    weights: NDArray[np.float32]
    augmentation: Augmentation = ()

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """All that they are made from."""
        return self.inputs, self.codes, self.weights

    def batch(self, places: NDArray[np.int64], random: np.random.Generator | None) -> Batch:
        """Return the images at some places, changed at random where there is a generator."""
        inputs = self.inputs[places]
        if random is not None and self.augmentation:
            dimensions = inputs.ndim - 2
            changes = (Change.drawn(self.augmentation, dimensions, random) for _ in places)
            inputs = np.stack([change.image(one) for change, one in zip(changes, inputs, strict=True)])
        return Batch(inputs, self.codes[places], self.weights[places])


def batches(order: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """Divide examples into batches of a size, the last of them of what is left.

    >>> [part.tolist() for part in batches(np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    yield from (order[start : start + size] for start in range(0, len(order), size))
