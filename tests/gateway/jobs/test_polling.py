"""GET and DELETE /v1/jobs: poll, hold, list, delete."""

import pytest
from flask.testing import FlaskClient

from coronal_gateway.services import Services
from coronal_jobs.ids import new_job_id
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.job import Failure

UNKNOWN = ["01aryz6s4100000000000000ab", "short", "..", "A" * 26, "%00", "a" * 5000]


def test_a_job_is_returned_with_all_of_its_record(client: FlaskClient, submit, at: Services) -> None:
    job_id = submit().json["id"]
    claimed = at.jobs.claim(job_id, "default", lease_s=60)
    assert claimed is not None
    at.jobs.report(claimed.id, claimed.epoch, Report("otsu", 0.5))
    body = client.get(f"/v1/jobs/{job_id}").json
    assert (body["state"], body["stage"], body["progress"]) == ("running", "otsu", 0.5)
    versions = {"otsu": "1", "shape": "1"}
    stage_group = {"pool": "default", "stages": ["otsu", "shape"], "versions": versions}
    assert (body["pool"], body["stage_groups"]) == ("default", [stage_group])
    assert body["created"].endswith("Z")
    assert body["started"] >= body["created"]
    assert body["finished"] is None
    assert body["error"] is None
    assert body["links"] == {
        "self": f"/v1/jobs/{job_id}",
        "results": f"/v1/jobs/{job_id}/results",
        "log": f"/v1/jobs/{job_id}/log",
    }


def test_a_failed_job_has_code_message_and_stage_and_no_traceback(
    client: FlaskClient, submit, at: Services
) -> None:
    job_id = submit().json["id"]
    claimed = at.jobs.claim(job_id, "default", lease_s=60)
    assert claimed is not None
    at.jobs.log(job_id, "Traceback (most recent call last): secret/path.py")
    at.jobs.fail(
        claimed.id, claimed.epoch, Failure(code="stage-error", message="otsu failed", stage="stage 1, otsu")
    )
    answer = client.get(f"/v1/jobs/{job_id}")
    assert answer.json["error"] == {"code": "stage-error", "message": "otsu failed", "stage": "stage 1, otsu"}
    assert "Traceback" not in answer.text


def test_an_unchanged_job_is_304_without_a_body(client: FlaskClient, submit, at: Services) -> None:
    path = submit().headers["Location"]
    tag = client.get(path).headers["ETag"]
    unchanged = client.get(path, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    at.jobs.claim(path.rpartition("/")[2], "default", lease_s=60)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_wait_ends_when_the_state_changes(client: FlaskClient, submit, at: Services, once_held) -> None:
    path = submit().headers["Location"]
    with once_held(lambda: at.jobs.claim(path.rpartition("/")[2], "default", lease_s=60)):
        assert client.get(f"{path}?wait=30").json["state"] == "running"


def test_a_wait_with_a_tag_ends_when_anything_changes(
    client: FlaskClient, submit, at: Services, once_held
) -> None:
    path = submit().headers["Location"]
    claimed = at.jobs.claim(path.rpartition("/")[2], "default", lease_s=60)
    assert claimed is not None
    tag = client.get(path).headers["ETag"]
    with once_held(lambda: at.jobs.report(claimed.id, claimed.epoch, Report("otsu", 0.25))):
        answer = client.get(f"{path}?wait=30", headers={"If-None-Match": tag})
    assert (answer.json["state"], answer.json["progress"]) == ("running", 0.25)


def test_a_wait_that_sees_no_change_ends_with_the_longest_wait(client: FlaskClient, submit) -> None:
    path = submit().headers["Location"]
    assert client.get(f"{path}?wait=1e9").json["state"] == "queued"


def test_a_final_job_is_reported_at_once(client: FlaskClient, submit, finish) -> None:
    path = submit().headers["Location"]
    finish(path.rpartition("/")[2], {})
    tag = client.get(path).headers["ETag"]
    assert client.get(f"{path}?wait=1e9", headers={"If-None-Match": tag}).status_code == 304


def test_a_wait_for_a_job_that_is_deleted_is_404(
    client: FlaskClient, submit, at: Services, once_held
) -> None:
    path = submit().headers["Location"]
    with once_held(lambda: at.jobs.delete(path.rpartition("/")[2])):
        assert client.get(f"{path}?wait=30").status_code == 404


@pytest.mark.parametrize("wait", ["-1", "abc", "nan", "inf"])
def test_a_wait_that_is_no_time_is_422(client: FlaskClient, submit, wait: str) -> None:
    answer = client.get(f"{submit().headers['Location']}?wait={wait}")
    assert (answer.status_code, answer.json["parameter"]) == (422, "wait")
    assert answer.json["found"] == repr(wait)


def test_a_query_that_is_misspelt_is_422_and_named(client: FlaskClient, submit) -> None:
    answer = client.get(f"{submit().headers['Location']}?wiat=3")
    assert (answer.status_code, answer.json["parameter"]) == (422, "wiat")


@pytest.mark.parametrize("path", ["", "/results", "/results/overlay.png", "/log"])
@pytest.mark.parametrize("job_id", UNKNOWN, ids=range(len(UNKNOWN)))
def test_an_unknown_job_is_404(client: FlaskClient, job_id: str, path: str) -> None:
    answer = client.get(f"/v1/jobs/{job_id}{path}")
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_jobs_are_listed_newest_first_page_by_page(client: FlaskClient, submit) -> None:
    ids = [submit().json["id"] for _ in range(5)]
    listed, path = [], "/v1/jobs?limit=2"
    while path:
        answer = client.get(path)
        listed += [job["id"] for job in answer.json["jobs"]]
        path = answer.json["next"]
        assert answer.headers.get("Link") == (f'<{path}>; rel="next"' if path else None)
    assert sorted(listed) == sorted(ids)
    assert listed[0] != ids[0]


def test_jobs_are_listed_by_state(client: FlaskClient, submit, finish) -> None:
    done, waiting = submit().json["id"], submit().json["id"]
    finish(done, {})
    states = {
        state: [job["id"] for job in client.get(f"/v1/jobs?state={state}").json["jobs"]]
        for state in ("succeeded", "queued", "failed")
    }
    assert states == {"succeeded": [done], "queued": [waiting], "failed": []}


@pytest.mark.parametrize(
    "query",
    ["state=done", "limit=0", "limit=201", "limit=x", "cursor=x", "cursor=9.%00", "limit=" + "9" * 5000],
)
def test_a_list_that_cannot_be_is_422(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/v1/jobs?{query}")
    assert (answer.status_code, answer.json["parameter"]) == (422, query.partition("=")[0])


def test_a_deleted_job_leaves_neither_record_nor_bytes(
    client: FlaskClient, submit, finish, at: Services
) -> None:
    job = finish(submit().json["id"], {"measurements.csv": ("text/csv", b"a,b")})
    answer = client.delete(f"/v1/jobs/{job.id}")
    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get(f"/v1/jobs/{job.id}").status_code == 404
    assert client.delete(f"/v1/jobs/{job.id}").status_code == 404
    assert not [file for file in at.blobs._folder.rglob("*") if file.is_file()]


def test_a_deleted_job_leaves_the_bytes_that_another_names(client: FlaskClient, submit, at: Services) -> None:
    first, second = submit().json, submit().json
    client.delete(f"/v1/jobs/{first['id']}")
    assert at.blobs.read(second["input"]["sha256"])


def test_deleting_a_job_leaves_bytes_that_an_upload_pins(
    client: FlaskClient, submit, at: Services, make_order
) -> None:
    first = submit().json
    other, sha256 = new_job_id(), first["input"]["sha256"]
    at.blob_references.pin(other, [sha256])
    client.delete(f"/v1/jobs/{first['id']}")
    assert at.blobs.read(sha256)
    at.jobs.admit(make_order(id=other, input=first["input"]))
    assert client.delete(f"/v1/jobs/{other}").status_code == 204
    assert not [file for file in at.blobs._folder.rglob("*") if file.is_file()]


@pytest.mark.parametrize("job_id", ["short", "01aryz6s4100000000000000ab"])
def test_an_unknown_job_cannot_be_deleted(client: FlaskClient, job_id: str) -> None:
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 404


def test_a_job_is_gone_even_when_its_bytes_cannot_be_removed(
    client: FlaskClient, submit, at: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coronal_jobs.errors import StoreUnavailable

    def away(*digests: str) -> None:
        raise StoreUnavailable("away")

    path = submit().headers["Location"]
    monkeypatch.setattr(type(at.blobs), "delete", away)
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
