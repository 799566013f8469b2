"""The client: one server, and what can be asked of it."""

import secrets
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from coronal_client.batch import Batch
from coronal_client.batch_parts import BatchSource, form_of, parts_of
from coronal_client.batch_references import with_references
from coronal_client.changes import Change
from coronal_client.comparison.comparison import Comparison, compare
from coronal_client.datasets import Datasets
from coronal_client.job import Job
from coronal_client.models import Models
from coronal_client.server_events import ServerEvent
from coronal_client.status import State
from coronal_client.uploads import ImageSource, PipelineSource, opened, pipeline_text

__all__ = ["Client"]

_PAGE = 100


class Client(Datasets, Models):
    """Speaks to one server. Use it in one thread at a time.

    What it can do about labelled images and what was learned stands in `coronal_client.datasets` and
    `coronal_client.models`.

    Parameters
    ----------
    url
        The server's address, e.g. ``http://127.0.0.1:8000``.
    patience_s
        How long a server that has answered once may be away before a request that only reads fails, in
        seconds: a gateway that starts anew isn't noticed.

    Examples
    --------
    Send an image, and look at the table that comes back::

        client = Client("http://127.0.0.1:8000")
        results = client.submit("cells.png", ["otsu", "shape"]).wait().results()
        print(results.tables["shape"].column("area"))
    """

    def __init__(self, url: str, *, patience_s: float = 60.0) -> None:
        # httpx takes longer to import than all the rest, and `coronal --help` needs none of it.
        from coronal_client.transport import Transport  # noqa: PLC0415

        self._transport = Transport(url, patience_s=patience_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The server's address."""
        return self._transport.url

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def submit(
        self,
        image: ImageSource,
        pipeline: PipelineSource,
        *,
        reference: ImageSource | None = None,
        name: str | None = None,
        seed: int | None = None,
    ) -> Job:
        """Send an image through a pipeline.

        Parameters
        ----------
        image
            A path, the bytes of a file, or a file that is open for reading in binary mode.
        pipeline
            The name of a pipeline that the server knows; a document, YAML or JSON, as text; the
            `pathlib.Path` of a file with one; a list of stages; or the whole document as a mapping.
        reference
            A label map of the image, given as the image is, where a stage of the pipeline compares with one.
        name
            What the image is called; by default as its file is.
        seed
            What the stages' random numbers start from; by default the server's own.

        Returns
        -------
        Job
            Queued; `Job.wait` waits for its end.

        Raises
        ------
        BadFile
            When a file isn't there or can't be read.
        Refused
            When the pipeline is wrong, or the file is too large or of no format that is read.
        Unavailable
            When the server takes no job now.
        ServerUnreachable
            When it doesn't answer; whether the job was taken isn't known then.
        """
        form = {"pipeline": pipeline_text(pipeline)} | ({} if seed is None else {"seed": str(seed)})
        with ExitStack() as files:
            uploads = {"image": files.enter_context(opened(image, name))}
            if reference is not None:
                uploads["reference"] = files.enter_context(opened(reference, None))
            return Job(self._transport, self._transport.post("/v1/jobs", form, uploads))

    def submit_batch(
        self,
        images: BatchSource,
        pipeline: PipelineSource,
        *,
        references: BatchSource | None = None,
        seed: int | None = None,
    ) -> Batch:
        """Send many images through a pipeline, each as a job of its own; all are taken at once, or none is.

        Parameters
        ----------
        images
            The path of a folder or of a zip; or several paths, bytes or open files. They are read while they
            are sent. What is no image is told in `Batch.refused`, and stops no other.
        pipeline, seed
            As of `submit`.
        references
            Label maps, given as the images are, where a stage of the pipeline compares with them: for each
            image one of its name, apart from the suffix. An image without one is told in `Batch.refused`;
            those that belong to no image aren't sent.

        Raises
        ------
        BadFile
            When a file isn't there or can't be read.
        Refused
            When the pipeline is wrong, or none of the images is taken.
        Unavailable
            When the server takes no batch now.
        ServerUnreachable
            When it doesn't answer; whether the batch was taken isn't known then.
        """
        fields = {"pipeline": pipeline_text(pipeline)} | ({} if seed is None else {"seed": str(seed)})
        boundary = secrets.token_hex(16)
        parts = parts_of(images)
        if references is not None:
            parts = list(with_references(parts, parts_of(references)))
        form = form_of(fields, parts, boundary)
        media_type = f"multipart/form-data; boundary={boundary}"
        return Batch(self._transport, self._transport.post_stream("/v1/batches", form, media_type))

    def batch(self, id: str) -> Batch:
        """Give the batch of that id; `NotFound` where there is none."""
        return Batch(self._transport, self._transport.json(f"/v1/batches/{quote(id, safe='')}"))

    def batches(self, *, limit: int = _PAGE) -> Iterator[Batch]:
        """Give batches, the newest first.

        Parameters
        ----------
        limit
            How many at most.
        """
        page = self._transport.json("/v1/batches", {"limit": min(limit, _PAGE)})
        while page["batches"]:
            yield from (Batch(self._transport, body) for body in page["batches"][:limit])
            limit -= len(page["batches"])
            if limit <= 0 or not page["next"]:
                return
            page = self._transport.json(page["next"])

    def job(self, id: str) -> Job:
        """Give the job of that id; `NotFound` where there is none."""
        return Job(self._transport, self._transport.json(f"/v1/jobs/{quote(id, safe='')}"))

    def jobs(self, *, state: State | None = None, limit: int = _PAGE) -> Iterator[Job]:
        """Give jobs, the newest first.

        Parameters
        ----------
        state
            Only those that are in it.
        limit
            How many at most.
        """
        query = {"limit": min(limit, _PAGE)} | ({"state": state.value} if state else {})
        page = self._transport.json("/v1/jobs", query)
        while page["jobs"]:
            yield from (Job(self._transport, body) for body in page["jobs"][:limit])
            limit -= len(page["jobs"])
            if limit <= 0 or not page["next"]:
                return
            page = self._transport.json(page["next"])

    def replay(self, id: str, *, timeout_s: float | None = None) -> Comparison:
        """Run a job again from its provenance, wait for its end, and compare what both have left.

        Parameters
        ----------
        id
            A job that has succeeded.
        timeout_s
            How long to wait; by default as long as it takes.

        Raises
        ------
        NotFound, Refused
            When there is no such job, or none that can be run again.
        Unfinished
            When the new job fails, is cancelled, or isn't at its end in time.
        """
        job = self.job(id)
        return compare(job, job.replay().wait(timeout_s))

    def changes(
        self, *, after: str = "", jobs: Collection[str] = (), states: Collection[State] = ()
    ) -> Iterator[Change]:
        """Give every change of every job from now on as it happens, without end; what breaks off is resumed.

        Where the server has forgotten what was missed meanwhile, each job is told as it is now, so that only
        deletions can be missed; of what is told then, some can come twice.

        Parameters
        ----------
        after
            The `Change.place` of the last change that is known: then what was missed since is told first.
        jobs
            Only those of these, a few hundred at most; by default of all.
        states
            Only those after which a job is in one of these.

        Raises
        ------
        ServerUnreachable, Unavailable
            When the server is away for longer than the client's patience.
        """
        query = {"job": list(jobs), "state": [state.value for state in states]}
        events = self._transport.events("/v1/events", query, last_id=after)
        first = next(events)  # from where on the server tells: what is sent after this is seen
        return self._changes(chain([first], events), frozenset(jobs), frozenset(states))

    def plugins(self) -> dict[str, Any]:
        """Give the catalogue: what the pools offer, and the plugins that couldn't be used, with why."""
        return self._transport.json("/v1/plugins")

    def pipelines(self) -> list[dict[str, Any]]:
        """Give the pipelines that have a name."""
        return list(self._transport.json("/v1/pipelines")["pipelines"])

    def pipeline(self, name: str) -> dict[str, Any]:
        """Give the pipeline of that name; `NotFound` where there is none."""
        return self._transport.json(_pipeline_path(name))

    def save_pipeline(self, name: str, pipeline: PipelineSource) -> dict[str, Any]:
        """Keep a pipeline on the server under a name, in the place of another of that name.

        Raises
        ------
        Refused
            When it is wrong.
        """
        return self._transport.put(_pipeline_path(name), pipeline_text(pipeline))

    def delete_pipeline(self, name: str) -> None:
        """Remove the pipeline of that name; jobs that were sent through it aren't changed."""
        self._transport.delete(_pipeline_path(name))

    def _changes(
        self, events: Iterable[ServerEvent], jobs: frozenset[str], states: frozenset[State]
    ) -> Iterator[Change]:
        for event in events:
            if event.kind == "gap":
                yield from self._all_now(jobs, states)
            elif event.kind == "change":
                yield Change.told(event)

    def _all_now(self, jobs: frozenset[str], states: frozenset[State]) -> Iterator[Change]:
        for job in self.jobs(limit=sys.maxsize):
            if (not jobs or job.id in jobs) and (not states or job.state in states):
                yield Change.now(job.status)

    def live_workers(self) -> dict[str, int]:
        """Tell how many workers of each pool live.

        Raises
        ------
        Unavailable
            When the server hasn't its store.
        ServerUnreachable
            When it doesn't answer.
        """
        return dict(self._transport.json("/readyz")["workers"])


def _pipeline_path(name: str) -> str:
    return f"/v1/pipelines/{quote(name, safe='')}"
