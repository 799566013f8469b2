"""A bar for one thing that gets on, and what is to be said of it."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from coronal_client.job import Job

__all__ = ["Bar", "JobBar", "progress_on", "said_briefly", "said_of"]


def progress_on(console: Console) -> Progress:
    """Return what shows bars, each with its title, the field ``says`` and how long it takes."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[says]}", markup=False),
        TimeElapsedColumn(),
        console=console,
    )


class Bar:
    """One bar, while its context is open.

    Parameters
    ----------
    title
        What a person calls it.
    console
        Where it is shown. Where that is no terminal, only how it ended is.
    says
        What stands behind it at first.
    """

    def __init__(self, title: str, console: Console, says: str = "") -> None:
        self._progress = progress_on(console)
        self._task = self._progress.add_task(title, total=1.0, says=says)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def move(self, progress: float, says: str) -> None:
        """Show how far it is, from 0 to 1, and what there is to say."""
        self._progress.update(self._task, completed=progress, says=says)


class JobBar(Bar):
    """A bar for a job, with its stage: of a training the epoch, and what was measured last."""

    def update(self, job: Job) -> None:
        """Show how the job is now."""
        self.move(job.progress, said_of(job))


def said_of(job: Job) -> str:
    """Return how a job is in a few words."""
    stage = "" if job.state.is_final else said_briefly(job.stage)
    return stage or job.state.value


def said_briefly(stage: str) -> str:
    """Shorten what a task says to what leaves room for the bar.

    >>> said_briefly("training: epoch 3 of 20, loss 0.31, validation accuracy 0.9")
    'epoch 3 of 20, validation accuracy 0.9'
    >>> said_briefly("otsu")
    'otsu'
    """
    first, *rest = stage.rpartition(": ")[2].split(", ")
    return ", ".join([first, *rest[-1:]])
