"""The client: one server, and what can be asked of it."""

import secrets
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from coronal_client.batches.batch import Batch
from coronal_client.batches.changes import Change
from coronal_client.batches.parts import BatchSource, form_of, parts_of
from coronal_client.batches.references import with_references
from coronal_client.comparison.comparison import Comparison, compare
from coronal_client.files.archives import opened_image
from coronal_client.files.uploads import ImageSource, PipelineSource, pipeline_text
from coronal_client.job import Job
from coronal_client.learning.datasets import Datasets
from coronal_client.learning.models import Models
from coronal_client.pipelines import Pipelines
from coronal_client.status import State

if TYPE_CHECKING:
    from httpx_sse import ServerSentEvent

__all__ = ["Client"]

_PAGE = 100


class Client(Datasets, Models, Pipelines):
    """Speaks to one server. Use it in one thread at a time.

    Its methods for data sets, models and named pipelines are in `coronal_client.learning.datasets`,
    `coronal_client.learning.models` and `coronal_client.pipelines`.

    Parameters
    ----------
    url
        The server's address, e.g. ``http://127.0.0.1:8000``.
    patience_s
        How long a server that has answered once may be away before a request that only reads fails, in
        seconds: a gateway that restarts isn't noticed.

    Examples
    --------
    Send an image, and look at the table that comes back::

        client = Client("http://127.0.0.1:8000")
        results = client.submit("cells.png", ["otsu", "shape"]).wait().results()
        print(results.tables["shape"].column("area"))
    """

    def __init__(self, url: str, *, patience_s: float = 60.0) -> None:
        # httpx takes longer to import than all the rest, and `coronal --help` needs none of it.
        from coronal_client.http.transport import Transport  # noqa: PLC0415

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
            A path, the bytes of a file, or a file that is open for reading in binary mode. A folder is an
            image in several files: a DICOM series, or a header with its data files.
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
            uploads = {"image": files.enter_context(opened_image(image, name))}
            if reference is not None:
                uploads["reference"] = files.enter_context(opened_image(reference, None))
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
            are sent. What is no image is listed in `Batch.refused`, and stops no other.
        pipeline, seed
            As of `submit`.
        references
            Label maps, given as the images are, where a stage of the pipeline compares with them: for each
            image one of its name, apart from the suffix. An image without one is listed in `Batch.refused`;
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
        """Return the batch of that id; `NotFound` where there is none."""
        return Batch(self._transport, self._transport.json(f"/v1/batches/{quote(id, safe='')}"))

    def batches(self, *, limit: int = _PAGE) -> Iterator[Batch]:
        """Yield batches, the newest first.

        Parameters
        ----------
        limit
            How many at most.
        """
        for body in self._listed("batches", {}, limit):
            yield Batch(self._transport, body)

    def job(self, id: str) -> Job:
        """Return the job of that id; `NotFound` where there is none."""
        return Job(self._transport, self._transport.json(f"/v1/jobs/{quote(id, safe='')}"))

    def jobs(self, *, state: State | None = None, limit: int = _PAGE) -> Iterator[Job]:
        """Yield jobs, the newest first.

        Parameters
        ----------
        state
            Only those that are in it.
        limit
            How many at most.
        """
        for body in self._listed("jobs", {"state": state.value} if state else {}, limit):
            yield Job(self._transport, body)

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
            When the new job fails, is cancelled, or doesn't finish in time.
        """
        job = self.job(id)
        return compare(job, job.replay().wait(timeout_s))

    def changes(
        self, *, after: str = "", jobs: Collection[str] = (), states: Collection[State] = ()
    ) -> Iterator[Change]:
        """Yield every change of every job from now on, without end; a broken connection is resumed.

        Where the server has forgotten what was missed meanwhile, each job is reported as it is now, so only
        deletions can be missed; of what is reported then, some can come twice.

        Parameters
        ----------
        after
            The `Change.place` of the last change that is known: then what was missed since comes first.
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
        """Return the catalogue: what the pools offer, and the plugins that couldn't be used, with why."""
        return self._transport.json("/v1/plugins")

    def live_workers(self) -> dict[str, int]:
        """Return how many workers of each pool live.

        Raises
        ------
        Unavailable
            When the server hasn't its store.
        ServerUnreachable
            When it doesn't answer.
        """
        return dict(self._transport.json("/readyz")["workers"])

    def _listed(self, kind: str, query: Mapping[str, str], limit: int) -> Iterator[dict[str, Any]]:
        page = self._transport.json(f"/v1/{kind}", {"limit": min(limit, _PAGE), **query})
        while page[kind]:
            yield from page[kind][:limit]
            limit -= len(page[kind])
            if limit <= 0 or not page["next"]:
                return
            page = self._transport.json(page["next"])

    def _changes(
        self, events: Iterable["ServerSentEvent"], jobs: frozenset[str], states: frozenset[State]
    ) -> Iterator[Change]:
        for event in events:
            if event.event == "gap":
                yield from self._all_now(jobs, states)
            elif event.event == "change":
                yield Change.reported(event)

    def _all_now(self, jobs: frozenset[str], states: frozenset[State]) -> Iterator[Change]:
        for job in self.jobs(limit=sys.maxsize):
            if (not jobs or job.id in jobs) and (not states or job.state in states):
                yield Change.now(job.status)
