"""A bar for each job, while they run."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import TaskID

from coronal_client.display.bar import progress_on
from coronal_client.items import Item

__all__ = ["Bars"]


class Bars:
    """Bars for many images, each with the stage that runs; while its context is open.

    Parameters
    ----------
    items
        What is watched.
    console
        Where they are shown. Where that is no terminal, only how each one ended is.
    """

    def __init__(self, items: Sequence[Item], console: Console) -> None:
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

    def update(self, item: Item) -> None:
        """Show how an item is now."""
        self._progress.update(self._tasks[id(item)], completed=item.progress, says=item.says)
