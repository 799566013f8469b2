"""Values of parameters, as they are written on a command line."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

import typer

__all__ = ["choices_of", "parameters_of"]


def parameters_of(options: Sequence[str]) -> dict[str, Any]:
    """Read ``name=value``: a value is JSON where it can be, else a text.

    >>> parameters_of(["C=0.5", "kernel=rbf", "layers=[16, 32]", "balanced=true"])
    {'C': 0.5, 'kernel': 'rbf', 'layers': [16, 32], 'balanced': True}
    """
    return {name: _value(text) for name, text in map(_pair, options)}


def choices_of(options: Sequence[str]) -> dict[str, list[Any]]:
    """Read ``name=value,value``: several values, each of them JSON where it can be, else a text.

    >>> choices_of(["C=0.1,1", "kernel=rbf,linear", "layers=[16, 32],[64]"])
    {'C': [0.1, 1], 'kernel': ['rbf', 'linear'], 'layers': [[16, 32], [64]]}
    """
    return {name: _values(text) for name, text in map(_pair, options)}


def _pair(option: str) -> tuple[str, str]:
    name, equals, text = option.partition("=")
    if not (name and equals and text):
        raise typer.BadParameter(f"a parameter must be written as name=value, found {option!r}")
    return name, text


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        return text


def _values(text: str) -> list[Any]:
    try:
        return list(json.loads(f"[{text}]", parse_constant=_refuse))
    except ValueError:
        return [_value(one) for one in text.split(",")]


def _refuse(constant: str) -> NoReturn:
    # JSON has no NaN and no infinity: they are texts, and what doesn't take them says so.
    raise ValueError(constant)
