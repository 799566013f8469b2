"""A classifier that learns: fitted to labelled images, kept as a model, asked for predictions."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Generic, Self, TypeVar, overload

from pydantic import JsonValue

from coronal.context import Context
from coronal.declaration import Declaration, Options
from coronal.errors import BadDeclaration, shown
from coronal.hookmarks import hookimpl
from coronal.image import Image
from coronal.parameters import check
from coronal.prediction import Prediction
from coronal.spec import AlgorithmSpec

__all__ = ["Classifier", "TrainableAlgorithm", "classifier"]


class Classifier(ABC):
    """What a classifier does. Its parameters are the arguments of its ``__init__``.

    It works on lists of images, so that many can be predicted in one call.
    """

    @abstractmethod
    def fit(self, images: Sequence[Image], classes: Sequence[str], context: Context) -> None:
        """Learn from images whose class is known.

        Parameters
        ----------
        images
            All of one shape and one number of channels.
        classes
            The class of each image, in the same order.
        context
            The job around it: the seed, progress and whether it was cancelled.

        Raises
        ------
        BadTrainingSet
            When it can't learn from them, e.g. from images of one class.
        """

    @abstractmethod
    def predict(self, images: Sequence[Image]) -> list[Prediction]:
        """Tell how probable each class is, for each image in its order.

        Raises
        ------
        BadImage
            When an image is of another shape or kind than those that it learned from.
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write all that was learned into an empty folder. No pickle."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; its predictions are the same.

        Raises
        ------
        BadModel
            When the folder holds something else.
        """


C_co = TypeVar("C_co", bound=Classifier, covariant=True)


class TrainableAlgorithm(Generic[C_co]):
    """A class of classifiers, with all that Coronal must know of it, and the plugin that offers it."""

    def __init__(self, implementation: type[C_co], options: Options) -> None:
        if not isinstance(implementation, type) or not issubclass(implementation, Classifier):
            raise BadDeclaration(
                f"a classifier must be a subclass of Classifier, found {shown(implementation)}"
            )
        if implementation.__abstractmethods__:
            missing = ", ".join(sorted(implementation.__abstractmethods__))
            raise BadDeclaration(
                f"the classifier {implementation.__name__!r} must have all methods; missing {missing}"
            )
        self.declaration = Declaration.of_classifier(implementation, options)
        self.implementation = implementation
        self.__doc__ = implementation.__doc__

    def __repr__(self) -> str:
        return f"<{self.spec.kind} {self.spec.name}>"

    @property
    def spec(self) -> AlgorithmSpec:
        """What it is, as plain data."""
        return self.declaration.spec

    @hookimpl
    def classifiers(self) -> "list[TrainableAlgorithm[Classifier]]":
        """Offer itself (the hook)."""
        return [self]

    def create(self, parameters: Mapping[str, JsonValue]) -> C_co:
        """Make an unfitted classifier; BadParameter when a parameter isn't right."""
        return self.implementation(**check(self.declaration.parameters, parameters))

    def load(self, folder: Path) -> C_co:
        """Read a fitted classifier."""
        return self.implementation.load(folder)


@overload
def classifier(implementation: type[C_co], /) -> TrainableAlgorithm[C_co]: ...
@overload
def classifier(
    *, name: str = "", version: str = "", dimensions: tuple[int, ...] = (2, 3)
) -> Callable[[type[C_co]], TrainableAlgorithm[C_co]]: ...
def classifier(
    implementation: type[C_co] | None = None,
    /,
    *,
    name: str = "",
    version: str = "",
    dimensions: tuple[int, ...] = (2, 3),
) -> TrainableAlgorithm[C_co] | Callable[[type[C_co]], TrainableAlgorithm[C_co]]:
    """Make a subclass of `Classifier` an algorithm that can be trained, and the plugin that offers it.

    Parameters
    ----------
    implementation
        The class, where the decorator stands without brackets.
    name, version, dimensions
        As in `coronal.algorithm`.

    Raises
    ------
    BadDeclaration
        When a method is missing, or an argument of ``__init__`` is of no type that JSON has.

    Notes
    -----
    A type checker takes a decorated class for the class itself. Call it where that matters, and name the
    result in the entry point: ``forest = classifier(Forest)``.
    """
    options = Options(name=name, version=version, dimensions=dimensions)
    if implementation is not None:
        return TrainableAlgorithm(implementation, options)
    return lambda decorated: TrainableAlgorithm(decorated, options)
