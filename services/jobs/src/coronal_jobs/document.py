"""YAML and JSON text to plain data, with every doubt refused."""

from collections.abc import Iterator
from typing import cast

from pydantic import JsonValue
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    ScalarEvent,
)

from coronal.errors import shown
from coronal_jobs.errors import BadPipeline

__all__ = ["LARGEST_DOCUMENT", "load"]

LARGEST_DOCUMENT = 16_384
"""The largest document that is read, in characters: a parser takes about 0.2 s for the worst of them."""

MAX_VALUES = 2_000
"""Keys and values in a document; 64 stages of 15 parameters each have as many."""


_DEEPEST = 20
_MOST_BITS = 63
_LONGEST_REASON = 200


def load(text: str) -> JsonValue:
    """Read a document of YAML 1.2, of which JSON is a part.

    A key that stands twice, an alias, a merge (``<<``), a tag, a directive and a date are refused: none is
    needed, and each is a way to mean something else than was written.

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
        for event in _events(text):
            _refuse_doubtful(event)
        return _plain(YAML(typ="safe", pure=True).load(text))
    except BadPipeline:  # it is a ValueError too
        raise
    except MarkedYAMLError as wrong:
        raise BadPipeline(f"the document is neither YAML nor JSON: {_place(wrong)}") from wrong
    except (YAMLError, ValueError) as wrong:
        raise BadPipeline("the document is neither YAML nor JSON: it holds what no such text can") from wrong


def _events(text: str) -> Iterator[Event]:
    """Yield the events of a document while it is neither too deep nor too full, which takes long to read."""
    depth = values = 0
    for event in cast("Iterator[Event]", YAML(typ="safe", pure=True).parse(text)):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            raise BadPipeline(f"the document must be nested at most {_DEEPEST} deep, found more")
        values += isinstance(event, ScalarEvent | CollectionStartEvent)
        if values > MAX_VALUES:
            raise BadPipeline(f"the document must have at most {MAX_VALUES:,} keys and values, found more")
        yield event


def _refuse_doubtful(event: Event) -> None:
    match event:
        case AliasEvent():
            raise BadPipeline(f"the document must have no alias, found *{event.anchor}")
        case DocumentStartEvent() if event.version or event.tags:
            raise BadPipeline("the document must have no directive, found one that starts with %")
        case ScalarEvent(value="<<", style=None):
            raise BadPipeline("the document must have no merge, found the key <<")
        case ScalarEvent() | CollectionStartEvent() if event.ctag:
            raise BadPipeline(f"the document must have no tag, found {event.tag}")


def _place(wrong: MarkedYAMLError) -> str:
    mark = wrong.problem_mark or wrong.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    reason = (wrong.problem or wrong.context or "it ends too early").splitlines()[0]
    return f"{where}{reason[:_LONGEST_REASON]}"


def _plain(value: object) -> JsonValue:
    match value:
        case int() if value.bit_length() > _MOST_BITS:
            raise BadPipeline(f"a whole number must be of at most 64 bits, found {shown(value)}")
        case None | bool() | int() | float():
            return value
        case str():
            return _whole(value)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {_key(key): _plain(item) for key, item in value.items()}
    raise BadPipeline(f"a value must be a text, number, list or mapping, found a {type(value).__name__}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise BadPipeline(f"each key must be a text, found {shown(key)}")
    return _whole(key)


def _whole(text: str) -> str:
    """Join the two escapes as which JSON writes a character beyond the first 65,536 (RFC 8259, 7)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16")
