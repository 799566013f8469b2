"""The model that checks an algorithm's parameters, made from the arguments of its signature."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic_core import SchemaError

from coronal.algorithms.parameters import JsonSchema, in_words, parts
from coronal.errors import BadDeclaration, shown

__all__ = ["Argument", "parameter_model", "parameter_schemas"]

_CONFIG = ConfigDict(
    extra="forbid",
    strict=True,
    allow_inf_nan=False,
    frozen=True,
    validate_default=True,
    protected_namespaces=(),
)
_MISPLACED = {"ge", "gt", "le", "lt"}
"""What pydantic leaves in a schema where a bound stands on something else than a number."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument that takes a parameter.

    Parameters
    ----------
    name, hint
        As in the signature.
    default
        `inspect.Parameter.empty` where there is none.
    """

    name: str
    hint: object
    default: object

    @property
    def field(self) -> tuple[object, object]:
        """The argument as a field of a pydantic model."""
        return self.hint, ... if self.default is inspect.Parameter.empty else self.default


def parameter_model(name: str, arguments: tuple[Argument, ...]) -> type[BaseModel]:
    """Make the model of an algorithm's parameters.

    Raises
    ------
    BadDeclaration
        When an argument's name is pydantic's own, its type isn't one that JSON has, a bound stands on
        something else than a number, or a default isn't allowed by its own type and bounds.
    """
    for argument in arguments:
        for fault in _faults(argument):
            raise BadDeclaration(f"the parameter {argument.name} of the algorithm {name!r} must {fault}")
    return _model(name, *arguments)


def parameter_schemas(model: type[BaseModel]) -> JsonSchema:
    """Return the JSON schema of a model of parameters, without the titles that pydantic makes up."""
    schema: JsonSchema = model.model_json_schema()
    schema.pop("title", None)
    properties = schema.setdefault("properties", {})
    for one in properties.values() if isinstance(properties, dict) else ():
        if isinstance(one, dict):
            one.pop("title", None)
    return schema


def _faults(argument: Argument) -> Iterator[str]:
    if argument.name.startswith("_") or hasattr(BaseModel, argument.name):
        yield "have another name: this one is pydantic's own"
    if isinstance(argument.default, FieldInfo):
        yield "have its Parameter(…) inside Annotated[…], and its default as Python's own"
    try:
        schema = _schema(argument)
    except (PydanticUserError, SchemaError, NameError, TypeError):
        yield f"be of a type that JSON has, its bounds whole if it is; found {_written(argument.hint)}"
        return
    yield from _schema_faults(argument, schema)
    yield from _default_faults(argument, schema)


def _schema_faults(argument: Argument, schema: JsonSchema) -> Iterator[str]:
    for part in parts(schema):
        if "$ref" in part:
            yield f"be of a plain type, choices as Literal[…]; found {_written(argument.hint)}"
        elif not {"type", "anyOf", "enum", "const"} & set(part):
            yield f"say what it holds; found {_written(argument.hint)}"
        if _MISPLACED & set(part):
            yield "have its bounds on the number itself, e.g. list[Annotated[float, Parameter(minimum=0)]]"


def _default_faults(argument: Argument, schema: JsonSchema) -> Iterator[str]:
    if argument.default is inspect.Parameter.empty:
        return
    try:
        _model("default", argument)()
    except ValidationError:
        yield f"have a default that is {in_words(schema)}, found {shown(argument.default)}"


def _schema(argument: Argument) -> JsonSchema:
    undefaulted = Argument(argument.name, argument.hint, inspect.Parameter.empty)
    properties: Mapping[str, JsonSchema] = _model("one", undefaulted).model_json_schema()["properties"]
    return properties[argument.name]


def _model(name: str, *arguments: Argument) -> type[BaseModel]:
    fields = {argument.name: argument.field for argument in arguments}
    return create_model(name, __config__=_CONFIG, **fields)  # type: ignore[call-overload, no-any-return]  # fields are passed by name


def _written(hint: object) -> str:
    return inspect.formatannotation(get_args(hint)[0] if get_origin(hint) is Annotated else hint)
