"""YAML text to what it holds: what is doubtful, too deep or too full is refused as soon as it is met.

The parser is Python and needs some 0.04 ms for each value, and for flow collections inside of each other the
square of their depth, since each could turn out to be a key: so both are bounded while it reads.
"""

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)
from ruamel.yaml.parser import Parser
from ruamel.yaml.scanner import Scanner
from ruamel.yaml.tokens import DirectiveToken

from coronal.pipelines.errors import BadPipeline
from coronal.pipelines.json_text import MAX_VALUES, check_depth

__all__ = ["MAX_YAML_VALUES", "read_yaml"]

MAX_YAML_VALUES = 1_000
"""Keys and values in a document of YAML."""

_MAX_NAME_LENGTH = 100
_NO_KEYS = -1


def read_yaml(text: str) -> object:
    """Read a document of YAML 1.2.

    Raises
    ------
    BadPipeline
        When it holds what is refused.
    ruamel.yaml.error.YAMLError, ValueError
        When it is no YAML.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _CheckedScanner
    yaml.Parser = _CheckedParser
    return yaml.load(text)


class _CheckedScanner(Scanner):
    """Refuses flow collections that are nested too deep: it looks 1,024 characters ahead of the parser."""

    def fetch_flow_collection_start(self, kind: object, to_push: str) -> None:
        check_depth(len(self.flow_context) + 1)
        super().fetch_flow_collection_start(kind, to_push)


class _CheckedParser(Parser):
    """Refuses what is doubtful, too deep or too full as soon as it is met: all behind it is never read."""

    _values = 0

    def __init__(self, loader: object) -> None:
        super().__init__(loader)
        self._open: list[int] = []
        """Of each mapping that is open, how many keys and values it has so far; of each list, nothing."""

    def get_event(self) -> Event:
        event: Event = super().get_event()
        _refuse_doubtful(event)
        if isinstance(event, CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, ScalarEvent | CollectionStartEvent):
            self._count(event)
        return event

    def process_directives(self) -> object:
        if self.scanner.check_token(DirectiveToken):
            raise BadPipeline("the document must have no directive, found one that starts with %")
        return super().process_directives()

    def _count(self, event: ScalarEvent | CollectionStartEvent) -> None:
        self._values += 1
        if self._values > MAX_YAML_VALUES:
            raise BadPipeline(
                f"a YAML document must have at most {MAX_YAML_VALUES:,} keys and values, found more; "
                f"one of JSON may have {MAX_VALUES:,}"
            )
        is_mapping = isinstance(event, MappingStartEvent)
        if self._open and self._open[-1] >= 0:
            is_key = self._open[-1] % 2 == 0
            self._open[-1] += 1
            if is_key and isinstance(event, CollectionStartEvent):
                raise BadPipeline(f"each key must be a text, found a {'mapping' if is_mapping else 'list'}")
        if isinstance(event, CollectionStartEvent):
            self._open.append(0 if is_mapping else _NO_KEYS)
            check_depth(len(self._open))


def _refuse_doubtful(event: Event) -> None:
    match event:
        case AliasEvent():
            raise BadPipeline(f"the document must have no alias, found *{event.anchor[:_MAX_NAME_LENGTH]}")
        case ScalarEvent() | CollectionStartEvent() if event.anchor is not None:
            raise BadPipeline(f"the document must have no anchor, found &{event.anchor[:_MAX_NAME_LENGTH]}")
        case ScalarEvent(value="<<", style=None):
            raise BadPipeline("the document must have no merge, found the key <<")
        case ScalarEvent() | CollectionStartEvent() if event.ctag:
            raise BadPipeline(f"the document must have no tag, found {str(event.tag)[:_MAX_NAME_LENGTH]}")
