"""Results and log of a job."""

from flask import Response
from pydantic import JsonValue
from pydantic_core import from_json

from coronal_gateway.http.errors import NotFinished, NotSucceeded
from coronal_gateway.http.json_response import json_response
from coronal_gateway.http.problems import problems
from coronal_gateway.http.queries import JobPath, ResultPath
from coronal_gateway.http.serving_artifacts import serve
from coronal_gateway.http.view_group import group
from coronal_gateway.jobs.result_schemas import ArtifactBody, ResultsBody
from coronal_gateway.jobs.views import job_of
from coronal_gateway.services import services
from coronal_jobs.blobs.packs import read_artifact
from coronal_jobs.errors import NotFound
from coronal_jobs.records.job import Job, State

__all__ = ["api"]

api = group("results", "Results of jobs.")

_MAX_RESULT_BYTES = 1 << 22
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


@api.get("/v1/jobs/<id>/results", responses={"200": ResultsBody, **problems(404, 409, 500)})
def summary(path: JobPath) -> Response:
    """List the result files of a job, with measurements and predictions."""
    job = _succeeded(path.id)
    artifacts = tuple(ArtifactBody.of(job, artifact) for artifact in job.artifacts)
    return json_response(ResultsBody(job=job.id, artifacts=artifacts, result=_result(job)))


@api.get("/v1/jobs/<id>/results/<name>", responses={"200": _BYTES, "304": None, **problems(404, 409, 500)})
def download(path: ResultPath) -> Response:
    """Return a result file of a job."""
    job = _succeeded(path.id)
    artifact = next((artifact for artifact in job.artifacts if artifact.name == path.name), None)
    if artifact is None:
        raise NotFound("result", path.name)
    return serve(artifact)


@api.get("/v1/jobs/<id>/log", responses={"200": _TEXT, **problems(404)})
def log(path: JobPath) -> Response:
    """Return the log of a job's stages, with the traceback of one that failed."""
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
        if artifact.name == "result.json" and artifact.size_bytes <= _MAX_RESULT_BYTES:
            return _parsed(read_artifact(services().blobs, artifact))
    return None


def _parsed(text: bytes) -> JsonValue:
    try:
        result: JsonValue = from_json(text)
    except ValueError:  # written by a plugin; the job's other results can still be served
        return None
    return result
