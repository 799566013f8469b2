"""What the published checks ask of a declaration, before anything is run."""

from collections.abc import Iterator

from pydantic import JsonValue

from coronal.algorithms.parameters import JsonSchema, parts
from coronal.spec import AlgorithmSpec

__all__ = ["allowed_edges", "declaration_faults", "properties", "refused_edges"]

_STEP = 1e-6
"""How near to a bound that isn't itself allowed a value is tried, relative to the bound, or to 1 near 0."""


def declaration_faults(spec: AlgorithmSpec) -> Iterator[str]:
    """Return what is wrong with a declaration."""
    if not spec.summary.endswith("."):
        yield f"its summary must be a sentence with a full stop, found {spec.summary!r}"
    for name, schema in properties(spec).items():
        if "description" not in schema:
            yield f"{name} must have a description (coronal.Parameter)"
        for part in parts(schema):
            yield from _unbounded(name, part)


def properties(spec: AlgorithmSpec) -> dict[str, JsonSchema]:
    """Return the JSON schema of each parameter, by name."""
    schemas = spec.parameters.get("properties")
    return {n: s for n, s in schemas.items() if isinstance(s, dict)} if isinstance(schemas, dict) else {}


def allowed_edges(schema: JsonSchema) -> Iterator[JsonValue]:
    """Yield the values at the edge of what a parameter may be: its bounds, and all of its choices."""
    for part in _alternatives(schema):
        if part.get("type") == "boolean":
            yield from (False, True)
        choices = part.get("enum")
        yield from choices if isinstance(choices, list) else ()
        for key, inwards in (
            ("minimum", 0),
            ("maximum", 0),
            ("exclusiveMinimum", 1),
            ("exclusiveMaximum", -1),
        ):
            yield from _beside(part, key, inwards)


def refused_edges(schema: JsonSchema) -> Iterator[JsonValue]:
    """Yield the values just beyond the bounds of a parameter."""
    for part in _alternatives(schema):
        for key, inwards in (
            ("minimum", -1),
            ("maximum", 1),
            ("exclusiveMinimum", 0),
            ("exclusiveMaximum", 0),
        ):
            yield from _beside(part, key, inwards)


def _alternatives(schema: JsonSchema) -> Iterator[JsonSchema]:
    kinds = schema.get("anyOf")
    yield schema
    yield from (kind for kind in kinds if isinstance(kind, dict)) if isinstance(kinds, list) else ()


def _beside(part: JsonSchema, key: str, direction: int) -> Iterator[JsonValue]:
    bound = part.get(key)
    if isinstance(bound, int | float):
        if part.get("type") == "integer":
            yield int(bound) + direction
        else:
            yield bound + direction * _STEP * max(1.0, abs(bound))


def _unbounded(name: str, part: JsonSchema) -> Iterator[str]:
    if part.get("type") not in ("number", "integer") or {"enum", "const"} & set(part):
        return
    if not {"minimum", "exclusiveMinimum"} & set(part):
        yield f"{name} must have a lowest value (minimum or above)"
    if not {"maximum", "exclusiveMaximum"} & set(part):
        yield f"{name} must have a highest value (maximum or below)"
