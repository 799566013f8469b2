"""POST /v1/jobs/{id}/cancel and /retry."""

import pytest
from flask.testing import FlaskClient

from coronal_gateway.services import Services
from coronal_jobs.records.job import Failure, Job

UNKNOWN = ["01aryz6s4100000000000000ab", "short", "..", "%00"]


@pytest.fixture
def claimed(submit, at: Services) -> Job:
    """A job that a worker runs."""
    job = at.jobs.claim(submit().json["id"], "default", lease_s=60)
    assert job is not None
    return job


@pytest.fixture
def failed(claimed: Job, at: Services) -> Job:
    """A job that has failed."""
    at.jobs.fail(claimed.id, claimed.epoch, Failure(code="stage-error", message="otsu failed", stage="otsu"))
    return at.jobs.get(claimed.id)


def test_a_queued_job_is_cancelled_at_once_and_nobody_can_claim_it(
    client: FlaskClient, submit, at: Services
) -> None:
    path = submit().headers["Location"]
    answer = client.post(f"{path}/cancel")
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert answer.json["finished"] >= answer.json["created"]
    assert at.jobs.claim(answer.json["id"], "default", lease_s=60) is None


def test_a_running_job_is_cancelled_at_once_and_its_worker_can_write_nothing_any_more(
    client: FlaskClient, claimed: Job, at: Services
) -> None:
    answer = client.post(f"/v1/jobs/{claimed.id}/cancel")
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert not at.jobs.renew_lease(claimed.id, claimed.epoch, lease_s=60)
    assert at.jobs.commit(claimed).answer == "stale"
    assert at.jobs.fail(claimed.id, claimed.epoch, Failure(code="bad-image", message="")) == "stale"
    assert client.get(f"/v1/jobs/{claimed.id}").json["state"] == "cancelled"


def test_who_waits_for_a_job_is_reported_that_it_was_cancelled(
    client: FlaskClient, claimed: Job, at: Services, in_background
) -> None:
    with in_background(lambda: at.jobs.cancel(claimed.id)):
        assert client.get(f"/v1/jobs/{claimed.id}?wait=30").json["state"] == "cancelled"


def test_the_results_of_a_cancelled_job_are_409(client: FlaskClient, submit) -> None:
    path = submit().headers["Location"]
    client.post(f"{path}/cancel")
    answer = client.get(f"{path}/results")
    assert (answer.status_code, answer.json["code"]) == (409, "not-succeeded")
    assert "cancelled" in answer.json["detail"]


def test_a_job_that_has_succeeded_cannot_be_cancelled(client: FlaskClient, submit, finish) -> None:
    job = finish(submit().json["id"], {})
    answer = client.post(f"/v1/jobs/{job.id}/cancel")
    assert (answer.status_code, answer.json["code"]) == (409, "wrong-state")
    assert (answer.json["found"], answer.json["allowed"]) == ("succeeded", ["queued", "running"])
    assert client.get(f"/v1/jobs/{job.id}").json["state"] == "succeeded"


def test_a_job_that_has_failed_cannot_be_cancelled_and_keeps_its_reason(
    client: FlaskClient, failed: Job
) -> None:
    answer = client.post(f"/v1/jobs/{failed.id}/cancel")
    assert (answer.status_code, answer.json["found"]) == (409, "failed")
    assert client.get(f"/v1/jobs/{failed.id}").json["error"]["code"] == "stage-error"


def test_a_job_can_be_cancelled_twice(client: FlaskClient, submit) -> None:
    path = submit().headers["Location"]
    first, second = client.post(f"{path}/cancel"), client.post(f"{path}/cancel")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json == second.json


def test_a_failed_job_that_is_retried_waits_again_without_its_failure(
    client: FlaskClient, failed: Job, at: Services
) -> None:
    answer = client.post(f"/v1/jobs/{failed.id}/retry")
    assert (answer.status_code, answer.json["state"]) == (200, "queued")
    assert (answer.json["error"], answer.json["finished"], answer.json["progress"]) == (None, None, 0)
    assert at.jobs.claim(failed.id, "default", lease_s=60) is not None


def test_a_cancelled_job_can_be_retried_and_succeed(client: FlaskClient, submit, finish) -> None:
    path = submit().headers["Location"]
    client.post(f"{path}/cancel")
    assert client.post(f"{path}/retry").json["state"] == "queued"
    assert finish(path.rpartition("/")[2], {}).state == "succeeded"


def test_a_worker_of_before_can_write_nothing_into_a_job_that_was_cancelled_and_retried(
    client: FlaskClient, claimed: Job, at: Services
) -> None:
    client.post(f"/v1/jobs/{claimed.id}/cancel")
    client.post(f"/v1/jobs/{claimed.id}/retry")
    assert at.jobs.claim(claimed.id, "default", lease_s=60) is not None
    assert at.jobs.commit(claimed).answer == "stale"
    assert client.get(f"/v1/jobs/{claimed.id}").json["state"] == "running"


def test_a_job_that_runs_or_has_succeeded_cannot_be_retried(
    client: FlaskClient, claimed: Job, at: Services
) -> None:
    for state in ("running", "succeeded"):
        answer = client.post(f"/v1/jobs/{claimed.id}/retry")
        assert (answer.status_code, answer.json["code"]) == (409, "wrong-state")
        assert (answer.json["found"], answer.json["allowed"]) == (state, ["failed", "cancelled"])
        at.jobs.commit(claimed)


def test_a_job_that_waits_is_reported_as_it_is_when_it_is_retried(client: FlaskClient, submit) -> None:
    path = submit().headers["Location"]
    before = client.get(path).json
    answer = client.post(f"{path}/retry")
    assert (answer.status_code, answer.json) == (200, before)


@pytest.mark.parametrize("step", ["cancel", "retry"])
@pytest.mark.parametrize("job_id", UNKNOWN, ids=range(len(UNKNOWN)))
def test_an_unknown_job_can_neither_be_cancelled_nor_retried(
    client: FlaskClient, job_id: str, step: str
) -> None:
    answer = client.post(f"/v1/jobs/{job_id}/{step}")
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")
