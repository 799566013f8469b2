"""A data set on its way in: a name, and a zip or an npz of labelled images."""

from types import TracebackType
from typing import Self

from coronal.errors import BadParameter, UnknownFormat, shown
from coronal.task_spec import DatasetTask
from coronal_gateway.admitting import take_in
from coronal_gateway.archive import SIGNATURE
from coronal_gateway.names import checked_name
from coronal_gateway.parts import note_once
from coronal_gateway.services import Services
from coronal_gateway.uploads import ImageUpload, base_name
from coronal_jobs.ids import new_job_id
from coronal_jobs.job import Order
from coronal_jobs.planning import plan_task

__all__ = ["DatasetSubmission"]

_LONGEST_DESCRIPTION = 2_000


class DatasetSubmission:
    """What is known of a data set before its job is admitted; left without `admit`, nothing stays of it.

    Parameters
    ----------
    at
        Where it is to be admitted.
    key
        What its sender calls it, so that it can be sent again without a second job; empty for none.

    Attributes
    ----------
    is_replayed
        Whether `admit` found that it had been admitted before.
    files
        The parts that are files.

    Raises
    ------
    StoreFull
        When there is no room for it.
    NoWorkers
        When no worker has ever told what it offers.
    """

    files = ("archive",)

    def __init__(self, at: Services, *, key: str = "") -> None:
        at.capacity.require_room()
        at.catalogue.require_workers()
        self.is_replayed = False
        self._at = at
        self._terms = at.terms(key)
        self._given: set[str] = set()
        self._texts: dict[str, str] = {}
        self._archive: ImageUpload | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._archive is not None:
            self._archive.discard()

    def add_text(self, part: str, text: str) -> None:
        """Take the name or the description; BadParameter when it isn't right."""
        note_once(self._given, part)
        match part:
            case "name":
                self._texts[part] = checked_name(part, text)
            case "description" if len(text) <= _LONGEST_DESCRIPTION:
                self._texts[part] = text
            case "description":
                allowed = f"a text of at most {_LONGEST_DESCRIPTION:,} characters"
                raise BadParameter(part, found=f"{len(text):,}", allowed=allowed)
            case "archive":
                raise BadParameter(part, found=shown(text), allowed="a file, sent with its name")
            case _:
                allowed = "one of the parts of a data set: name, description, archive"
                raise BadParameter(part, found=None, allowed=allowed)

    def add_file(self, part: str, name: str) -> ImageUpload:
        """Take the archive, and give what its bytes go to; BadParameter for a second one."""
        note_once(self._given, part)
        writer = self._at.blobs.writer(limit_bytes=self._at.settings.largest_batch_bytes)
        self._archive = ImageUpload(base_name(name), writer, _format_of)
        return self._archive

    def admit(self) -> str:
        """Keep the archive, queue the job that reads it, and give the job's id.

        Raises
        ------
        BadParameter
            When name or archive is missing.
        IdempotencyConflict
            When its key came with something else before.
        QueueFull
            When there are as many jobs as there may be.
        StoreUnavailable
            When it can't be kept.
        """
        if "name" not in self._texts:
            raise BadParameter("name", found=None, allowed="given: what the data set is called")
        if self._archive is None:
            raise BadParameter("archive", found=None, allowed="given: a zip or an npz, sent with its name")
        task = DatasetTask.model_validate(self._texts)
        hops = self._at.catalogue.ask(lambda catalogue: plan_task(task, (), catalogue))
        order = Order(id=new_job_id(), input=self._archive.described(), task=task, hops=hops)
        admission = take_in(self._at, order, self._terms, [self._archive])
        self.is_replayed = admission.is_replayed
        return admission.job_id()


def _format_of(head: bytes) -> str:
    if not head.startswith(SIGNATURE):
        raise UnknownFormat(head, ["zip", "npz"])
    return "zip"
