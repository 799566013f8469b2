"""Server-sent events, as lines become them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["ServerEvent", "events_of"]


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: what kind it is of, what to ask for the next ones by, and what it tells.

    One of no kind tells nothing but what to ask by.
    """

    kind: str
    id: str
    data: str


def events_of(lines: Iterable[str]) -> Iterator[ServerEvent]:
    r"""Give events as their lines come; one that breaks off before its empty line is none.

    >>> list(events_of(["event: log", "id: 7", "data: one", "data: two", "", ": alive", "", "data: cut"]))
    [ServerEvent(kind='log', id='7', data='one\ntwo')]
    >>> list(events_of(["id: 8", ""]))
    [ServerEvent(kind='', id='8', data='')]
    """
    fields: dict[str, str] = {}
    data: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        if not line:
            if data or fields.keys() == {"id"}:
                kind = fields.get("event", "message" if data else "")
                yield ServerEvent(kind, fields.get("id", ""), "\n".join(data))
            fields, data = {}, []
        elif name == "data":
            data.append(value.removeprefix(" "))
        elif name:
            fields[name] = value.removeprefix(" ")
