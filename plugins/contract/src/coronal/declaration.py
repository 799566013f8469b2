"""From a signature to what an algorithm is: its kind, its inputs and its parameters."""

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.errors import PydanticSchemaGenerationError

from coronal.context import Context
from coronal.errors import BadDeclaration
from coronal.image import Image
from coronal.labelmap import LabelMap
from coronal.parameters import JsonSchema
from coronal.prediction import Prediction
from coronal.spec import AlgorithmSpec, Input, Kind
from coronal.table import Table

__all__ = ["Declaration", "Options"]

_KINDS: Mapping[object, Kind] = {
    Image: Kind.FILTER,
    LabelMap: Kind.SEGMENTER,
    Table: Kind.MEASURER,
    Prediction: Kind.CLASSIFIER,
}
_INPUTS: Mapping[object, Input] = {Image: Input.IMAGE, LabelMap: Input.LABELS}
_MODEL_CONFIG = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


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
    keeps_geometry
        Whether the output has the shape and geometry of the input.
    """

    spec: AlgorithmSpec
    slots: Mapping[str, Input | type[Context]]
    parameters: type[BaseModel]
    keeps_geometry: bool

    @classmethod
    def of_function(cls, function: Callable[..., object], options: Options) -> "Declaration":
        """Read the signature of a function.

        Raises
        ------
        BadDeclaration
            When a type is missing or unknown, nothing is taken in, or what is given is of no kind.
        """
        hints = _hints(function)
        given = hints.pop("return", None)
        if given not in _KINDS:
            raise _bad(function, "must return Image, LabelMap, Table or Prediction", given)
        slots = {name: slot for name, hint in hints.items() if (slot := _slot(hint)) is not None}
        inputs = tuple(slot for slot in slots.values() if isinstance(slot, Input))
        if not inputs:
            raise _bad(function, "must take an Image, a LabelMap or both", list(hints))
        if len(set(slots.values())) < len(slots):
            raise _bad(function, "must take one Image, one LabelMap and one Context at most", list(slots))
        model = _parameters(function, {name: hint for name, hint in hints.items() if name not in slots})
        spec = _spec(function, options, kind=_KINDS[given], inputs=inputs, model=model)
        return cls(spec, slots, model, options.keeps_geometry)

    @classmethod
    def of_classifier(cls, classifier: type, options: Options) -> "Declaration":
        """Read the signature of a classifier's ``__init__``: all that it takes is a parameter."""
        hints = _hints(classifier.__init__)  # type: ignore[misc]  # the very class is meant
        hints.pop("return", None)
        model = _parameters(classifier, hints)
        spec = _spec(classifier, options, kind=Kind.CLASSIFIER, inputs=(Input.IMAGE,), model=model)
        return cls(spec.model_copy(update={"needs_model": True}), {}, model, True)


def _hints(function: object) -> dict[str, object]:
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as unknown:
        raise _bad(function, "must have types that can be found", unknown.name) from unknown
    for name in inspect.signature(function).parameters:  # type: ignore[arg-type]  # a function or __init__
        if name not in hints and name != "self":
            raise _bad(function, "must say the type of each argument", name)
    return hints


def _slot(hint: object) -> Input | type[Context] | None:
    return Context if hint is Context else _INPUTS.get(hint) if isinstance(hint, type) else None


def _parameters(target: Callable[..., object] | type, hints: Mapping[str, object]) -> type[BaseModel]:
    signature = inspect.signature(target)
    fields: dict[str, tuple[object, object]] = {}
    for name, hint in hints.items():
        default = signature.parameters[name].default
        fields[name] = (hint, ... if default is inspect.Parameter.empty else default)
    try:
        return create_model(_name(target), __config__=_MODEL_CONFIG, **fields)  # type: ignore[call-overload, no-any-return]  # fields are told by name
    except (PydanticSchemaGenerationError, NameError, TypeError) as unknown:
        raise _bad(target, "must have parameters of types that JSON has", list(hints)) from unknown


def _spec(
    target: Callable[..., object] | type,
    options: Options,
    *,
    kind: Kind,
    inputs: tuple[Input, ...],
    model: type[BaseModel],
) -> AlgorithmSpec:
    description = inspect.getdoc(target) or ""
    if not description or (isinstance(target, type) and target.__doc__ is None):
        raise _bad(target, "must have a docstring: its first line is shown in the catalogue", "none")
    return AlgorithmSpec(
        name=options.name or _name(target),
        kind=kind,
        summary=description.partition("\n")[0],
        description=description,
        version=options.version,
        dimensions=options.dimensions,
        inputs=inputs,
        parameters=_schema(model),
    )


def _schema(model: type[BaseModel]) -> JsonSchema:
    schema: JsonSchema = model.model_json_schema()
    schema.pop("title", None)
    properties = schema.setdefault("properties", {})
    for one in properties.values() if isinstance(properties, dict) else ():
        if isinstance(one, dict):
            one.pop("title", None)
    return schema


def _name(target: object) -> str:
    return str(getattr(target, "__name__", "")).replace("_", "-").lower()


def _bad(target: object, rule: str, found: object) -> BadDeclaration:
    return BadDeclaration(f"the algorithm {_name(target)!r} {rule}; found {found}")
