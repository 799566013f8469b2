"""A job, seen from outside."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from coronal_client.errors import JobCancelled, JobFailed, WaitedTooLong
from coronal_client.results import Results
from coronal_client.status import Failure, State, Status

if TYPE_CHECKING:
    from coronal_client.http.transport import Transport

__all__ = ["Job"]

_HOLD_S = 20.0


class Job:
    """A job on a server; its properties tell what the server said last.

    A `coronal_client.Client` makes it.

    Attributes
    ----------
    body
        The whole of what the server said.
    """

    def __init__(self, transport: "Transport", body: Mapping[str, Any]) -> None:
        self._transport = transport
        self.body = body
        self._status = Status.of(body)

    def __repr__(self) -> str:
        return f"<Job {self.id} {self.state}>"

    @property
    def id(self) -> str:
        """What it is asked for by."""
        return self._status.id

    @property
    def status(self) -> Status:
        """All that the server said last of how it is."""
        return self._status

    @property
    def state(self) -> State:
        """Where it is on its way."""
        return self._status.state

    @property
    def progress(self) -> float:
        """The part of its work that is done, from 0 to 1."""
        return self._status.progress

    @property
    def stage(self) -> str:
        """The stage that runs; empty while none does."""
        return self._status.stage

    @property
    def failure(self) -> Failure | None:
        """Why it has failed; None where it hasn't."""
        return self._status.failure

    @property
    def warning(self) -> str:
        """What the sender should know, e.g. that no worker lives; empty where nothing is."""
        return self._status.warning

    @property
    def task(self) -> str:
        """What is done in place of a pipeline, e.g. ``training``; empty where one is run."""
        return self._status.task

    @property
    def published(self) -> str | None:
        """The data set or model that it has made, ``NAME@VERSION``; None where it has made none."""
        return self._status.published

    def refresh(self, *, wait_s: float = 0.0) -> Self:
        """Ask the server again.

        Parameters
        ----------
        wait_s
            How long the server may hold its answer until there is news, in seconds.

        Raises
        ------
        NotFound
            When the job was deleted.
        ServerUnreachable, Unavailable
            When the server is away for longer than the client's patience.
        """
        news = self._transport.news(f"/v1/jobs/{self.id}", self.body.get("revision", 0), wait_s=wait_s)
        if news is not None:
            self.body = news
            self._status = Status.of(news)
        return self

    def wait(
        self, timeout_s: float | None = None, *, on_progress: Callable[["Job"], None] | None = None
    ) -> Self:
        """Wait for its end. A server that restarts meanwhile is waited for, too.

        Parameters
        ----------
        timeout_s
            How long; by default as long as it takes.
        on_progress
            Called with the job whenever there is news.

        Raises
        ------
        JobFailed
            When it failed, with code, message and stage.
        JobCancelled
            When it was cancelled.
        WaitedTooLong
            When it doesn't finish in time; it continues.
        ServerUnreachable, Unavailable
            When the server is away for longer than the client's patience.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not self.state.is_final:
            left_s = _HOLD_S if deadline is None else deadline - time.monotonic()
            if left_s <= 0:
                raise WaitedTooLong(self.id, timeout_s or 0.0)
            self.refresh(wait_s=min(left_s, _HOLD_S))
            if on_progress is not None:
                on_progress(self)
        return self._succeeded()

    def results(self) -> Results:
        """Return what it has left; the files' bytes are fetched when they are asked for.

        Raises
        ------
        Refused
            When it isn't at a good end.
        """
        return Results(self._transport, self._transport.json(f"/v1/jobs/{self.id}/results"))

    def log(self) -> str:
        """Return what its stages have logged."""
        return self._transport.text(f"/v1/jobs/{self.id}/log")

    def log_lines(self) -> Iterator[str]:
        """Yield its log line by line as it comes, until it finishes or is deleted.

        Of a log over 10,000 lines the rest is left out; `log` gives its last.

        Raises
        ------
        ServerUnreachable, Unavailable
            When the server is away for longer than the client's patience.
        """
        for event in self._transport.events(f"/v1/jobs/{self.id}/events"):
            if event.event == "log":
                yield event.data
            elif event.event == "deleted" or (event.data and State(json.loads(event.data)["state"]).is_final):
                return

    def cancel(self) -> Self:
        """End it, at once and for good.

        Raises
        ------
        Refused
            When it is over already.
        """
        return self._step("cancel")

    def retry(self) -> Self:
        """Start it again after it failed or was cancelled; what was finished isn't done again.

        Raises
        ------
        Refused
            When it runs or has succeeded.
        """
        return self._step("retry")

    def replay(self) -> "Job":
        """Run it again from its provenance, after it has succeeded; `coronal_client.compare` compares both.

        Returns
        -------
        Job
            A new one, queued: with the same image, reference, models, seed and parameters, and the algorithms
            that are installed now.

        Raises
        ------
        Refused
            When it hasn't succeeded, isn't one of a pipeline, or what it needs isn't there any more.
        """
        return Job(self._transport, self._transport.post_once(f"/v1/jobs/{self.id}/replay", ""))

    def delete(self) -> None:
        """Remove it from the server, with its image and all results."""
        self._transport.delete(f"/v1/jobs/{self.id}")

    def _step(self, step: str) -> Self:
        self.body = self._transport.post(f"/v1/jobs/{self.id}/{step}")
        self._status = Status.of(self.body)
        return self

    def _succeeded(self) -> Self:
        if self.failure is not None:
            raise JobFailed(
                self.id, code=self.failure.code, message=self.failure.message, stage=self.failure.stage
            )
        if self.state is State.CANCELLED:
            raise JobCancelled(self.id)
        return self
