"""A batch on its way in: each image is kept as it comes, and all are admitted in one step."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self

from coronal.errors import BadParameter, InputError, UnknownFormat, shown
from coronal.spec import HEAD_BYTES
from coronal_gateway.archive import SIGNATURE, Member, members
from coronal_gateway.aside import each_aside
from coronal_gateway.batch_commits import Commits
from coronal_gateway.batch_holds import BatchHolds
from coronal_gateway.batch_uploads import ArchiveUpload, ItemUpload
from coronal_gateway.errors import BadArchive, NoGoodItem, TooManyItems
from coronal_gateway.multipart import FilePart
from coronal_gateway.parts import Plan, format_of, note_once, plan_of, required, seed_of
from coronal_gateway.services import Services
from coronal_gateway.uploads import ImageUpload, path_name
from coronal_jobs.batch import BatchOrder, RefusedItem
from coronal_jobs.errors import NotFound, StoreFull
from coronal_jobs.ids import new_job_id
from coronal_jobs.job import Input
from coronal_jobs.store.admission import Admission, Terms
from coronal_jobs.store.intake import Entry, names_of

__all__ = ["BatchSubmission"]


class BatchSubmission:
    """What is known of a batch before it is admitted; left without `admit`, nothing stays of it.

    Parameters
    ----------
    at
        Where it is to be admitted.
    key
        What its sender calls it, so that it can be sent again without a second batch; empty for none.

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

    files = ("image", "archive")

    def __init__(self, at: Services, *, key: str = "") -> None:
        at.capacity.require_room()
        at.catalogue.require_workers()
        self.is_replayed = False
        self._at = at
        self._terms = at.terms(key)
        self._most_items = min(at.settings.most_batch_items, at.settings.most_active_jobs)
        self._id = new_job_id()
        self._given: set[str] = set()
        self._plan: Plan | None = None
        self._seed = 0
        self._count = 0
        self._refused: list[RefusedItem] = []
        self._holds = BatchHolds(at.holdings, self._id)
        self._commits = Commits()
        self._image: ImageUpload | None = None
        self._archive: BinaryIO | None = None
        self._may_be_admitted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._commits.close()
        if self._image is not None:
            self._image.discard()
        if self._archive is not None:
            with suppress(OSError):  # what a full disk didn't take is still in the buffer
                self._archive.close()
        # Where nobody knows whether Redis has admitted it the holds end by themselves. Else at once: a full
        # disk needs the room.
        if not self._may_be_admitted:
            self._holds.drop()

    def add_text(self, part: str, text: str) -> None:
        """Take the pipeline (a name or a document) or the seed, and check it at once.

        Raises
        ------
        BadParameter
            When the part is unknown, stands twice, or is no seed.
        BadPipeline
            When the pipeline can't be run.
        """
        match part:
            case "pipeline":
                note_once(self._given, part)
                self._plan = _without_reference(plan_of(self._at, text))
            case "seed":
                note_once(self._given, part)
                self._seed = seed_of(text)
            case "image" | "archive":
                raise BadParameter(part, found=shown(text), allowed="a file, sent with its name")
            case _:
                raise BadParameter(part, found=None, allowed="one of pipeline, seed, image, archive")

    def add_file(self, part: str, name: str) -> FilePart:
        """Take an image, or the archive, and give what its bytes are to be written to.

        Raises
        ------
        BadParameter
            For a second archive.
        TooManyItems
            When there are as many images as there may be.
        StoreFull
            When there is no room for another.
        """
        if part == "image":
            return self._new_item(name)
        note_once(self._given, part)
        self._archive = self._at.blobs.scratch()
        limit_bytes = self._at.settings.largest_batch_bytes
        return ArchiveUpload(self._archive, limit_bytes, self._unpack, self._at.aside)

    def add_earlier(self, images: Sequence[tuple[str, str]]) -> None:
        """Take images whose bytes are there already, each by its SHA-256, and with a name.

        Raises
        ------
        TooManyItems
            When they are more than there may be.
        """
        if len(images) > self._most_items:
            raise TooManyItems(self._most_items)
        self._holds.add([sha256 for sha256, _ in images])
        for sha256, name in images:
            number = self._next_number()
            try:
                self._commits.add_kept(number, self._find(sha256, path_name(name)))
            except (NotFound, UnknownFormat, BadArchive) as wrong:
                self._refuse(number, path_name(name), wrong)

    def kept(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """Give the pieces of a body, and keep what has come for as long as others still come.

        Raises
        ------
        StoreFull
            When there is no room any more: workers need the rest to end what was admitted.
        """
        for piece in self._holds.renewed(body):
            self._at.capacity.require_room()
            yield piece

    def admit(self) -> str:
        """Queue all jobs, and give the batch's id; or that of the batch that its key came with before.

        Raises
        ------
        BadParameter
            When the pipeline is missing.
        NoGoodItem
            When no image is taken.
        IdempotencyConflict
            When its key came with something else before.
        QueueFull
            When there would be more jobs than there may be.
        StoreUnavailable
            When it can't be kept.
        """
        planned = required(self._plan)
        items = self._commits.items()
        if not items:
            raise NoGoodItem(self._refused)
        order = BatchOrder(
            id=self._id,
            pipeline=planned.pipeline,
            hops=planned.hops,
            seed=self._seed,
            items=items,
            refused=tuple(self._refused),
        )
        self._holds.add(order.pipeline.models)
        entries = [Entry.of(one, Terms()) for one in order.orders()]
        self._at.holdings.intake.put(*entries)
        admission = self._admit(order)
        self.is_replayed = admission.is_replayed
        return admission.job_id()

    def _admit(self, order: BatchOrder) -> Admission:
        """Admit a batch whose jobs are in the intake; where it surely isn't admitted, take them out again."""
        self._may_be_admitted = True
        try:
            admission = self._at.batches.admit(order, self._terms)
        except StoreFull:
            self._may_be_admitted = False
            self._take_back(order)
            raise
        self._may_be_admitted = False
        if not admission.is_written:
            self._take_back(order)
        return admission

    def _take_back(self, order: BatchOrder) -> None:
        """Take a batch out of the intake, and then delete the jobs that a recovery has found there."""
        at = self._at
        at.holdings.intake.remove(name for one in order.orders() for name in names_of(one))
        for job_id in at.jobs.known([item.job for item in order.items]):
            with suppress(NotFound):
                at.holdings.remove(at.jobs.delete(job_id).unnamed)

    def _next_number(self) -> int:
        if self._count == self._most_items:
            raise TooManyItems(self._most_items)
        self._at.capacity.require_room()
        self._count += 1
        return self._count

    def _new_item(self, sent_name: str) -> ItemUpload:
        number, name = self._next_number(), path_name(sent_name)
        writer = self._at.blobs.writer(limit_bytes=self._at.settings.largest_upload_bytes)
        self._image = ImageUpload(name, writer, self._format_of)
        return ItemUpload(
            self._image,
            lambda upload: self._keep(number, upload),
            lambda wrong: self._refuse(number, name, wrong),
        )

    def _unpack(self, file: BinaryIO) -> None:
        settings = self._at.settings
        found = members(file, most_items=self._most_items, most_bytes=settings.largest_batch_bytes)
        for member in each_aside(self._at.aside, found):
            self._unpack_member(member)

    def _unpack_member(self, member: Member) -> None:
        item = self._new_item(member.name)
        try:
            for piece in self.kept(each_aside(self._at.aside, member.pieces())):
                item.write(piece)
                if item.is_refused:
                    return
        except BadArchive as wrong:
            item.break_off(wrong)
            return
        item.check()

    def _keep(self, number: int, upload: ImageUpload) -> None:
        self._holds.add([upload.described().sha256])
        self._image = None
        self._commits.add(number, upload)

    def _refuse(self, number: int, name: str, wrong: InputError) -> None:
        self._refused.append(RefusedItem(number=number, name=name, code=wrong.code, message=str(wrong)))

    def _find(self, sha256: str, name: str) -> Input:
        blob, head = self._at.blobs.look(sha256, HEAD_BYTES)
        return Input(name=name, sha256=sha256, size_bytes=blob.size_bytes, format=self._format_of(head))

    def _format_of(self, head: bytes) -> str:
        if head.startswith(SIGNATURE):
            raise BadArchive("an archive must be the part `archive`, and is not unpacked within another")
        return format_of(self._at, head)


def _without_reference(plan: Plan) -> Plan:
    if plan.wants_reference:
        allowed = "one without a stage that compares: the images of a batch come without references"
        raise BadParameter("pipeline", found="one that compares", allowed=allowed)
    return plan
