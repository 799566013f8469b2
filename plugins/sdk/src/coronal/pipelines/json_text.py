"""JSON text to plain data, where it surely means the same as it does to a parser of YAML."""

import json
import re
from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from coronal.pipelines.errors import BadPipeline

__all__ = ["MAX_VALUES", "check_depth", "read_json"]

MAX_VALUES = 2_000
"""Keys and values in a document; 64 stages of 15 parameters each have as many."""

_MAX_DEPTH = 20

_BEGINS = re.compile(r"[ \t\r\n]*[\[{]")

_UNLIKE_YAML = re.compile(
    r"[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that no YAML may hold, and those that are line breaks there: in JSON each stands for itself."""


def read_json(text: str) -> JsonValue:
    """Read a mapping or a list; None where the text is anything else, or a parser of YAML could see another.

    That is so where a key stands twice, too, and for NaN, Infinity and numbers of thousands of digits.

    Raises
    ------
    BadPipeline
        When it is nested too deep, or holds too much.

    Examples
    --------
    >>> read_json('{"stages": ["otsu"]}')
    {'stages': ['otsu']}
    >>> read_json("{stages: [otsu]}") is None
    True
    """
    if not _BEGINS.match(text) or _UNLIKE_YAML.search(text):
        return None
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    _check(value)
    return value


def check_depth(depth: int) -> None:
    """Refuse a document that is nested deeper than any pipeline is."""
    if depth > _MAX_DEPTH:
        raise BadPipeline(f"the document must be nested at most {_MAX_DEPTH} deep, found more")


def _check(value: JsonValue) -> None:
    depth = values = 0
    for level in _levels(value):
        depth += any(isinstance(one, dict | list) for one in level)
        values += len(level)
    check_depth(depth)
    if values > MAX_VALUES:
        raise BadPipeline(f"the document must have at most {MAX_VALUES:,} keys and values, found more")


def _levels(value: JsonValue) -> Iterator[list[JsonValue]]:
    """Yield what stands at each depth, without recursion: a text can nest deeper than a stack."""
    level = [value]
    while level:
        yield level
        level = [child for one in level for child in _children(one)]


def _children(value: JsonValue) -> Iterable[JsonValue]:
    match value:
        case dict():
            return (*value, *value.values())
        case list():
            return value
    return ()


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is no number of JSON")
