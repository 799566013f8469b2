"""The published check of an algorithm."""

import hashlib
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass

import numpy as np
from pydantic import JsonValue

from coronal.algorithms import Algorithm
from coronal.case import Output
from coronal.context import Context
from coronal.errors import BadImage, BadParameter, CoronalError
from coronal.image import Image
from coronal.spec import AlgorithmSpec
from coronal.testing.cases import degenerate_cases, good_cases

__all__ = ["check_algorithm", "declaration_faults"]

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_algorithm(
    algorithm: Algorithm[..., Output], parameters: Mapping[str, JsonValue] | None = None
) -> None:
    """Check that an algorithm keeps the contract.

    It has a name and a summary, and bounds to each number that it takes; it works on small images of each
    dimension that it declares, of several types, with and without spacing, grey and colour; it gives what its
    type says, in the shape and geometry of its input; it leaves its input as it was; the same seed gives the
    same result; it refuses a parameter that is out of bounds or unknown; and of a constant image, one pixel,
    or a NaN it makes a result or a `BadImage`, no other exception, and no warning.

    Parameters
    ----------
    algorithm
        What the decorator made.
    parameters
        Values for those that have no default, or to make it quicker on small images.

    Raises
    ------
    AssertionError
        With a line for each fault.
    """
    given = dict(parameters or {})
    faults = [
        *declaration_faults(algorithm.spec),
        *_parameter_faults(algorithm, given),
        *_run_faults(algorithm, given),
        *_degenerate_faults(algorithm, given),
    ]
    if faults:
        raise AssertionError(
            f"{algorithm.spec.name} breaks the contract:\n" + "\n".join(f"- {f}" for f in faults)
        )


def declaration_faults(spec: AlgorithmSpec) -> Iterator[str]:
    """Tell what is wrong with a declaration."""
    if not _NAME.fullmatch(spec.name):
        yield f"its name must be of lower case letters, digits and hyphens, found {spec.name!r}"
    if not spec.summary.endswith("."):
        yield f"its summary must be a sentence with a full stop, found {spec.summary!r}"
    if not spec.dimensions or not set(spec.dimensions) <= {2, 3}:
        yield f"its dimensions must be 2, 3 or both, found {spec.dimensions}"
    for name, schema in _properties(spec).items():
        if "description" not in schema:
            yield f"{name} must have a description (coronal.Parameter)"
        yield from _unbounded(name, schema)


def _unbounded(name: str, schema: Mapping[str, JsonValue]) -> Iterator[str]:
    alternatives = schema.get("anyOf")
    items = schema.get("items")
    parts = [*(alternatives if isinstance(alternatives, list) else []), items]
    for part in parts:
        if isinstance(part, dict):
            yield from _unbounded(name, part)
    if schema.get("type") in ("number", "integer") and "enum" not in schema:
        if not {"minimum", "exclusiveMinimum"} & set(schema):
            yield f"{name} must have a lowest value (minimum or above)"
        if not {"maximum", "exclusiveMaximum"} & set(schema):
            yield f"{name} must have a highest value (maximum or below)"


def _parameter_faults(algorithm: Algorithm[..., Output], given: Mapping[str, JsonValue]) -> Iterator[str]:
    _, case = next(good_cases(algorithm.spec.dimensions))
    wrong: dict[str, JsonValue] = {"no-such-parameter": 1}
    for name, schema in _properties(algorithm.spec).items():
        for bound, step in (
            ("minimum", -1),
            ("maximum", 1),
            ("exclusiveMinimum", 0),
            ("exclusiveMaximum", 0),
        ):
            limit = schema.get(bound)
            if isinstance(limit, int | float):
                wrong[name] = limit + step
    for name, value in wrong.items():
        try:
            algorithm.run(case, {**given, name: value})
        except BadParameter:
            continue
        yield f"it must refuse {name} = {value} with BadParameter"


def _run_faults(algorithm: Algorithm[..., Output], given: Mapping[str, JsonValue]) -> Iterator[str]:
    for name, case in good_cases(algorithm.spec.dimensions):
        before = _digest(case)
        fault, first = _attempt(lambda case=case: algorithm.run(case, given, Context(seed=1)))  # type: ignore[misc]
        if fault:
            yield f"{name}: {fault}"
            continue
        if _digest(case) != before:
            yield f"{name}: it changed its input"
        if isinstance(first, Image) and not np.all(np.isfinite(first.pixels)):
            yield f"{name}: it made NaN or infinity of finite values"
        if _digest(algorithm.run(case, given, Context(seed=1))) != _digest(first):
            yield f"{name}: the same seed gave another result"


def _degenerate_faults(algorithm: Algorithm[..., Output], given: Mapping[str, JsonValue]) -> Iterator[str]:
    for name, case in degenerate_cases(algorithm.spec.dimensions):
        fault, _ = _attempt(lambda case=case: algorithm.run(case, given), allowed=BadImage)  # type: ignore[misc]
        if fault:
            yield f"{name}: {fault}"


def _attempt(
    run: Callable[[], Output], allowed: type[CoronalError] | tuple[()] = ()
) -> tuple[str, Output | None]:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")
            return "", run()
    except allowed:
        return "", None
    except Exception as fault:
        return f"it raised {type(fault).__name__}: {fault}", None


def _properties(spec: AlgorithmSpec) -> dict[str, dict[str, JsonValue]]:
    properties = spec.parameters.get("properties")
    return (
        {n: s for n, s in properties.items() if isinstance(s, dict)} if isinstance(properties, dict) else {}
    )


def _digest(value: object) -> str:
    return hashlib.sha256(_bytes(value)).hexdigest()


def _bytes(value: object) -> bytes:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}".encode() + np.ascontiguousarray(value).tobytes()
    if is_dataclass(value) and not isinstance(value, type):
        return b"|".join(_bytes(getattr(value, name)) for name in value.__dataclass_fields__)
    return repr(value).encode()
