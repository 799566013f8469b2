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
from coronal_gateway.batch_references import BatchReferences
from coronal_gateway.batch_uploads import ArchiveUpload, ItemUpload
from coronal_gateway.errors import BadArchive, NoGoodItem, TooManyItems
from coronal_gateway.multipart import FilePart
from coronal_gateway.parts import Plan, check_reference, format_of, note_once, plan_of, required, seed_of
from coronal_gateway.services import Services
from coronal_gateway.uploads import ImageUpload, path_name
from coronal_jobs.batch import BatchOrder, Item, RefusedItem
from coronal_jobs.errors import NotFound, StoreFull
from coronal_jobs.ids import new_job_id
from coronal_jobs.job import Input
from coronal_jobs.store.admission import Admission, Terms
from coronal_jobs.store.intake import Entry, names_of

__all__ = ["BatchSubmission"]

_PAIRED = "sent with the name of an image, which may have another suffix"


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

    files = ("image", "reference", "archive")

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
        self._references = BatchReferences()
        self._upload: ImageUpload | None = None
        self._archive: BinaryIO | None = None
        self._may_be_admitted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._commits.close()
        self._references.close()
        if self._upload is not None:
            self._upload.discard()
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
                self._plan = plan_of(self._at, text)
            case "seed":
                note_once(self._given, part)
                self._seed = seed_of(text)
            case "image" | "reference" | "archive":
                raise BadParameter(part, found=shown(text), allowed="a file, sent with its name")
            case _:
                raise BadParameter(
                    part, found=None, allowed="one of pipeline, seed, image, reference, archive"
                )

    def add_file(self, part: str, name: str) -> FilePart:
        """Take an image, a reference, or the archive, and give what its bytes are to be written to.

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
        if part == "reference":
            return self._new_reference(path_name(name))
        note_once(self._given, part)
        self._archive = self._at.blobs.scratch()
        limit_bytes = self._at.settings.largest_batch_bytes
        return ArchiveUpload(self._archive, limit_bytes, self._unpack, self._at.aside)

    def add_earlier(self, images: Sequence[tuple[str, str, str]]) -> None:
        """Take images whose bytes are there already, each by its SHA-256, and with a name.

        Behind them stands the SHA-256 of the image's reference; empty for none.

        Raises
        ------
        TooManyItems
            When they are more than there may be.
        """
        if len(images) > self._most_items:
            raise TooManyItems(self._most_items)
        self._holds.add([one for sha256, _, reference in images for one in (sha256, reference) if one])
        for sha256, sent_name, reference in images:
            number, name = self._next_number(), path_name(sent_name)
            try:
                self._commits.add_kept(number, self._find(sha256, name))
                if reference:
                    self._references.keep_earlier(number, self._find(reference, name))
            except (NotFound, UnknownFormat, BadArchive) as wrong:
                self._refuse(number, name, wrong)

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
            When the pipeline is missing; or all references are, or have come for nothing.
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
        items = self._items(planned)
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

    def _items(self, planned: Plan) -> tuple[Item, ...]:
        """Give the images that are taken, each with its reference; refuse those that lack one."""
        check_reference(planned, has_one=len(self._references) > 0)
        sent = self._commits.inputs()
        if not planned.wants_reference:
            return tuple(Item(number=number, job=new_job_id(), input=image) for number, image in sent)
        for name in self._references.unpaired([*(image.name for _, image in sent), *self._refused_names()]):
            self._count += 1
            self._refuse(self._count, name, BadParameter("reference", found=None, allowed=_PAIRED))
        items = []
        for (number, image), reference in zip(sent, self._references.paired(sent), strict=True):
            if isinstance(reference, InputError):
                self._refuse(number, image.name, reference)
            else:
                items.append(Item(number=number, job=new_job_id(), input=image, reference=reference))
        return tuple(items)

    def _refused_names(self) -> list[str]:
        return [one.name for one in self._refused]

    def _next_number(self) -> int:
        if self._count == self._most_items:
            raise TooManyItems(self._most_items)
        self._at.capacity.require_room()
        self._count += 1
        return self._count

    def _new_item(self, sent_name: str) -> ItemUpload:
        number, name = self._next_number(), path_name(sent_name)
        return ItemUpload(
            self._new_upload(name),
            lambda upload: self._commits.add(number, self._held(upload)),
            lambda wrong: self._refuse(number, name, wrong),
        )

    def _new_reference(self, name: str) -> ItemUpload:
        if len(self._references) == self._most_items:
            raise TooManyItems(self._most_items)
        self._at.capacity.require_room()
        return ItemUpload(
            self._new_upload(name),
            lambda upload: self._references.keep(name, self._held(upload)),
            lambda wrong: self._references.refuse(name, wrong),
        )

    def _new_upload(self, name: str) -> ImageUpload:
        writer = self._at.blobs.writer(limit_bytes=self._at.settings.largest_upload_bytes)
        self._upload = ImageUpload(name, writer, self._format_of)
        return self._upload

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

    def _held(self, upload: ImageUpload) -> ImageUpload:
        self._holds.add([upload.described().sha256])
        self._upload = None
        return upload

    def _refuse(self, number: int, name: str, wrong: InputError) -> None:
        self._refused.append(RefusedItem(number=number, name=name, code=wrong.code, message=str(wrong)))

    def _find(self, sha256: str, name: str) -> Input:
        blob, head = self._at.blobs.look(sha256, HEAD_BYTES)
        return Input(name=name, sha256=sha256, size_bytes=blob.size_bytes, format=self._format_of(head))

    def _format_of(self, head: bytes) -> str:
        try:
            return format_of(self._at, head)
        except UnknownFormat as unknown:
            if head.startswith(SIGNATURE):  # where no reader takes a zip as an image of several files
                raise BadArchive(
                    "an archive must be the part `archive`, and is not unpacked within another"
                ) from unknown
            raise
