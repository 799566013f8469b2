"""A job of the demonstration, from before it is sent to its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coronal_client.cli.display.bar import said_of
from coronal_client.job import Job

__all__ = ["Step", "finish"]

_HOLD_S = 0.5


@dataclass(eq=False)
class Step:
    """What a person waits for.

    Parameters
    ----------
    title
        What it is called.

    Attributes
    ----------
    job
        None until it is sent.
    """

    title: str
    job: Job | None = None

    @property
    def progress(self) -> float:
        """The part of its work that is done, from 0 to 1."""
        return self.job.progress if self.job else 0.0

    @property
    def says(self) -> str:
        """How it is, in a few words."""
        return said_of(self.job) if self.job else "waits"


def finish(sent: Sequence[tuple[Step, Job]], watch: Callable[[Step], None]) -> None:
    """Wait for jobs that run side by side until each has succeeded.

    Parameters
    ----------
    sent
        The steps, and the job of each.
    watch
        Called with a step when there is news of it.

    Raises
    ------
    JobFailed, JobCancelled
        When one has ended otherwise.
    """
    for step, job in sent:
        step.job = job
        watch(step)
    while waiting := [(step, job) for step, job in sent if not job.state.is_final]:
        # The server holds its answer for the first of them only, so that the others aren't kept waiting.
        for place, (step, job) in enumerate(waiting):
            job.refresh(wait_s=0.0 if place else _HOLD_S)
            watch(step)
    for _, job in sent:
        job.wait()
