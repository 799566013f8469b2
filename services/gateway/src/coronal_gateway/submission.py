"""A job on its way in: pipeline, seed, image and reference, in whatever order they come."""

from types import TracebackType
from typing import Self

from coronal.errors import BadParameter, shown
from coronal_gateway.admitting import take_in
from coronal_gateway.parts import Plan, check_reference, format_of, note_once, plan_of, required, seed_of
from coronal_gateway.services import Services
from coronal_gateway.uploads import ImageUpload, base_name
from coronal_jobs.ids import new_job_id
from coronal_jobs.job import Order

__all__ = ["FILES", "PARTS", "Submission"]

FILES = ("image", "reference")
"""The parts that are image files."""

PARTS = (*FILES, "pipeline", "seed")
"""What a job is made from."""


class Submission:
    """What is known of a job before it is admitted; left without `admit`, nothing stays of it.

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
    StoreUnavailable
        When Redis doesn't answer.
    """

    files = FILES

    def __init__(self, at: Services, *, key: str = "") -> None:
        at.capacity.require_room()
        at.catalogue.require_workers()
        self.is_replayed = False
        self._at = at
        self._terms = at.terms(key)
        self._given: set[str] = set()
        self._plan: Plan | None = None
        self._seed = 0
        self._files: dict[str, ImageUpload] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.discard()

    def add_text(self, part: str, text: str) -> None:
        """Take the pipeline (a name or a document) or the seed, and check it at once.

        Raises
        ------
        BadParameter
            When the part is unknown, stands twice, or is no seed.
        BadPipeline
            When the pipeline can't be run.
        """
        self._note(part)
        match part:
            case "pipeline":
                self._plan = plan_of(self._at, text)
            case "seed":
                self._seed = seed_of(text)
            case _:
                raise BadParameter(part, found=shown(text), allowed="a file, sent with its name")

    def add_file(self, part: str, name: str) -> ImageUpload:
        """Take one of the `FILES`, and give what its bytes go to; BadParameter for a second one."""
        self._note(part)
        writer = self._at.blobs.writer(limit_bytes=self._at.settings.largest_upload_bytes)
        self._files[part] = ImageUpload(base_name(name), writer, lambda head: format_of(self._at, head))
        return self._files[part]

    def admit(self) -> str:
        """Keep the image, queue the job, and give its id; or that of the job that its key came with before.

        Raises
        ------
        BadParameter
            When image or pipeline is missing; or a reference is, or has come for nothing.
        IdempotencyConflict
            When its key came with another job before.
        QueueFull
            When there are as many jobs as there may be.
        StoreUnavailable
            When it can't be kept.
        """
        planned = required(self._plan)
        if "image" not in self._files:
            raise BadParameter("image", found=None, allowed="given: a file, sent with its name")
        check_reference(planned, has_one="reference" in self._files)
        described = {part: file.described() for part, file in self._files.items()}
        order = Order(
            id=new_job_id(),
            input=described["image"],
            reference=described.get("reference"),
            pipeline=planned.pipeline,
            hops=planned.hops,
            seed=self._seed,
        )
        admission = take_in(self._at, order, self._terms, self._files.values())
        self.is_replayed = admission.is_replayed
        return admission.job_id()

    def _note(self, part: str) -> None:
        if part not in PARTS:
            raise BadParameter(part, found=None, allowed=f"one of the parts of a job: {', '.join(PARTS)}")
        note_once(self._given, part)
