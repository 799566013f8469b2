"""A batch, seen from outside."""

import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from coronal_client.errors import BadAnswer, WaitedTooLong
from coronal_client.job import Job
from coronal_client.status import State

if TYPE_CHECKING:
    from coronal_client.http.transport import Transport

__all__ = ["Batch", "RefusedItem"]

_HOLD_S = 20.0
_PAUSE_S = 0.2
_PAGE = 200
_REFUSED_PAGE = 1_000
_TABLES = ("measurements.csv", "predictions.csv", "comparison.csv")


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """What was sent with a batch and not taken.

    Parameters
    ----------
    number
        Its number among all that was sent, from 1.
    name
        What it was called.
    code, message
        Why.
    """

    number: int
    name: str
    code: str
    message: str


class Batch:
    """Many jobs on a server; its properties tell what the server said last.

    A `coronal_client.Client` makes it.

    Attributes
    ----------
    body
        The whole of what the server said.
    """

    def __init__(self, transport: "Transport", body: Mapping[str, Any]) -> None:
        self._transport = transport
        self._refused: tuple[RefusedItem, ...] = ()
        self._read(body)

    def __repr__(self) -> str:
        return f"<Batch {self.id} {self.progress:.0%}>"

    @property
    def id(self) -> str:
        """What it is asked for by."""
        return self._id

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of its jobs are in each state, and how many items were ``refused``."""
        return self._counts

    @property
    def progress(self) -> float:
        """Fraction of its jobs that have finished, from 0 to 1."""
        return self._progress

    @property
    def is_final(self) -> bool:
        """Whether all its jobs are at their ends."""
        return self._is_final

    @property
    def refused(self) -> tuple[RefusedItem, ...]:
        """What was not taken. The server tells the first 100 with the batch, and is asked for the others."""
        if len(self._refused) < self.counts.get("refused", 0):
            self._refused = tuple(RefusedItem(**item) for item in self._all_refused())
        return self._refused

    def refresh(self, *, wait_s: float = 0.0) -> Self:
        """Ask the server again.

        Parameters
        ----------
        wait_s
            How long the server may hold its answer until there is news, in seconds.

        Raises
        ------
        NotFound
            When the batch was deleted.
        ServerUnreachable, Unavailable
            When the server is away for longer than the client's patience.
        """
        news = self._transport.news(self._path(), self.body.get("revision", 0), wait_s=wait_s)
        if news is not None:
            self._read(news)
        return self

    def wait(
        self, timeout_s: float | None = None, *, on_progress: Callable[["Batch"], None] | None = None
    ) -> Self:
        """Wait until all its jobs are at their ends, however each of them ended.

        Parameters
        ----------
        timeout_s
            How long; by default as long as it takes.
        on_progress
            Called with the batch when there is news, a few times a second at most.

        Raises
        ------
        WaitedTooLong
            When it doesn't finish in time; it continues.
        ServerUnreachable, Unavailable
            When the server is away for longer than the client's patience.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not self.is_final:
            left_s = _HOLD_S if deadline is None else deadline - time.monotonic()
            if left_s <= 0:
                raise WaitedTooLong(self.id, timeout_s or 0.0, what="batch")
            self.refresh(wait_s=min(left_s, _HOLD_S))
            if on_progress is not None:
                on_progress(self)
            if not self.is_final:  # of thousands of small jobs there is news all the time
                time.sleep(min(_PAUSE_S, left_s))
        return self

    def jobs(self, *, state: State | None = None) -> Iterator[Job]:
        """Yield its jobs in the order of its images.

        Parameters
        ----------
        state
            Only those that are in it.
        """
        query = {"limit": _PAGE} | ({"state": state.value} if state else {})
        page = self._transport.json(self._path("/jobs"), query)
        yield from (Job(self._transport, body) for body in page["jobs"])
        while page["next"]:
            page = self._transport.json(page["next"])
            yield from (Job(self._transport, body) for body in page["jobs"])

    def _all_refused(self) -> Iterator[dict[str, Any]]:
        page = self._transport.json(self._path("/refused"), {"limit": _REFUSED_PAGE})
        yield from page["refused"]
        while page["next"]:
            page = self._transport.json(page["next"])
            yield from page["refused"]

    def measurements(self) -> str:
        """Return the measurements of all that has succeeded by now as one table, in CSV."""
        return self._transport.text(self._path("/results/measurements.csv"))

    def predictions(self) -> str:
        """Return how probable each class of each image is, of all that has succeeded by now, in CSV."""
        return self._transport.text(self._path("/results/predictions.csv"))

    def comparison(self) -> str:
        """Return how well all that has succeeded agrees with its references: mean, spread, the worst, in CSV.

        It has no row where no stage of the pipeline compares.
        """
        return self._transport.text(self._path("/results/comparison.csv"))

    def save(self, folder: str | Path) -> Path:
        """Write what has come out by now into a folder that isn't there yet, and give its path.

        It holds a folder for each image that has succeeded, ``summary.csv`` about all that was sent, and
        three tables of all: ``measurements.csv``, ``predictions.csv``, and ``comparison.csv`` with mean,
        spread and the worst images where a stage compares. It is there only when it is whole.

        Raises
        ------
        FileExistsError
            When the folder is there already, and isn't empty.
        BadAnswer
            When what comes is no whole zip.
        """
        folder = Path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as part:
            whole = Path(part, "whole")
            self._unpack(Path(part, "results.zip"), whole)
            for name in _TABLES:
                with (whole / name).open("wb") as table:
                    self._transport.download(self._path(f"/results/{name}"), table)
            try:
                whole.rename(folder)
            except OSError as error:
                raise FileExistsError(f"{folder} is there already") from error
        return folder

    def retry(self, state: State = State.FAILED) -> Self:
        """Start its failed jobs again; what has succeeded, and what was cancelled, stays as it is.

        Parameters
        ----------
        state
            `State.CANCELLED` to start those instead.
        """
        return self._step(f"/retry?state={state.value}")

    def cancel(self) -> Self:
        """End all its jobs that are queued or run, at once and for good."""
        return self._step("/cancel")

    def delete(self) -> None:
        """Remove it from the server, with all jobs, images and results."""
        self._transport.delete(self._path())

    def _path(self, below: str = "") -> str:
        return f"/v1/batches/{self.id}{below}"

    def _step(self, step: str) -> Self:
        self._read(self._transport.post(self._path(step)))
        return self

    def _unpack(self, path: Path, folder: Path) -> None:
        with path.open("w+b") as file:
            self._transport.download(self._path("/results/results.zip"), file)
            try:
                with zipfile.ZipFile(file) as archive:
                    archive.extractall(folder)  # a path that leads out of the folder is led back by it
            except zipfile.BadZipFile as broken:
                raise BadAnswer(f"the results must be a whole zip: {broken}") from broken

    def _read(self, body: Mapping[str, Any]) -> None:
        self.body = body
        try:
            self._id = str(body["id"])
            self._counts = {str(name): int(count) for name, count in body["counts"].items()}
            self._progress = float(body["progress"])
            self._is_final = bool(body["is_final"])
            self._refused = self._refused or tuple(RefusedItem(**item) for item in body.get("refused", ()))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"the answer is not that of a batch: {error!r}") from error
