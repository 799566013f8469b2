"""Past its limits the gateway takes in nothing, and says when to come back."""

from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest
import redis
from flask.testing import FlaskClient

from coronal_gateway.app import create_app
from coronal_gateway.services import Services, services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.blobs.store import BlobStore

Limited = Callable[..., FlaskClient]


@pytest.fixture
def limited(settings: GatewaySettings, publish) -> Limited:
    """Make clients of apps by the settings of the tests but for what is named."""

    def make(**changed: object) -> FlaskClient:
        changed_settings = settings.model_copy(update=changed)
        publish(to=changed_settings)
        return create_app(changed_settings).test_client()

    return make


@pytest.fixture
def never_written(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """See to it that a byte which is written from now on is an error."""
    return lambda: monkeypatch.setattr(BlobStore, "writer", None)


def _post(client: FlaskClient, image: bytes, **headers: str):
    return client.post(
        "/v1/jobs?pipeline=[otsu]", data=image, content_type="application/octet-stream", headers=headers
    )


def _blobs(folder: Path) -> list[Path]:
    return [file for file in (folder / "blobs").rglob("*") if file.is_file()]


def _at(client: FlaskClient) -> Services:
    return services(client.application)


class TestQueueFull:
    def test_one_job_more_than_may_be_is_429_with_when_to_come_back(
        self, limited: Limited, png: bytes, tmp_path: Path
    ) -> None:
        client = limited(max_active_jobs=2)
        assert [_post(client, png).status_code for _ in range(2)] == [202, 202]
        before = _blobs(tmp_path)
        answer = _post(client, png + b"other")
        assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
        assert (answer.json["code"], answer.headers["Retry-After"]) == ("queue-full", "60")
        assert len(_at(client).jobs.page().jobs) == 2
        assert _blobs(tmp_path) == before

    def test_a_job_that_ends_makes_room_and_shortens_the_wait(self, limited: Limited, png: bytes) -> None:
        client = limited(max_active_jobs=2)
        for _ in range(10):
            for _ in range(2):
                assert _post(client, png).status_code == 202
            for job in _at(client).jobs.page(limit=2).jobs:
                _at(client).jobs.cancel(job.id)
        assert [_post(client, png).status_code for _ in range(3)] == [202, 202, 429]
        assert _post(client, png).headers["Retry-After"] == "3"

    def test_a_job_that_was_taken_has_its_answer_again(self, limited: Limited, png: bytes) -> None:
        client = limited(max_active_jobs=1)
        first = _post(client, png, **{"Idempotency-Key": "one"})
        again = _post(client, png, **{"Idempotency-Key": "one"})
        assert (again.status_code, again.json["id"]) == (202, first.json["id"])
        assert _post(client, png, **{"Idempotency-Key": "two"}).status_code == 429


class TestStoreFull:
    def test_a_disk_nearly_full_is_503_before_a_byte_is_written(
        self, limited: Limited, png: bytes, never_written
    ) -> None:
        client = limited(min_free_bytes=1 << 60)
        never_written()
        answer = _post(client, png)
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert (answer.json["code"], answer.headers["Retry-After"]) == ("store-full", "30")
        assert not _at(client).jobs.page().jobs

    def test_it_is_reported_before_the_body_comes(self, start, client: FlaskClient) -> None:
        connection = HTTPConnection(*start(min_free_bytes=1 << 60).address, timeout=10)
        connection.putrequest("POST", "/v1/jobs?pipeline=[otsu]")
        connection.putheader("Content-Type", "application/octet-stream")
        connection.putheader("Content-Length", "100000")
        connection.endheaders()
        assert connection.getresponse().status == 503
        connection.close()

    def test_a_redis_nearly_full_is_503_and_what_was_taken_still_ends(
        self, limited: Limited, png: bytes, own_redis, never_written
    ) -> None:
        client = limited(redis_url=own_redis.url)
        job_id = _post(client, png).json["id"]
        with redis.Redis.from_url(own_redis.url) as memory:
            memory.config_set("maxmemory", round(memory.info("memory")["used_memory"] / 0.9))
        fresh = create_app(_at(client).settings).test_client()
        never_written()
        answer = _post(fresh, png)
        assert (answer.status_code, answer.json["code"]) == (503, "store-full")
        jobs = _at(client).jobs
        claimed = jobs.claim(job_id, "default", lease_s=60)
        assert claimed is not None
        assert jobs.commit(claimed).answer == "succeeded"
        assert fresh.get(f"/v1/jobs/{job_id}").json["state"] == "succeeded"
        assert fresh.delete(f"/v1/jobs/{job_id}").status_code == 204


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"".join(b"X-%d: a\r\n" % number for number in range(60_000)), id="many"),
        pytest.param(b"X: " + b"a" * 9_000 + b"\r\n", id="long"),
    ],
)
def test_a_part_of_a_form_with_many_headers_is_refused(limited: Limited, headers: bytes) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n' + headers
    body = part + b"\r\n" + b"x" * 10 + b"\r\n--b--\r\n"
    answer = limited().post("/v1/jobs", data=body, content_type="multipart/form-data; boundary=b")
    assert (answer.status_code, answer.json["code"]) == (400, "malformed-body")
    assert "at most 20 headers of 8,192 bytes" in answer.json["detail"]
