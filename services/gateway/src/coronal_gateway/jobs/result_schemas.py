"""Response bodies of a job's results."""

from typing import Self
from urllib.parse import quote

from pydantic import Field, JsonValue

from coronal_gateway.http.schema import Body
from coronal_gateway.jobs.schemas import job_path
from coronal_jobs.records.job import Artifact, Job

__all__ = ["ArtifactBody", "ResultsBody"]


class ArtifactBody(Body):
    """A result file of a job."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    href: str

    @classmethod
    def of(cls, job: Job, artifact: Artifact) -> Self:
        """Build it from a job's record."""
        href = f"{job_path(job.id)}/results/{quote(artifact.name, safe='')}"
        return cls(**artifact.described(), href=href)


class ResultsBody(Body):
    """Results of a job."""

    job: str = Field(description="Id of the job.")
    artifacts: tuple[ArtifactBody, ...]
    result: JsonValue = Field(
        description="The content of result.json; null where there is none or it is too large."
    )
