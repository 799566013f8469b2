"""A batch in a line, and its progress while it runs."""

from rich.console import Console

from coronal_client.batches.batch import Batch
from coronal_client.cli.display.bar import Bar

__all__ = ["BatchBar", "batch_line"]


def batch_line(batch: Batch) -> str:
    """Return a batch in a line: id, progress, and how many jobs are in which state."""
    return f"{batch.id}  {batch.progress:>4.0%}  {_counts(batch)}"


class BatchBar(Bar):
    """A bar for a batch, with the counts of its jobs; while its context is open.

    Parameters
    ----------
    batch
        What is watched.
    console
        Where it is shown.
    """

    def __init__(self, batch: Batch, console: Console) -> None:
        super().__init__(batch.id, console, _counts(batch))

    def update(self, batch: Batch) -> None:
        """Show how the batch is now."""
        self.move(batch.progress, _counts(batch))


def _counts(batch: Batch) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in batch.counts.items() if count)
