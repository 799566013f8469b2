"""A bar for each of many things, while they run."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import TaskID

from coronal_client.cli.display.bar import progress_on

__all__ = ["Bars", "Watched"]


class Watched(Protocol):
    """What a bar can be shown for: an image on its way, or a job that learns."""

    @property
    def title(self) -> str:
        """What a person calls it."""

    @property
    def progress(self) -> float:
        """The part of its work that is done, from 0 to 1."""

    @property
    def says(self) -> str:
        """Its state, in a word or two."""


class Bars:
    """Bars for many things, each with what it says; while its context is open.

    Parameters
    ----------
    items
        What is watched.
    console
        Where they are shown. Where that is no terminal, only how each one ended is.
    """

    def __init__(self, items: Sequence[Watched], console: Console) -> None:
        self._progress = progress_on(console)
        self._tasks: dict[int, TaskID] = {
            id(item): self._progress.add_task(item.title, total=1.0, says="waits") for item in items
        }

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, item: Watched) -> None:
        """Show how an item is now."""
        self._progress.update(self._tasks[id(item)], completed=item.progress, says=item.says)
