"""A class of models as an algorithm: what can be trained, and the plugin that offers it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar, cast, overload

from pydantic import JsonValue

from coronal.algorithms.declaration import Declaration, Options
from coronal.algorithms.parameters import check
from coronal.errors import BadDeclaration, BadModel, BadParameter, shown
from coronal.hooks.markers import hookimpl
from coronal.models.classifier import Classifier
from coronal.models.model import Model
from coronal.models.record import ModelRecord
from coronal.models.segmenter import Segmenter
from coronal.spec import AlgorithmSpec, Kind

__all__ = ["TrainableAlgorithm", "classifier", "restored", "segmenter"]

M_co = TypeVar("M_co", bound=Model, covariant=True)
M = TypeVar("M", bound=Model)
C = TypeVar("C", bound=Classifier)
S = TypeVar("S", bound=Segmenter)


class TrainableAlgorithm(Generic[M_co]):
    """A class of models, with all that Coronal must know of it, and the plugin that offers it."""

    def __init__(self, implementation: type[M_co], options: Options) -> None:
        kind = _kind(implementation)
        if implementation.__abstractmethods__:
            missing = ", ".join(sorted(implementation.__abstractmethods__))
            raise BadDeclaration(
                f"the {kind} {implementation.__name__!r} must have all methods; missing {missing}"
            )
        self.declaration = Declaration.of_model(implementation, kind, options)
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
        """Offer itself (the hook), if it is one."""
        is_one = self.spec.kind is Kind.CLASSIFIER
        return [cast("TrainableAlgorithm[Classifier]", self)] if is_one else []

    @hookimpl
    def segmenters(self) -> "list[TrainableAlgorithm[Segmenter]]":
        """Offer itself (the hook), if it is one."""
        is_one = self.spec.kind is Kind.SEGMENTER
        return [cast("TrainableAlgorithm[Segmenter]", self)] if is_one else []

    def create(self, parameters: Mapping[str, JsonValue]) -> M_co:
        """Make an unfitted model; BadParameter when a parameter isn't right."""
        return self.implementation(**check(self.declaration.parameters, parameters))

    def load(self, folder: Path) -> M_co:
        """Read a fitted model."""
        return self.implementation.load(folder)


@overload
def classifier(implementation: type[C], /) -> TrainableAlgorithm[C]: ...
@overload
def classifier(
    *, name: str = "", version: str = "", dimensions: tuple[int, ...] = (2, 3)
) -> Callable[[type[C]], TrainableAlgorithm[C]]: ...
def classifier(
    implementation: type[C] | None = None,
    /,
    *,
    name: str = "",
    version: str = "",
    dimensions: tuple[int, ...] = (2, 3),
) -> TrainableAlgorithm[C] | Callable[[type[C]], TrainableAlgorithm[C]]:
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


def segmenter(
    *, name: str = "", version: str = "", dimensions: tuple[int, ...] = (2, 3)
) -> Callable[[type[S]], TrainableAlgorithm[S]]:
    """Make a subclass of `Segmenter` an algorithm that can be trained, and the plugin that offers it.

    Parameters
    ----------
    name, version, dimensions
        As in `coronal.algorithm`.

    Raises
    ------
    BadDeclaration
        When a method is missing, or an argument of ``__init__`` is of no type that JSON has.
    """
    options = Options(name=name, version=version, dimensions=dimensions)
    return lambda decorated: TrainableAlgorithm(decorated, options)


def restored(implementation: type[M], record: ModelRecord) -> M:
    """Create an unfitted model with the parameters of a saved one.

    Raises
    ------
    BadModel
        When one of them isn't allowed.
    """
    try:
        return TrainableAlgorithm(implementation, Options()).create(record.parameters)
    except BadParameter as wrong:
        raise BadModel(f"the model must have been made with parameters that are allowed: {wrong}") from wrong


def _kind(implementation: object) -> Kind:
    if isinstance(implementation, type):
        if issubclass(implementation, Classifier):
            return Kind.CLASSIFIER
        if issubclass(implementation, Segmenter):
            return Kind.SEGMENTER
    raise BadDeclaration(
        f"a model must be a subclass of Classifier or Segmenter, found {shown(implementation)}"
    )
