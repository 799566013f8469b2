"""The common part of all submissions: parts are checked as they arrive, and admitted at the end."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from types import TracebackType
from typing import Self

from coronal.errors import BadParameter, UnknownFormat, shown
from coronal_gateway.http.errors import MissingPart
from coronal_gateway.http.multipart import FilePart
from coronal_gateway.http.uploads import ImageUpload
from coronal_gateway.pipelines.plan import Plan, plan_of
from coronal_gateway.services import Services
from coronal_jobs.pipeline.catalogue import Catalogue
from coronal_jobs.records.admission import Admission

__all__ = ["PipelineSubmission", "Submission"]

_MAX_SEED = 2**32 - 1
_FILE_PART = "a file part with a filename"


class Submission(ABC):
    """A request for a job or a batch while its parts arrive; unless it is admitted, nothing of it remains.

    Parameters
    ----------
    at
        Services of the gateway.
    key
        Idempotency key of the request; empty for none.

    Attributes
    ----------
    texts, files
        Names of the parts that are text, and of those that are files.
    repeatable
        Names of the parts that may be sent more than once.
    is_replayed
        Whether `admit` found what was admitted under the same key before.

    Raises
    ------
    StoreFull
        When there is no room for it.
    NoWorkers
        When no worker has ever published what it offers.
    StoreUnavailable
        When Redis doesn't answer.
    """

    texts: Collection[str] = ()
    files: Collection[str] = ()
    repeatable: Collection[str] = ()

    def __init__(self, at: Services, *, key: str = "") -> None:
        at.capacity.require_room()
        at.catalogue.require_workers()
        self.is_replayed = False
        self._at = at
        self._terms = at.terms(key)
        self._received: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._discard()

    def add_text(self, part: str, text: str) -> None:
        """Check a text part and keep it.

        Raises
        ------
        BadParameter
            When the part is unknown, a file, sent twice, or its text is wrong.
        BadPipeline
            When it is a pipeline that can't be run.
        """
        self._note(part)
        if part in self.files:
            raise BadParameter(part, found=shown(text), allowed=_FILE_PART)
        self._keep_text(part, text)

    def add_file(self, part: str, name: str) -> FilePart:
        """Start receiving a file, and return what its bytes are to be written to.

        Raises
        ------
        BadParameter
            When the part is unknown or sent twice.
        CoronalError
            When it can't be taken for another reason.
        """
        self._note(part)
        return self._open_file(part, name)

    def admit(self) -> str:
        """Queue what was sent, and return the id of the job or batch; or of that admitted under the same key.

        Raises
        ------
        BadParameter
            When a part is missing, or there is one too many.
        IdempotencyConflict
            When the same key came with something else before.
        QueueFull
            When the queue has no place for it.
        StoreUnavailable
            When it can't be stored.
        """
        admission = self._admit()
        self.is_replayed = admission.is_replayed
        return admission.job_id()

    @abstractmethod
    def _keep_text(self, part: str, text: str) -> None:
        """Check one of the `texts` and keep it."""

    @abstractmethod
    def _open_file(self, part: str, name: str) -> FilePart:
        """Start receiving one of the `files`."""

    @abstractmethod
    def _admit(self) -> Admission:
        """Check that all parts are there, and admit them."""

    @abstractmethod
    def _discard(self) -> None:
        """Remove what wasn't admitted."""

    def _note(self, part: str) -> None:
        known = (*self.texts, *self.files)
        if part not in known:
            raise BadParameter(part, found=None, allowed=f"one of the parts {', '.join(known)}")
        if part in self._received and part not in self.repeatable:
            raise BadParameter(part, found=None, allowed="given once, found twice")
        self._received.add(part)


class PipelineSubmission(Submission):
    """A submission of images for a pipeline."""

    texts = ("pipeline", "seed")

    def __init__(self, at: Services, *, key: str = "") -> None:
        super().__init__(at, key=key)
        self._plan: Plan | None = None
        self._seed = 0

    def _keep_text(self, part: str, text: str) -> None:
        if part == "pipeline":
            self._plan = plan_of(self._at, text)
        else:
            self._seed = _parse_seed(text)

    def _complete_plan(self, *, has_image: bool, has_reference: bool) -> Plan:
        """Return the plan; BadParameter when a part is missing, or there is a reference for no stage."""
        if self._plan is None:
            raise MissingPart("pipeline", "a name, or a document in YAML or JSON")
        if not has_image:
            raise MissingPart("image", _FILE_PART)
        if self._plan.wants_reference and not has_reference:
            raise MissingPart("reference", f"the label map to compare with, {_FILE_PART}")
        if has_reference and not self._plan.wants_reference:
            raise BadParameter("reference", found="a file", allowed="left out: no stage compares with it")
        return self._plan

    def _new_upload(self, name: str) -> ImageUpload:
        writer = self._at.blobs.writer(limit_bytes=self._at.settings.max_upload_bytes)
        return ImageUpload(name, writer, self._format_of)

    def _format_of(self, head: bytes) -> str:
        """Return the format of a file by its first bytes; UnknownFormat when it is of none that is read."""
        return self._at.catalogue.ask(lambda catalogue: _known_format(head, catalogue))


def _parse_seed(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_SEED))
    if not is_number or int(text) > _MAX_SEED:
        raise BadParameter("seed", found=shown(text), allowed=f"a whole number from 0 to {_MAX_SEED}")
    return int(text)


def _known_format(head: bytes, catalogue: Catalogue) -> str:
    names = [spec.name for spec in catalogue.formats if spec.knows(head)]
    if not names:
        raise UnknownFormat(head, [spec.name for spec in catalogue.formats])
    return names[0]
