"""YAML and JSON text to plain data, with every doubt refused."""

from collections.abc import Iterator
from typing import cast

from pydantic import JsonValue
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from coronal_jobs.errors import BadPipeline

__all__ = ["LARGEST_DOCUMENT", "load"]

LARGEST_DOCUMENT = 65_536
"""The largest document that is read, in characters."""

_DEEPEST = 20


def load(text: str) -> JsonValue:
    """Read a document of YAML 1.2, of which JSON is a part.

    A key that stands twice, an alias, a tag and a date are refused: none is needed, and each is a way to
    mean something else than was written.

    Raises
    ------
    BadPipeline
        When the text is no such document, with the line and column.

    Examples
    --------
    >>> load("stages: [otsu, shape]")
    {'stages': ['otsu', 'shape']}
    """
    if len(text) > LARGEST_DOCUMENT:
        raise BadPipeline(
            f"a pipeline must be of at most {LARGEST_DOCUMENT:,} characters, found {len(text):,}"
        )
    try:
        _refuse_aliases(text)
        return _plain(YAML(typ="safe", pure=True).load(text))
    except MarkedYAMLError as wrong:
        raise BadPipeline(f"the document is neither YAML nor JSON: {_place(wrong)}") from wrong
    except (YAMLError, ValueError) as wrong:
        raise BadPipeline("the document is neither YAML nor JSON: it holds what no such text can") from wrong
    except RecursionError:
        raise BadPipeline(f"the document must be nested at most {_DEEPEST} deep, found more") from None


def _refuse_aliases(text: str) -> None:
    for event in cast("Iterator[object]", YAML(typ="safe", pure=True).parse(text)):
        if isinstance(event, AliasEvent):
            raise BadPipeline(f"the document must have no alias, found *{event.anchor}")


def _place(wrong: MarkedYAMLError) -> str:
    mark = wrong.problem_mark or wrong.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{(wrong.problem or wrong.context or 'it ends too early').splitlines()[0]}"


def _plain(value: object, depth: int = 0) -> JsonValue:
    if depth > _DEEPEST:
        raise RecursionError
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list():
            return [_plain(item, depth + 1) for item in value]
        case dict():
            if not all(isinstance(key, str) for key in value):
                wrong = next(key for key in value if not isinstance(key, str))
                raise BadPipeline(f"each key must be a text, found {wrong!r}")
            return {key: _plain(item, depth + 1) for key, item in value.items()}
    raise BadPipeline(f"a value must be a text, number, list or mapping, found a {type(value).__name__}")
