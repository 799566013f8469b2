"""A batch in a line, and its progress while it runs."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from coronal_client.batch import Batch

__all__ = ["BatchBar", "batch_line"]


def batch_line(batch: Batch) -> str:
    """Tell of a batch in a line: id, how far it is, and how many jobs are in which state."""
    return f"{batch.id}  {batch.progress:>4.0%}  {_counts(batch)}"


class BatchBar:
    """A bar for a batch, with the counts of its jobs; while its context is open.

    Parameters
    ----------
    batch
        What is watched.
    console
        Where it is shown.
    """

    def __init__(self, batch: Batch, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[counts]}", markup=False),
            TimeElapsedColumn(),
            console=console,
        )
        self._task = self._progress.add_task(batch.id, total=1.0, counts=_counts(batch))

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, batch: Batch) -> None:
        """Show how the batch is now."""
        self._progress.update(self._task, completed=batch.progress, counts=_counts(batch))


def _counts(batch: Batch) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in batch.counts.items() if count)
