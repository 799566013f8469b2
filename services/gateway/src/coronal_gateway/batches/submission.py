"""The submission of a batch: each image is stored as it arrives, and all are admitted in one step."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from coronal.errors import BadArchive, BadParameter, InputError, UnknownFormat
from coronal.formats.bounded_zip import ZIP_SIGNATURE
from coronal.spec import HEAD_BYTES
from coronal_gateway.batches.archive import ArchivedFile, archived_files
from coronal_gateway.batches.commits import Commits
from coronal_gateway.batches.pins import BatchPins
from coronal_gateway.batches.references import BatchReferences
from coronal_gateway.batches.uploads import ArchiveUpload, ItemUpload
from coronal_gateway.http.admission import admit_journaled
from coronal_gateway.http.errors import NoValidItem, TooManyItems
from coronal_gateway.http.executor import each_offloaded
from coronal_gateway.http.multipart import FilePart
from coronal_gateway.http.submission import PipelineSubmission
from coronal_gateway.http.uploads import ImageUpload, path_name
from coronal_gateway.pipelines.plan import Plan
from coronal_gateway.services import Services
from coronal_jobs.errors import NotFound
from coronal_jobs.ids import new_job_id
from coronal_jobs.journal.submission_journal import Entry, names_of
from coronal_jobs.records.admission import Admission, Terms
from coronal_jobs.records.batch import BatchOrder, Item, RefusedItem
from coronal_jobs.records.job import Input

__all__ = ["BatchSubmission"]

_PAIRED = "sent with the name of an image, which may have another suffix"


class BatchSubmission(PipelineSubmission):
    """A batch while its parts arrive; unless it is admitted, nothing of it remains."""

    files = ("image", "reference", "archive")
    repeatable = ("image", "reference")

    def __init__(self, at: Services, *, key: str = "") -> None:
        super().__init__(at, key=key)
        self._max_items = min(at.settings.max_batch_items, at.settings.max_active_jobs)
        self._id = new_job_id()
        self._count = 0
        self._refused: list[RefusedItem] = []
        self._pins = BatchPins(at.blob_references, self._id)
        self._commits = Commits()
        self._references = BatchReferences()
        self._upload: ImageUpload | None = None
        self._archive: BinaryIO | None = None
        self._may_be_admitted = False

    def add_stored(self, images: Sequence[tuple[str, str, str]]) -> None:
        """Add images that were uploaded before.

        Parameters
        ----------
        images
            SHA-256 and name of each image, and the SHA-256 of its reference; empty for none.

        Raises
        ------
        TooManyItems
            When there are too many.
        """
        if len(images) > self._max_items:
            raise TooManyItems(self._max_items)
        self._pins.add([one for sha256, _, reference in images for one in (sha256, reference) if one])
        for sha256, sent_name, reference in images:
            number, name = self._next_number(), path_name(sent_name)
            try:
                self._commits.add_stored(number, self._find(sha256, name))
                if reference:
                    self._references.add_stored(number, self._find(reference, name))
            except (NotFound, UnknownFormat, BadArchive) as wrong:
                self._refuse(number, name, wrong)

    def renewing_pins(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the pieces of a body, and renew the pins of what has arrived meanwhile.

        Raises
        ------
        StoreFull
            When there is no room left: workers need the rest to finish what was admitted.
        """
        for piece in self._pins.renewed(body):
            self._at.capacity.require_room()
            yield piece

    def _open_file(self, part: str, name: str) -> FilePart:
        match part:
            case "image":
                return self._new_item(name)
            case "reference":
                return self._new_reference(path_name(name))
        self._archive = self._at.blobs.scratch()
        limit_bytes = self._at.settings.max_batch_bytes
        return ArchiveUpload(self._archive, limit_bytes, self._unpack, self._at.executor)

    def _admit(self) -> Admission:
        plan = self._complete_plan(has_image=True, has_reference=len(self._references) > 0)
        items = self._paired_items(plan)
        if not items:
            raise NoValidItem(self._refused)
        order = BatchOrder(
            id=self._id,
            pipeline=plan.pipeline,
            stage_groups=plan.stage_groups,
            seed=self._seed,
            items=items,
            refused=tuple(self._refused),
        )
        self._pins.add(order.pipeline.models)
        entries = [Entry.of(one, Terms()) for one in order.orders()]
        self._at.blob_references.submission_journal.put(*entries)
        self._may_be_admitted = True
        admission = admit_journaled(
            lambda: self._at.batches.admit(order, self._terms), lambda: self._withdraw(order)
        )
        self._may_be_admitted = False
        return admission

    def _discard(self) -> None:
        self._commits.close()
        self._references.close()
        if self._upload is not None:
            self._upload.discard()
        if self._archive is not None:
            with suppress(OSError):  # what a full disk didn't take is still in the buffer
                self._archive.close()
        # Where nobody knows whether Redis has admitted it the pins expire. Else they go at once: a full disk
        # needs the room.
        if not self._may_be_admitted:
            self._pins.remove()

    def _withdraw(self, order: BatchOrder) -> None:
        """Take a batch out of the journal, and then delete the jobs that the janitor recovered from there."""
        self._may_be_admitted = False
        at = self._at
        at.blob_references.submission_journal.remove(name for one in order.orders() for name in names_of(one))
        for job_id in at.jobs.known([item.job for item in order.items]):
            with suppress(NotFound):
                at.blob_references.remove(at.jobs.delete(job_id).unreferenced)

    def _paired_items(self, plan: Plan) -> tuple[Item, ...]:
        """Return the accepted images, each with its reference; refuse those that lack one."""
        sent = self._commits.inputs()
        if not plan.wants_reference:
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
        if self._count == self._max_items:
            raise TooManyItems(self._max_items)
        self._at.capacity.require_room()
        self._count += 1
        return self._count

    def _new_item(self, sent_name: str) -> ItemUpload:
        number, name = self._next_number(), path_name(sent_name)
        return ItemUpload(
            self._new_upload(name),
            lambda upload: self._commits.add(number, self._pinned(upload)),
            lambda wrong: self._refuse(number, name, wrong),
        )

    def _new_reference(self, name: str) -> ItemUpload:
        if len(self._references) == self._max_items:
            raise TooManyItems(self._max_items)
        self._at.capacity.require_room()
        return ItemUpload(
            self._new_upload(name),
            lambda upload: self._references.add(name, self._pinned(upload)),
            lambda wrong: self._references.refuse(name, wrong),
        )

    def _new_upload(self, name: str) -> ImageUpload:
        self._upload = super()._new_upload(name)
        return self._upload

    def _unpack(self, file: BinaryIO) -> None:
        settings = self._at.settings
        found = archived_files(file, max_items=self._max_items, max_bytes=settings.max_batch_bytes)
        for archived in each_offloaded(self._at.executor, found):
            self._unpack_file(archived)

    def _unpack_file(self, archived: ArchivedFile) -> None:
        item = self._new_item(archived.name)
        try:
            for piece in self.renewing_pins(each_offloaded(self._at.executor, archived.pieces())):
                item.write(piece)
                if item.is_refused:
                    return
        except BadArchive as wrong:
            item.break_off(wrong)
            return
        item.check()

    def _pinned(self, upload: ImageUpload) -> ImageUpload:
        self._pins.add([upload.described().sha256])
        self._upload = None
        return upload

    def _refuse(self, number: int, name: str, wrong: InputError) -> None:
        self._refused.append(RefusedItem(number=number, name=name, code=wrong.code, message=str(wrong)))

    def _find(self, sha256: str, name: str) -> Input:
        blob, head = self._at.blobs.look(sha256, HEAD_BYTES)
        return Input(name=name, sha256=sha256, size_bytes=blob.size_bytes, format=self._format_of(head))

    def _format_of(self, head: bytes) -> str:
        try:
            return super()._format_of(head)
        except UnknownFormat as unknown:
            if head.startswith(ZIP_SIGNATURE):  # where no reader takes a zip as an image of several files
                raise BadArchive(
                    "an archive must be the part `archive`, and is not unpacked within another"
                ) from unknown
            raise
