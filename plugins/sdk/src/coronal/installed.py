"""The installed algorithms, as tasks and model files need them: without the hooks that offer them."""

from collections.abc import Mapping
from typing import Protocol

from coronal.algorithms.algorithm import Algorithm
from coronal.models.classifier import Classifier
from coronal.models.model import Model
from coronal.models.segmenter import Segmenter
from coronal.models.trainable import TrainableAlgorithm
from coronal.spec import AlgorithmSpec
from coronal.types.case import Output

__all__ = ["InstalledAlgorithms"]


class InstalledAlgorithms(Protocol):
    """The algorithms of a process, by name; `coronal.Plugins` has them."""

    @property
    def algorithms(self) -> Mapping[str, Algorithm[..., Output]]:
        """The algorithms that need no fitting."""
        ...

    @property
    def classifiers(self) -> Mapping[str, TrainableAlgorithm[Classifier]]:
        """The classifiers that are fitted to images."""
        ...

    @property
    def segmenters(self) -> Mapping[str, TrainableAlgorithm[Segmenter]]:
        """The segmenters that are fitted to images with label maps."""
        ...

    @property
    def trainable(self) -> Mapping[str, TrainableAlgorithm[Model]]:
        """Both."""
        ...

    def spec(self, name: str) -> AlgorithmSpec:
        """Return the description of an algorithm, with its distribution; KeyError where there is none."""
        ...

    def distribution(self, name: str) -> str:
        """Return the distribution of an algorithm, with its version; empty where it isn't known."""
        ...
