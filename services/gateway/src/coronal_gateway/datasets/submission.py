"""The submission of a data set: a name, and a zip or an npz of labelled images."""

from coronal.errors import BadParameter, UnknownFormat
from coronal.formats.bounded_zip import ZIP_SIGNATURE
from coronal.task_spec import DatasetTask
from coronal_gateway.http.admission import admit_order
from coronal_gateway.http.errors import MissingPart
from coronal_gateway.http.names import checked_name
from coronal_gateway.http.submission import Submission
from coronal_gateway.http.uploads import ImageUpload, base_name
from coronal_gateway.services import Services
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.planning import plan_task
from coronal_jobs.records.admission import Admission
from coronal_jobs.records.job import Order

__all__ = ["DatasetSubmission"]

_MAX_DESCRIPTION_LENGTH = 2_000


class DatasetSubmission(Submission):
    """A data set while its parts arrive; unless the job that reads it is admitted, nothing of it remains."""

    texts = ("name", "description")
    files = ("archive",)

    def __init__(self, at: Services, *, key: str = "") -> None:
        super().__init__(at, key=key)
        self._texts: dict[str, str] = {}
        self._archive: ImageUpload | None = None

    def _keep_text(self, part: str, text: str) -> None:
        if part == "description" and len(text) > _MAX_DESCRIPTION_LENGTH:
            allowed = f"a text of at most {_MAX_DESCRIPTION_LENGTH:,} characters"
            raise BadParameter(part, found=f"{len(text):,}", allowed=allowed)
        self._texts[part] = checked_name(part, text) if part == "name" else text

    def _open_file(self, part: str, name: str) -> ImageUpload:
        writer = self._at.blobs.writer(limit_bytes=self._at.settings.max_batch_bytes)
        self._archive = ImageUpload(base_name(name), writer, _format_of)
        return self._archive

    def _admit(self) -> Admission:
        if "name" not in self._texts:
            raise MissingPart("name", "the name of the data set")
        if self._archive is None:
            raise MissingPart("archive", "a zip or an npz, a file part with a filename")
        task = DatasetTask.model_validate(self._texts)
        stage_groups = self._at.catalogue.ask(lambda catalogue: plan_task(task, (), catalogue))
        order = Order(id=new_job_id(), input=self._archive.described(), task=task, stage_groups=stage_groups)
        return admit_order(self._at, order, self._terms, [self._archive])

    def _discard(self) -> None:
        if self._archive is not None:
            self._archive.discard()


def _format_of(head: bytes) -> str:
    if not head.startswith(ZIP_SIGNATURE):
        raise UnknownFormat(head, ["zip", "npz"])
    return "zip"
