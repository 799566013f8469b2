"""What a job has left, as it is told."""

from typing import Self
from urllib.parse import quote

from pydantic import Field, JsonValue

from coronal_gateway.bodies.body import Body
from coronal_gateway.bodies.jobs import job_path
from coronal_jobs.job import Artifact, Job

__all__ = ["ArtifactBody", "ResultsBody"]


class ArtifactBody(Body):
    """A file that a job has left."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    href: str

    @classmethod
    def of(cls, job: Job, artifact: Artifact) -> Self:
        """Tell of a file what its job's record says."""
        href = f"{job_path(job.id)}/results/{quote(artifact.name, safe='')}"
        return cls(**artifact.model_dump(), href=href)


class ResultsBody(Body):
    """What a job has left."""

    job: str = Field(description="Its id.")
    artifacts: tuple[ArtifactBody, ...]
    result: JsonValue = Field(
        description="The content of result.json; null where there is none or it is too large to stand here."
    )
