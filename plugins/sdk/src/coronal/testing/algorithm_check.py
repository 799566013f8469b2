"""The published check of an algorithm."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from pydantic import JsonValue

from coronal.algorithms.algorithm import Algorithm
from coronal.algorithms.context import Context
from coronal.errors import BadImage, BadParameter, CoronalError, shown
from coronal.spec import AlgorithmSpec, Input
from coronal.testing.cases import degenerate_cases, good_cases
from coronal.testing.declaration_check import allowed_edges, declaration_faults, properties, refused_edges
from coronal.testing.digest import digest
from coronal.types.case import Case, Output
from coronal.types.image import Image
from coronal.types.labelmap import LabelMap

__all__ = ["check_algorithm"]


def check_algorithm(
    algorithm: Algorithm[..., Output], parameters: Mapping[str, JsonValue] | None = None
) -> None:
    """Check that an algorithm keeps the contract.

    It has a summary, and a description and bounds to each number that it takes. It works on small images of
    each dimension that it declares, of several types, with and without spacing, grey and colour: it gives
    what its type says, in the shape and geometry of its input, and no NaN of finite values; it leaves its
    input as it was, and labels no padding; the same seed gives the same result; it reports its progress from
    0 to 1. It works with the label map and without, where that is optional. It works at the bounds of its
    parameters and with each of their choices, and refuses what is out of bounds or unknown. Of a constant
    image, one pixel, one slice, a mask or a NaN it makes a result or a `BadImage`, no other exception, and no
    warning; so it may of an image whose place isn't known, where it changes the geometry.

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
        *_refusal_faults(algorithm, given),
        *_edge_faults(algorithm, given),
        *_run_faults(algorithm, given),
        *_degenerate_faults(algorithm, given),
    ]
    if faults:
        raise AssertionError(
            f"{algorithm.spec.name} breaks the contract:\n" + "\n".join(f"- {f}" for f in faults)
        )


def _refusal_faults(algorithm: Algorithm[..., Output], given: Mapping[str, JsonValue]) -> Iterator[str]:
    _, case = next(good_cases(algorithm.spec.dimensions))
    wrong: list[tuple[str, JsonValue]] = [("no-such-parameter", 1)]
    for name, schema in properties(algorithm.spec).items():
        wrong += [(name, value) for value in refused_edges(schema)]
    for name, value in wrong:
        fault, output = _attempt(algorithm, case, {**given, name: value}, allowed=(BadParameter,))
        if fault or output is not None:
            yield f"it must refuse {name} = {shown(value)} with BadParameter" + (
                f"; {fault}" if fault else ""
            )


def _edge_faults(algorithm: Algorithm[..., Output], given: Mapping[str, JsonValue]) -> Iterator[str]:
    for dimensions in algorithm.spec.dimensions:
        case_name, case = next(good_cases((dimensions,)))
        for name, schema in properties(algorithm.spec).items():
            for value in allowed_edges(schema):
                # Two parameters can exclude each other, and a size can be too much for so small an image.
                values = {**given, name: value}
                fault, output = _attempt(algorithm, case, values, allowed=(BadParameter, BadImage))
                if fault := fault or _value_fault(case, output):
                    yield f"{case_name} with {name} = {shown(value)}: {fault}"


def _run_faults(algorithm: Algorithm[..., Output], given: Mapping[str, JsonValue]) -> Iterator[str]:
    for name, case in _as_it_takes_them(algorithm.spec, good_cases(algorithm.spec.dimensions)):
        before = digest(case)
        reported: list[float] = []
        # What turns an image in the patient must know how it lies there.
        may_refuse = not (algorithm.spec.keeps_geometry or case.image.geometry.is_placed)
        allowed = (BadImage,) if may_refuse else ()
        fault, first = _attempt(algorithm, case, given, allowed=allowed, progress=reported.append)
        again_fault, again = _attempt(algorithm, case, given, allowed=allowed) if not fault else ("", None)
        if fault or again_fault:
            yield f"{name}: {fault or f'run a second time, {again_fault}'}"
            continue
        if digest(case) != before:
            yield f"{name}: it changed its input"
        if value_fault := _value_fault(case, first) or _padding_fault(algorithm.spec, case, first):
            yield f"{name}: {value_fault}"
        if digest(again) != digest(first):
            yield f"{name}: the same seed gave another result"
        if not all(0.0 <= part <= 1.0 for part in reported):
            yield f"{name}: it must tell its progress from 0 to 1, found {shown(reported)}"


def _degenerate_faults(algorithm: Algorithm[..., Output], given: Mapping[str, JsonValue]) -> Iterator[str]:
    for name, case in _as_it_takes_them(algorithm.spec, degenerate_cases(algorithm.spec.dimensions)):
        fault, output = _attempt(algorithm, case, given, allowed=(BadImage,))
        if fault := fault or _value_fault(case, output):
            yield f"{name}: {fault}"


def _as_it_takes_them(spec: AlgorithmSpec, cases: Iterable[tuple[str, Case]]) -> Iterator[tuple[str, Case]]:
    for name, case in cases:
        yield name, case
        if Input.LABELS in spec.optional_inputs:
            yield f"{name} without a label map", replace(case, labels=None)


def _value_fault(case: Case, output: Output | None) -> str:
    if not isinstance(output, Image) or np.isfinite(output.pixels).all():
        return ""
    return "it made NaN or infinity of finite values" if np.isfinite(case.image.pixels).all() else ""


def _padding_fault(spec: AlgorithmSpec, case: Case, output: Output | None) -> str:
    valid = case.image.valid
    if valid is None or not isinstance(output, LabelMap) or Input.IMAGE not in spec.inputs:
        return ""
    is_on_it = output.shape == valid.shape and bool(output.labels[~valid].any())
    return "it labelled padding: make the label map by LabelMap.of(image, …)" if is_on_it else ""


def _attempt(
    algorithm: Algorithm[..., Output],
    case: Case,
    parameters: Mapping[str, JsonValue],
    *,
    allowed: tuple[type[CoronalError], ...] = (),
    progress: Callable[[float], None] = lambda _: None,
) -> tuple[str, Output | None]:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")
            return "", algorithm.run(case, parameters, Context(seed=1, progress=progress))
    except allowed:
        return "", None
    except Exception as fault:
        return f"it raised {type(fault).__name__}: {fault}", None
