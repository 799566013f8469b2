"""What a job has left: its results and its log."""

from flask import Response
from pydantic import JsonValue
from pydantic_core import from_json

from coronal_gateway.answers import answer
from coronal_gateway.bodies.results import ArtifactBody, ResultsBody
from coronal_gateway.errors import NotFinished, NotSucceeded
from coronal_gateway.problems import problems
from coronal_gateway.queries import JobPath, ResultPath
from coronal_gateway.sending import sent
from coronal_gateway.services import services
from coronal_gateway.views.group import group
from coronal_gateway.views.jobs import job_of
from coronal_jobs.errors import NotFound
from coronal_jobs.job import Job, State

__all__ = ["api"]

api = group("results", "What jobs have left.")

_LARGEST_RESULT_BYTES = 1 << 22
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


@api.get("/v1/jobs/<id>/results", responses={"200": ResultsBody, **problems(404, 409, 500)})
def summary(path: JobPath) -> Response:
    """Tell what a job has left, with measurements and predictions."""
    job = _succeeded(path.id)
    artifacts = tuple(ArtifactBody.of(job, artifact) for artifact in job.artifacts)
    return answer(ResultsBody(job=job.id, artifacts=artifacts, result=_result(job)))


@api.get("/v1/jobs/<id>/results/<name>", responses={"200": _BYTES, "304": None, **problems(404, 409, 500)})
def download(path: ResultPath) -> Response:
    """Give a file that a job has left."""
    job = _succeeded(path.id)
    artifact = next((artifact for artifact in job.artifacts if artifact.name == path.name), None)
    if artifact is None:
        raise NotFound("result", path.name)
    return sent(artifact)


@api.get("/v1/jobs/<id>/log", responses={"200": _TEXT, **problems(404)})
def log(path: JobPath) -> Response:
    """Give what the stages of a job have logged, with the traceback of one that failed."""
    lines = services().jobs.read_log(job_of(path.id).id)
    return Response("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")


def _succeeded(job_id: str) -> Job:
    job = job_of(job_id)
    if not job.state.is_final:
        raise NotFinished(job.state)
    if job.state is not State.SUCCEEDED:
        raise NotSucceeded(job.state, job.failure)
    return job


def _result(job: Job) -> JsonValue:
    for artifact in job.artifacts:
        if artifact.name == "result.json" and artifact.size_bytes <= _LARGEST_RESULT_BYTES:
            return _parsed(services().blobs.read(artifact.sha256))
    return None


def _parsed(text: bytes) -> JsonValue:
    try:
        result: JsonValue = from_json(text)
    except ValueError:  # a plugin wrote it; all else that the job has left can still be told
        return None
    return result
