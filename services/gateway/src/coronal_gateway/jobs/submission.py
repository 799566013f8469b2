"""The submission of a job: pipeline, seed, image and reference, in any order."""

from coronal_gateway.http.admission import admit_order
from coronal_gateway.http.submission import PipelineSubmission
from coronal_gateway.http.uploads import ImageUpload, base_name
from coronal_gateway.services import Services
from coronal_jobs.ids import new_job_id
from coronal_jobs.records.admission import Admission
from coronal_jobs.records.job import Order

__all__ = ["FILES", "JobSubmission"]

FILES = ("image", "reference")
"""The parts that are image files."""


class JobSubmission(PipelineSubmission):
    """A job while its parts arrive; unless it is admitted, nothing of it remains."""

    files = FILES

    def __init__(self, at: Services, *, key: str = "") -> None:
        super().__init__(at, key=key)
        self._uploads: dict[str, ImageUpload] = {}

    def _open_file(self, part: str, name: str) -> ImageUpload:
        self._uploads[part] = self._new_upload(base_name(name))
        return self._uploads[part]

    def _admit(self) -> Admission:
        plan = self._complete_plan(
            has_image="image" in self._uploads, has_reference="reference" in self._uploads
        )
        inputs = {part: upload.described() for part, upload in self._uploads.items()}
        order = Order(
            id=new_job_id(),
            input=inputs["image"],
            reference=inputs.get("reference"),
            pipeline=plan.pipeline,
            stage_groups=plan.stage_groups,
            seed=self._seed,
        )
        return admit_order(self._at, order, self._terms, self._uploads.values())

    def _discard(self) -> None:
        for upload in self._uploads.values():
            upload.discard()
