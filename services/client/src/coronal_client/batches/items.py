"""Many images, sent and followed to their ends."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coronal_client.client import Client
from coronal_client.errors import BadFile, CoronalError, NotFound, Refused, Unfinished
from coronal_client.files.uploads import PipelineSource
from coronal_client.job import Job
from coronal_client.results import Results

__all__ = ["Item", "follow", "new_folder"]

_HOLD_S = 0.5
_SUFFIXES = re.compile(r"(\.nii\.gz|\.[a-z0-9]{1,5})$", re.IGNORECASE)


@dataclass(eq=False)
class Item:
    """An image on its way.

    Parameters
    ----------
    image
        Its path; that of a folder where it is in several files.
    pipeline
        What it is sent through.
    title
        What a person calls it; by default its file's name.
    reference
        A label map to compare with, or None.

    Attributes
    ----------
    job
        None until it is sent.
    error
        Why there is nothing of it; None where there is.
    results, folder
        What it has left, and where that is saved; None until it is.
    log
        Of a job that failed: the file with what its stages logged.
    """

    image: Path
    pipeline: PipelineSource
    title: str = ""
    reference: Path | None = None

    job: Job | None = None
    error: CoronalError | None = None
    results: Results | None = None
    folder: Path | None = None
    log: Path | None = None

    def __post_init__(self) -> None:
        self.title = self.title or self.name

    @property
    def name(self) -> str:
        """The name of its file or folder; of the folder that is worked in, too."""
        return self.image.name or self.image.resolve().name

    @property
    def is_done(self) -> bool:
        """Whether nothing changes any more."""
        return self.error is not None or self.folder is not None

    @property
    def progress(self) -> float:
        """The part of its work that is done, from 0 to 1."""
        return 1.0 if self.is_done else self.job.progress if self.job else 0.0

    @property
    def says(self) -> str:
        """How it is, in a word or two."""
        if self.error is not None:
            return "failed"
        if self.folder is not None:
            return "done"
        return (self.job.stage or self.job.state.value) if self.job else "waits"

    def submit(self, client: Client) -> None:
        """Send it; what is wrong with it alone is kept as its error."""
        try:
            self.job = client.submit(self.image, self.pipeline, reference=self.reference)
        except (BadFile, Refused) as error:
            self.error = error

    def advance(self, out: Path, *, wait_s: float) -> None:
        """Ask how it is, and save its results in a folder of its own when they are there."""
        if self.job is None or self.is_done:
            return
        try:
            self.job.refresh(wait_s=wait_s)
            if self.job.state.is_final:
                self.results = self.job.wait().results()
                self.folder = self.results.save(new_folder(out, self.name))
        except (Refused, Unfinished) as error:
            self.error = error
            self.log = _keep_log(self.job, new_folder(out, self.name) / "log.txt")


def follow(client: Client, items: Sequence[Item], out: Path, *, watch: Callable[[Item], None]) -> None:
    """Send all items, and wait until each has finished; one that fails stops no other.

    Parameters
    ----------
    client
        Of the server.
    items
        What is sent; their results are found in them.
    out
        Where each gets a folder for its results.
    watch
        Called with an item when there is news of it.

    Raises
    ------
    ServerUnreachable, Unavailable
        When the server is away for longer than the client's patience.
    """
    for item in items:
        item.submit(client)
        watch(item)
    while waiting := [item for item in items if not item.is_done]:
        # The server holds its answer for the first of them only, so that the others aren't kept waiting.
        for place, item in enumerate(waiting):
            item.advance(out, wait_s=0.0 if place else _HOLD_S)
            watch(item)


def new_folder(out: Path, image: str) -> Path:
    """Return a folder that isn't there yet: ``cells``, or ``cells-2`` where an earlier run has left that."""
    stem = _SUFFIXES.sub("", image) or "image"
    folder, number = out / stem, 2
    while folder.exists():
        folder, number = out / f"{stem}-{number}", number + 1
    return folder


def _keep_log(job: Job, path: Path) -> Path | None:
    try:
        text = job.log()
    except NotFound:
        return None
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path
