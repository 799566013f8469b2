"""Where words go: results to standard output, all else to standard error."""

import json
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, RenderableType

__all__ = ["Screen"]


@dataclass(frozen=True)
class Screen:
    """The two streams of a command. With ``--json`` there is nothing but JSON on standard output.

    Parameters
    ----------
    is_json
        Whether a script reads it.
    """

    is_json: bool
    results: Console = field(default_factory=lambda: Console(highlight=False))
    messages: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def show(self, *parts: RenderableType) -> None:
        """Show a result to a person."""
        if not self.is_json:
            for part in parts:
                self.results.print(part, markup=False, soft_wrap=isinstance(part, str))

    def give(self, body: Any) -> None:
        """Give a result to a script, as one JSON document in one line."""
        if self.is_json:
            print(json.dumps(body, ensure_ascii=False), file=self.results.file, flush=True)

    def say(self, text: str) -> None:
        """Say what happens."""
        self.messages.print(text, markup=False, soft_wrap=True)
