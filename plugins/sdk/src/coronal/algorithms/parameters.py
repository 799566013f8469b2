"""The parameters of an algorithm: declared in its signature, checked before it runs."""

from collections.abc import Iterator, Mapping
from typing import cast

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic import Field as _field
from pydantic.fields import FieldInfo
from pydantic_core import from_json, to_json

from coronal.errors import BadParameter, shown

__all__ = ["JsonSchema", "Parameter", "check", "in_words", "parts", "wrong_value"]

JsonSchema = dict[str, JsonValue]

_NOUNS = {
    "number": "a number",
    "integer": "a whole number",
    "string": "a text",
    "boolean": "true or false",
    "object": "a mapping from names to values",
}


def Parameter(
    description: str = "",
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> FieldInfo:
    """Describe what a parameter means and what values it may have.

    Choices are written as a type (`Literal["disk", "square"]`), a default as Python's own.

    Parameters
    ----------
    description
        One sentence.
    unit
        The unit of its numbers, e.g. ``mm``, ``HU``. ``mm or px`` for a size that is in pixels where
        the image has no spacing.
    minimum, maximum
        Bounds that are themselves allowed.
    above, below
        Bounds that are not.

    Returns
    -------
    FieldInfo
        To stand in ``Annotated``.

    Examples
    --------
    >>> from typing import Annotated
    >>> from pydantic import TypeAdapter
    >>> Sigma = Annotated[float, Parameter("How far it smooths.", unit="mm or px", above=0, maximum=100)]
    >>> in_words(TypeAdapter(Sigma).json_schema())
    'a number > 0 and ≤ 100 (mm or px)'
    """
    extra: JsonSchema | None = {"unit": unit} if unit else None
    return cast(
        "FieldInfo",
        _field(
            description=description or None,
            ge=minimum,
            le=maximum,
            gt=above,
            lt=below,
            json_schema_extra=extra,
        ),
    )


def check(model: type[BaseModel], values: Mapping[str, JsonValue]) -> dict[str, object]:
    """Check values against the model of an algorithm's parameters, and fill in defaults.

    A type must be right and not merely convertible: the text "3" is no number. A whole number may stand
    where any number may.

    Raises
    ------
    BadParameter
        For the first value that is unknown, missing, of the wrong type or out of bounds.
    """
    unknown = next((name for name in values if name not in model.model_fields), None)
    if unknown is not None:
        raise _bad_parameter(model, values, unknown)
    try:
        checked = model.model_validate_json(to_json(dict(values), inf_nan_mode="constants"))
    except ValueError as invalid:
        raise _bad_parameter(model, values, _culprit(invalid, values)) from None
    return {name: getattr(checked, name) for name in model.model_fields}


def in_words(schema: Mapping[str, JsonValue]) -> str:
    """Return what a JSON schema of one parameter allows.

    >>> in_words({"enum": ["disk", "square"]})
    "'disk' or 'square'"
    >>> in_words({"type": "array", "items": {"type": "number", "minimum": 0}})
    'a list, of each a number ≥ 0'
    """
    words = _of_kind(schema)
    bounds = " and ".join(
        f"{sign} {schema[key]:.12g}"
        for key, sign in (
            ("minimum", "≥"),
            ("exclusiveMinimum", ">"),
            ("maximum", "≤"),
            ("exclusiveMaximum", "<"),
        )
        if isinstance(schema.get(key), int | float)
    )
    unit = f"({schema['unit']})" if "unit" in schema else ""
    return " ".join(part for part in (words, bounds, unit) if part)


def _of_kind(schema: Mapping[str, JsonValue]) -> str:
    match schema:
        case {"const": value}:
            words = repr(value)
        case {"enum": [*values]}:
            words = " or ".join(map(repr, values))
        case {"anyOf": [*kinds]}:
            words = " or ".join(in_words(kind) for kind in kinds if isinstance(kind, dict))
        case {"type": "array", "prefixItems": [*items]}:
            each = ", ".join(in_words(item) for item in items if isinstance(item, dict))
            words = f"a list of {len(items)}: {each}"
        case {"type": "array", "items": dict(item)}:
            words = f"a list, of each {in_words(item)}"
        case {"type": str(kind)}:
            words = _NOUNS.get(kind, kind)
        case _:
            words = "another value"
    return words


def parts(schema: JsonSchema) -> Iterator[JsonSchema]:
    """Yield the schema of a parameter, and those of the values inside it.

    >>> [part["type"] for part in parts({"type": "array", "items": {"type": "number"}})]
    ['array', 'number']
    """
    yield schema
    for key in ("anyOf", "prefixItems", "items", "additionalProperties"):
        inner = schema.get(key)
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, dict):
                yield from parts(part)


def _culprit(invalid: ValueError, values: Mapping[str, JsonValue]) -> str:
    place = invalid.errors()[0]["loc"] if isinstance(invalid, ValidationError) else ()
    return str(place[0]) if place else next(name for name in values if not _is_json(values[name]))


def _is_json(value: JsonValue) -> bool:
    try:
        from_json(to_json(value))
    except ValueError:
        return False
    return True


def _bad_parameter(model: type[BaseModel], values: Mapping[str, JsonValue], name: str) -> BadParameter:
    properties = cast("Mapping[str, JsonSchema]", model.model_json_schema().get("properties", {}))
    return wrong_value(properties, values, name)


def wrong_value(
    properties: Mapping[str, JsonSchema], values: Mapping[str, JsonValue], name: str
) -> BadParameter:
    """Make the error for one value that doesn't fit the JSON schemas of an algorithm's parameters."""
    found = shown(values[name]) if name in values else None
    if name in properties:
        return BadParameter(name, found=found or "nothing", allowed=in_words(properties[name]))
    known = ", ".join(properties) or "none at all"
    return BadParameter(name, found=None, allowed=f"a parameter that the algorithm has: {known}")
