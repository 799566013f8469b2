"""GET /v1/jobs/{id}/results and /log."""

import json

import pytest
from flask.testing import FlaskClient

from coronal_gateway.services import Services
from coronal_jobs.records.job import Failure

FILES = {
    "result.json": ("application/json", json.dumps({"objects": 3}).encode()),
    "overlay.png": ("image/png", bytes(range(256)) * 10_000),
    "Übersicht 1.csv": ("text/csv", b"label,area\n"),
}


@pytest.fixture
def job_id(submit, finish) -> str:
    """A job that has left three files."""
    return str(finish(submit().json["id"], FILES).id)


def test_the_summary_lists_the_files_and_has_the_result(client: FlaskClient, job_id: str) -> None:
    body = client.get(f"/v1/jobs/{job_id}/results").json
    assert (body["job"], body["result"]) == (job_id, {"objects": 3})
    assert [(one["name"], one["media_type"], one["size_bytes"]) for one in body["artifacts"]] == [
        (name, media_type, len(content)) for name, (media_type, content) in FILES.items()
    ]


def test_each_file_of_the_summary_is_there_under_its_link(client: FlaskClient, job_id: str) -> None:
    for artifact in client.get(f"/v1/jobs/{job_id}/results").json["artifacts"]:
        answer = client.get(artifact["href"])
        media_type, content = FILES[artifact["name"]]
        assert (answer.data, answer.mimetype) == (content, media_type)
        assert answer.headers["ETag"] == f'"{artifact["sha256"]}"'
        assert answer.headers["Content-Length"] == str(len(content))


def test_a_file_is_shown_under_its_name_and_never_taken_for_another_type(
    client: FlaskClient, job_id: str
) -> None:
    headers = client.get(f"/v1/jobs/{job_id}/results/overlay.png").headers
    assert headers["Content-Disposition"] == "inline; filename=overlay.png"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_a_file_that_the_client_has_is_304(client: FlaskClient, job_id: str) -> None:
    path = f"/v1/jobs/{job_id}/results/overlay.png"
    tag = client.get(path).headers["ETag"]
    answer = client.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.png", "..%2f..%2fetc%2fpasswd", "%2e%2e", "result.json%00"])
def test_a_file_that_the_job_has_not_left_is_404(client: FlaskClient, job_id: str, name: str) -> None:
    assert client.get(f"/v1/jobs/{job_id}/results/{name}").status_code == 404


@pytest.mark.parametrize("path", ["results", "results/overlay.png"])
def test_before_the_end_results_are_409_not_finished(client: FlaskClient, submit, path: str) -> None:
    answer = client.get(f"{submit().headers['Location']}/{path}")
    assert (answer.status_code, answer.json["code"]) == (409, "not-finished")
    assert answer.json["detail"] == "the job has no results yet: it is queued"


def test_results_of_a_failed_job_are_409_with_its_reason(client: FlaskClient, submit, at: Services) -> None:
    job_id = submit().json["id"]
    claimed = at.jobs.claim(job_id, "default", lease_s=60)
    assert claimed is not None
    at.jobs.fail(claimed.id, claimed.epoch, Failure(code="bad-image", message="it is truncated"))
    answer = client.get(f"/v1/jobs/{job_id}/results")
    assert (answer.status_code, answer.json["code"]) == (409, "not-succeeded")
    assert "bad-image" in answer.json["detail"]


@pytest.mark.parametrize("content", [b"{not json", b"[" * (1 << 22) + b"["], ids=["broken", "too large"])
def test_a_summary_without_a_result_that_can_stand_in_it_has_null(
    client: FlaskClient, submit, finish, content: bytes
) -> None:
    job = finish(submit().json["id"], {"result.json": ("application/json", content)})
    answer = client.get(f"/v1/jobs/{job.id}/results")
    assert (answer.status_code, answer.json["result"]) == (200, None)


def test_the_log_is_plain_text_with_the_traceback(client: FlaskClient, submit, at: Services) -> None:
    job_id = submit().json["id"]
    at.jobs.log(job_id, "otsu starts", "Traceback (most recent call last):")
    answer = client.get(f"/v1/jobs/{job_id}/log")
    assert answer.text == "otsu starts\nTraceback (most recent call last):\n"
    assert answer.content_type == "text/plain; charset=utf-8"
