"""Two tables or JSON documents, number by number."""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from coronal_client.comparison.verdict import Found, Verdict

__all__ = ["compare_documents", "compare_tables"]

NUMBER_TOLERANCE = 1e-9
"""Of a number itself."""

_NOTHING = 1e-12
"""What two numbers may always be apart: of what should be 0, rounding leaves something."""

_Leaf: TypeAlias = str | int | float | bool | None
_Leaves: TypeAlias = Mapping[tuple[str | int, ...], _Leaf]

_SAME_VALUES = "all values are equal; the bytes of the file aren't"


def compare_tables(one: bytes, other: bytes) -> Found:
    """Compare two CSV files cell by cell."""
    return _compare(_cells(one), _cells(other), if_same=_SAME_VALUES)


def compare_documents(one: bytes, other: bytes) -> Found:
    """Compare two JSON documents field by field; which job has left them makes no difference."""
    return _compare(_fields(one), _fields(other))


def _compare(one: _Leaves, other: _Leaves, *, if_same: str = "") -> Found:
    only = [place for place in (*one, *other) if (place in one) != (place in other)]
    if only:
        return Found(Verdict.DIFFERS, f"{_place(only[0])} only in one of both{_and_more(len(only) - 1)}")
    apart = [place for place in one if not _is_same(one[place], other[place])]
    far = [place for place in apart if not _is_near(one[place], other[place])]
    count = f"of {len(one):,} values"
    if far:
        first = f"{_place(far[0])}: {_reported(one[far[0]])} → {_reported(other[far[0]])}"
        return Found(Verdict.DIFFERS, f"{len(far):,} {count} differ; {first}")
    if apart:
        furthest = max(abs(_number(one[place]) - _number(other[place])) for place in apart)
        return Found(Verdict.WITHIN_TOLERANCE, f"{len(apart):,} {count} differ, by {furthest:.1g} at most")
    return Found(Verdict.EQUAL, if_same)


def _cells(content: bytes) -> _Leaves:
    lines = csv.reader(io.StringIO(content.decode(), newline=""))
    return {
        ("line", number, "column", column): _parsed(cell)
        for number, line in enumerate(lines, 1)
        for column, cell in enumerate(line, 1)
    }


def _fields(content: bytes) -> _Leaves:
    document = json.loads(content)
    if isinstance(document, dict):
        document.pop("job", None)
    return dict(_leaves(document, ()))


def _leaves(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], _Leaf]]:
    match value:
        case dict() if value:
            for key, part in value.items():
                yield from _leaves(part, (*place, key))
        case list() if value:
            for number, part in enumerate(value):
                yield from _leaves(part, (*place, number))
        case dict() | list():
            yield place, str(value)
        case _:
            yield place, value


def _parsed(cell: str) -> _Leaf:
    for number in (int, float):
        with suppress(ValueError):
            return number(cell)
    return cell


def _is_number(value: _Leaf) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_same(one: _Leaf, other: _Leaf) -> bool:
    if _is_number(one) and _is_number(other):
        return one == other or (math.isnan(_number(one)) and math.isnan(_number(other)))
    return type(one) is type(other) and one == other


def _is_near(one: _Leaf, other: _Leaf) -> bool:
    if not (_is_number(one) and _is_number(other)):
        return False
    return math.isclose(_number(one), _number(other), rel_tol=NUMBER_TOLERANCE, abs_tol=_NOTHING)


def _number(value: _Leaf) -> float:
    return float(value or 0.0)


def _place(place: tuple[str | int, ...]) -> str:
    return " ".join(map(str, place)) or "the whole"


def _reported(value: _Leaf) -> str:
    return json.dumps(value, ensure_ascii=False)


def _and_more(count: int) -> str:
    return f", and {count:,} more" if count else ""
