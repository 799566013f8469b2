"""Where words go: results to standard output, all else to standard error."""

import json
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, RenderableType

__all__ = ["Screen"]

_UNBOUNDED = 1_000_000
"""Letters in a line: more than any table has."""


@dataclass(frozen=True)
class Screen:
    """The two streams of a command. With ``--json`` there is nothing but JSON on standard output.

    Parameters
    ----------
    is_json
        Whether a script reads it.
    is_wide
        Whether tables are shown whole, however long and wide they are.
    """

    is_json: bool
    is_wide: bool = False
    results: Console = field(default_factory=lambda: Console(highlight=False))
    messages: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def __post_init__(self) -> None:
        """Widen the lines without limit where that is asked for."""
        if self.is_wide:
            self.results.width = _UNBOUNDED

    def show(self, *parts: RenderableType) -> None:
        """Show a result to a person."""
        if not self.is_json:
            for part in parts:
                self.results.print(part, markup=False, soft_wrap=isinstance(part, str))

    def give(self, body: Any) -> None:
        """Return a result to a script, as one JSON document in one line."""
        if self.is_json:
            print(json.dumps(body, ensure_ascii=False), file=self.results.file, flush=True)

    def say(self, text: str) -> None:
        """Print what happens."""
        self.messages.print(text, markup=False, soft_wrap=True)
