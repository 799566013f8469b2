"""From a signature to what an algorithm is: its kind, its inputs and its parameters."""

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from coronal.algorithms.context import Context
from coronal.algorithms.parameter_model import Argument, parameter_model, parameter_schemas
from coronal.errors import BadDeclaration, shown
from coronal.spec import AlgorithmSpec, Input, Kind
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap, Reference
from coronal.types.prediction import Prediction
from coronal.types.table import Table

__all__ = ["Declaration", "Options"]

_KINDS: Mapping[object, Kind] = {
    Image: Kind.FILTER,
    LabelMap: Kind.SEGMENTER,
    Table: Kind.MEASURER,
    Prediction: Kind.CLASSIFIER,
}
_INPUTS: Mapping[object, Input] = {
    Image: Input.IMAGE,
    LabelMap: Input.LABELS,
    Reference: Input.REFERENCE,
}
_OPTIONAL_LABELS = LabelMap | None
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What an author says beside the signature.

    Parameters
    ----------
    name
        The name in a pipeline; by default the function's, with hyphens.
    version
        Grows when the same input can give another output; by default that of the distribution.
    dimensions
        The spatial axes that it works on.
    keeps_geometry
        Whether a filter's output has the shape and geometry of its input.
    """

    name: str = ""
    version: str = ""
    dimensions: tuple[int, ...] = (2, 3)
    keeps_geometry: bool = True


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an algorithm is, as its signature says.

    Parameters
    ----------
    spec
        The same as plain data, for the catalogue.
    slots
        The names of the arguments that take the image, the label map and the context.
    parameters
        The model that checks the parameters and fills in their defaults.
    """

    spec: AlgorithmSpec
    slots: Mapping[str, Input | type[Context]]
    parameters: type[BaseModel]

    @classmethod
    def of_function(cls, function: Callable[..., object], options: Options) -> "Declaration":
        """Read the signature of a function.

        Raises
        ------
        BadDeclaration
            When it isn't a plain function, a type is missing or unknown, nothing is taken in, what is given
            is of no kind, or a parameter or an option isn't right.
        """
        _check_function(function)
        hints = _hints(function, function)
        given = hints.pop("return", "nothing")
        kind = _KINDS.get(given) if isinstance(given, type) else None
        if kind is None:
            raise _bad(function, "must return Image, LabelMap, Table or Prediction", _written(given))
        if not options.keeps_geometry and kind is not Kind.FILTER:
            raise _bad(function, "must keep the geometry: only a filter may change it", f"a {kind}")
        slots = {name: slot for name, hint in hints.items() if (slot := _slot(hint)) is not None}
        optional = tuple(slots[name] for name in slots if hints[name] == _OPTIONAL_LABELS)
        inputs = tuple(slot for slot in slots.values() if isinstance(slot, Input) and slot not in optional)
        if not {Input.IMAGE, Input.LABELS} & set(inputs):
            found = ", ".join(f"{name}: {_written(hint)}" for name, hint in hints.items())
            raise _bad(function, "must take an Image, a LabelMap or both", found or "no argument")
        if len(set(slots.values())) < len(slots):
            raise _bad(
                function, "must take one Image, LabelMap, Reference and Context at most", ", ".join(slots)
            )
        model = _parameters(function, {name: hint for name, hint in hints.items() if name not in slots})
        spec = _spec(function, options, kind=kind, inputs=inputs, model=model)
        return cls(spec.model_copy(update={"optional_inputs": optional}), slots, model)

    @classmethod
    def of_model(cls, trainable: type, kind: Kind, options: Options) -> "Declaration":
        """Read the signature of the ``__init__`` of what is trained: all that it takes is a parameter."""
        hints = _hints(trainable, trainable.__init__)  # type: ignore[misc]  # the very class is meant
        hints.pop("return", None)
        model = _parameters(trainable, hints)
        spec = _spec(trainable, options, kind=kind, inputs=(Input.IMAGE,), model=model)
        return cls(spec.model_copy(update={"needs_model": True}), {}, model)


def _check_function(function: object) -> None:
    plain = inspect.unwrap(function) if callable(function) else function
    if not inspect.isroutine(plain):
        raise BadDeclaration(f"an algorithm must be a function, found {shown(function)}")
    if inspect.iscoroutinefunction(plain) or inspect.isgeneratorfunction(plain):
        raise _bad(function, "must be a plain function, neither async nor a generator", "one that is")


def _hints(target: Callable[..., object], function: object) -> dict[str, object]:
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except (NameError, AttributeError, SyntaxError, TypeError) as unknown:
        rule = "must have types that can be found when it is imported, not under TYPE_CHECKING alone"
        raise _bad(target, rule, unknown) from unknown
    for name, parameter in inspect.signature(target).parameters.items():
        if parameter.kind not in _BY_NAME:
            raise _bad(target, "must take each argument by its name", str(parameter))
        if name not in hints:
            raise _bad(target, "must say the type of each argument", f"{name} without one")
    return hints


def _slot(hint: object) -> Input | type[Context] | None:
    if hint == _OPTIONAL_LABELS:
        return Input.LABELS
    return Context if hint is Context else _INPUTS.get(hint) if isinstance(hint, type) else None


def _parameters(target: Callable[..., object], hints: Mapping[str, object]) -> type[BaseModel]:
    arguments = inspect.signature(target).parameters
    return parameter_model(
        _name(target), tuple(Argument(name, hint, arguments[name].default) for name, hint in hints.items())
    )


def _spec(
    target: Callable[..., object],
    options: Options,
    *,
    kind: Kind,
    inputs: tuple[Input, ...],
    model: type[BaseModel],
) -> AlgorithmSpec:
    description = inspect.getdoc(target) or ""
    if not description or (isinstance(target, type) and target.__doc__ is None):
        raise _bad(target, "must have a docstring: its first line is shown in the catalogue", "none")
    _check_options(target, options)
    return AlgorithmSpec(
        name=options.name or _name(target),
        kind=kind,
        summary=description.partition("\n")[0],
        description=description,
        version=options.version,
        dimensions=options.dimensions,
        inputs=inputs,
        parameters=parameter_schemas(model),
        keeps_geometry=options.keeps_geometry,
    )


def _check_options(target: Callable[..., object], options: Options) -> None:
    name = options.name or _name(target)
    if not _NAME.fullmatch(name):
        raise _bad(target, "must have a name of lower case letters, digits and hyphens", shown(name))
    # The author's own checker may be off: `dimensions=3` is the likeliest slip of all.
    dimensions: object = options.dimensions
    if not isinstance(dimensions, tuple) or dimensions not in ((2,), (3,), (2, 3), (3, 2)):
        raise _bad(target, "must have as dimensions (2,), (3,) or (2, 3)", shown(dimensions))


def _name(target: object) -> str:
    return str(getattr(target, "__name__", "")).replace("_", "-").lower()


def _written(hint: object) -> str:
    return hint if isinstance(hint, str) else inspect.formatannotation(hint)


def _bad(target: object, rule: str, found: object) -> BadDeclaration:
    return BadDeclaration(f"the algorithm {_name(target)!r} {rule}; found {found}")
