"""Batches: submission, polling, cancelling and retrying of many images at once."""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from coronal_gateway.app import create_app
from coronal_gateway.services import Services, services
from coronal_gateway.settings import GatewaySettings
from coronal_jobs.blobs.store import Blob, BlobWriter
from coronal_jobs.errors import StoreFull, StoreUnavailable
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.records.batch import Batch
from coronal_jobs.records.batch_store import BatchStore
from coronal_jobs.records.job import Failure, State

NONE = {"queued": 0, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0, "refused": 0}
FAILURE = Failure(code="stage-error", message="no")

Images = Sequence[tuple[str, bytes]]
Send = Callable[..., TestResponse]


@pytest.fixture
def images(png: bytes) -> Images:
    """Three images that differ."""
    return [(f"{number}.png", png + bytes([number])) for number in range(3)]


def form(images: Images, **parts: object) -> tuple[str, bytes]:
    whole = MultiDict({"pipeline": "[otsu, shape]", **parts})
    for name, content in images:
        whole.add("image", FileStorage(BytesIO(content), name))
    return encode_multipart(whole)


@pytest.fixture
def send(client: FlaskClient, images: Images) -> Send:
    """Submit a batch as a form; what is named is changed."""

    def post(
        images: Images = images, *, to: FlaskClient = client, key: str = "", query: str = "", **parts: object
    ) -> TestResponse:
        boundary, body = form(images, **parts)
        headers = {"Idempotency-Key": key} if key else {}
        kind = f"multipart/form-data; boundary={boundary}"
        return to.post(f"/v1/batches{query}", data=body, content_type=kind, headers=headers)

    return post


def jobs_of(client: FlaskClient, batch: Mapping[str, Any], query: str = "") -> list[dict[str, Any]]:
    return client.get(f"/v1/batches/{batch['id']}/jobs{query}").json["jobs"]


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def blobs_in(folder: Path) -> set[str]:
    return {file.name for file in (folder / "blobs" / "sha256").rglob("*") if file.is_file()}


class TestSubmitting:
    def test_a_form_of_images_is_a_batch_of_jobs_in_their_order(
        self, client: FlaskClient, send: Send, images: Images
    ) -> None:
        answer = send(seed="7")
        batch = answer.json
        assert (answer.status_code, answer.headers["Location"]) == (202, f"/v1/batches/{batch['id']}")
        assert batch["counts"] == NONE | {"queued": 3}
        assert (batch["progress"], batch["is_final"], batch["seed"], batch["refused"]) == (0.0, False, 7, [])
        jobs = jobs_of(client, batch)
        assert [(job["item"], job["input"]["name"]) for job in jobs] == [
            (number, name) for number, (name, _) in enumerate(images, 1)
        ]
        assert {(job["batch"], job["state"], job["seed"]) for job in jobs} == {(batch["id"], "queued", 7)}

    def test_its_jobs_are_jobs_like_any_other(
        self, client: FlaskClient, send: Send, at: Services, images: Images
    ) -> None:
        (first, *_) = jobs_of(client, send().json)
        assert client.get(f"/v1/jobs/{first['id']}").json == first
        assert at.blobs.read(first["input"]["sha256"]) == images[0][1]
        assert len(client.get("/v1/jobs").json["jobs"]) == 3

    def test_what_is_no_image_is_reported_and_stops_no_other(
        self, client: FlaskClient, send: Send, images: Images, incoming: Callable[[], list[str]]
    ) -> None:
        notes, empty = ("notes.txt", b"nothing" * 1000), ("empty.png", b"")
        batch = send([images[0], notes, images[1], empty]).json
        assert batch["counts"] == NONE | {"queued": 2, "refused": 2}
        assert [(one["number"], one["name"], one["code"]) for one in batch["refused"]] == [
            (2, "notes.txt", "unknown-format"),
            (4, "empty.png", "unknown-format"),
        ]
        assert [job["item"] for job in jobs_of(client, batch)] == [1, 3]
        assert not incoming()

    def test_all_that_was_not_taken_is_reported_page_by_page(
        self, client: FlaskClient, send: Send, images: Images
    ) -> None:
        batch = send([images[0], *((f"{number}.txt", b"no image") for number in range(104))]).json
        assert (batch["counts"]["refused"], len(batch["refused"])) == (104, 100)
        all_at_once = client.get(batch["links"]["refused"]).json
        assert all_at_once["refused"][:100] == batch["refused"]
        assert [one["number"] for one in all_at_once["refused"]] == list(range(2, 106))
        assert all_at_once["next"] is None
        path, paged, pages = f"{batch['links']['refused']}?limit=52", [], 0
        while path:
            page = client.get(path).json
            paged, path, pages = paged + page["refused"], page["next"], pages + 1
        assert (paged, pages) == (all_at_once["refused"], 2)
        assert client.get(f"{batch['links']['refused']}?first=104").json == {"refused": [], "next": None}
        assert client.get(f"/v1/batches/{'0' * 26}/refused").status_code == 404
        assert client.get(f"{batch['links']['refused']}?limit=0").json["parameter"] == "limit"

    def test_an_image_that_is_too_large_stops_no_other(
        self, send: Send, images: Images, settings: GatewaySettings
    ) -> None:
        large = ("large.png", images[0][1] + bytes(settings.max_upload_bytes))
        batch = send([large, images[1]]).json
        assert batch["counts"] == NONE | {"queued": 1, "refused": 1}
        assert batch["refused"][0]["code"] == "too-large"

    def test_a_batch_without_a_good_image_is_422_and_nothing_stays(
        self, send: Send, at: Services, tmp_path: Path, incoming: Callable[[], list[str]]
    ) -> None:
        answer = send([("notes.txt", b"nothing"), ("more.txt", b"more")])
        assert (answer.status_code, answer.json["code"]) == (422, "no-valid-item")
        assert "among its 2 items; the first: the file is of no format" in answer.json["detail"]
        assert send([]).json["code"] == "no-valid-item"
        assert not at.batches.page().batches
        assert not blobs_in(tmp_path)
        assert not incoming()

    def test_an_archive_sent_as_an_image_is_reported_where_it_belongs(
        self, send: Send, images: Images
    ) -> None:
        batch = send([images[0], ("more.zip", b"PK\x03\x04" + bytes(600))]).json
        assert batch["refused"][0]["message"].startswith("an archive must be the part `archive`")

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            pytest.param({"pipeline": "[shape]"}, "stages-dont-fit", id="pipeline"),
            pytest.param({"seed": "x"}, "bad-parameter", id="seed"),
            pytest.param({"mask": "x"}, "bad-parameter", id="another part"),
            pytest.param({"image": "text"}, "bad-parameter", id="no file"),
        ],
    )
    def test_a_wrong_part_refuses_the_whole_and_nothing_stays(
        self, send: Send, at: Services, tmp_path: Path, parts: dict[str, str], code: str
    ) -> None:
        answer = send(**parts)
        assert (answer.status_code, answer.json["code"]) == (422, code)
        assert not at.batches.page().batches
        assert not at.jobs.page().jobs
        assert not blobs_in(tmp_path)

    def test_folders_are_kept_as_they_distinguish_files_of_one_name(
        self, client: FlaskClient, send: Send, png: bytes
    ) -> None:
        sent = [("a/scan.png", png + b"1"), ("b//scan.png", png + b"2"), ("/../c/scan.png", png + b"3")]
        names = [job["input"]["name"] for job in jobs_of(client, send(sent).json)]
        assert names == ["a/scan.png", "b/scan.png", "c/scan.png"]

    def test_the_same_image_twice_is_two_jobs_and_kept_once(
        self, client: FlaskClient, send: Send, png: bytes, tmp_path: Path
    ) -> None:
        batch = send([("one.png", png), ("two.png", png)]).json
        assert len(blobs_in(tmp_path)) == 1
        first, second = jobs_of(client, batch)
        client.delete(f"/v1/jobs/{first['id']}")
        assert len(blobs_in(tmp_path)) == 1
        client.delete(f"/v1/jobs/{second['id']}")
        assert not blobs_in(tmp_path)

    def test_another_type_of_body_is_415(self, client: FlaskClient) -> None:
        assert client.post("/v1/batches", data=b"x", content_type="image/png").status_code == 415


class TestEarlierImages:
    def test_images_that_were_sent_before_are_named_by_their_digest(
        self, client: FlaskClient, send: Send, tmp_path: Path
    ) -> None:
        digests = [job["input"]["sha256"] for job in jobs_of(client, send().json)]
        before = blobs_in(tmp_path)
        images = [{"sha256": digest, "name": f"{n}.png"} for n, digest in enumerate(digests)]
        images.append({"sha256": "0" * 64, "name": "none.png"})
        answer = client.post("/v1/batches", json={"pipeline": ["otsu"], "seed": 3, "images": images})
        assert answer.status_code == 202
        assert answer.json["counts"] == NONE | {"queued": 3, "refused": 1}
        assert answer.json["refused"][0] | {"message": ""} == {
            "number": 4,
            "name": "none.png",
            "code": "not-found",
            "message": "",
        }
        jobs = jobs_of(client, answer.json)
        assert [job["input"]["sha256"] for job in jobs] == digests
        assert {(job["input"]["format"], job["seed"]) for job in jobs} == {("png", 3)}
        assert blobs_in(tmp_path) == before

    def test_they_outlive_the_jobs_that_they_were_sent_with(
        self, client: FlaskClient, send: Send, at: Services
    ) -> None:
        first = send().json
        digest = jobs_of(client, first)[0]["input"]["sha256"]
        batch = client.post("/v1/batches", json={"pipeline": "[otsu]", "images": [{"sha256": digest}]}).json
        client.delete(f"/v1/batches/{first['id']}")
        assert at.blobs.read(digest)
        client.delete(f"/v1/batches/{batch['id']}")
        assert (
            client.post("/v1/batches", json={"pipeline": "[otsu]", "images": [{"sha256": digest}]}).json[
                "code"
            ]
            == "no-valid-item"
        )
        assert at.blob_references.expire_pins() == []

    @pytest.mark.parametrize(
        ("body", "status", "parameter"),
        [
            pytest.param(b"{", 400, None, id="no JSON"),
            pytest.param(b'{"images": []}', 422, "pipeline", id="no pipeline"),
            pytest.param(
                b'{"pipeline": "[otsu]", "images": [{"sha256": "../x"}]}',
                422,
                "images.0.sha256",
                id="no digest",
            ),
            pytest.param(b'{"pipeline": "[otsu]", "images": [], "mask": 1}', 422, "mask", id="another field"),
            pytest.param(b'{"pipeline": "[otsu]", "images": [], "seed": -1}', 422, "seed", id="no seed"),
        ],
    )
    def test_a_wrong_list_is_reported(
        self, client: FlaskClient, body: bytes, status: int, parameter: str | None
    ) -> None:
        answer = client.post("/v1/batches", data=body, content_type="application/json")
        assert (answer.status_code, answer.json.get("parameter")) == (status, parameter)


class TestLimits:
    @pytest.fixture
    def limited(self, settings: GatewaySettings, client: FlaskClient) -> Callable[..., FlaskClient]:
        """Make clients of apps by the settings of the tests but for what is named."""
        return lambda **changed: create_app(settings.model_copy(update=changed)).test_client()

    def test_more_items_than_may_be_are_413_and_nothing_stays(
        self, limited: Callable[..., FlaskClient], send: Send, at: Services, tmp_path: Path
    ) -> None:
        answer = send(to=limited(max_batch_items=2))
        assert (answer.status_code, answer.json["code"], answer.json["limit_items"]) == (
            413,
            "too-many-items",
            2,
        )
        assert not at.batches.page().batches
        assert not blobs_in(tmp_path)

    def test_more_bytes_than_may_be_are_413(self, limited: Callable[..., FlaskClient], send: Send) -> None:
        client = limited(max_batch_bytes=1, max_batch_items=3, max_upload_bytes=1 << 30)
        assert send([("large.png", bytes(1 << 20))], to=client).json["code"] == "too-large"

    def test_a_batch_that_would_be_too_many_jobs_is_429_and_nothing_stays(
        self, limited: Callable[..., FlaskClient], send: Send, at: Services, images: Images, tmp_path: Path
    ) -> None:
        client = limited(max_active_jobs=4)
        assert send(to=client).status_code == 202
        before = blobs_in(tmp_path)
        answer = send([("new.png", images[0][1] + b"new"), *images], to=client)
        assert (answer.status_code, answer.json["code"]) == (429, "queue-full")
        assert answer.headers["Retry-After"] == "60"
        assert len(at.jobs.page().jobs) == 3
        assert blobs_in(tmp_path) == before

    def test_a_full_store_takes_none(self, limited: Callable[..., FlaskClient], send: Send) -> None:
        answer = send(to=limited(min_free_bytes=1 << 60))
        assert (answer.status_code, answer.json["code"]) == (503, "store-full")


class TestOnce:
    def test_the_same_batch_again_is_the_first(self, send: Send, at: Services, tmp_path: Path) -> None:
        first, again = send(key="one"), send(key="one")
        assert (again.status_code, again.json) == (202, first.json)
        assert again.headers["Location"] == first.headers["Location"]
        assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (
            None,
            "true",
        )
        assert len(at.batches.page().batches) == 1
        assert len(at.jobs.page().jobs) == len(blobs_in(tmp_path)) == 3

    @pytest.mark.parametrize(
        ("changes", "differs"),
        [
            pytest.param({"seed": "1"}, ["seed"], id="seed"),
            pytest.param({"pipeline": "[otsu]"}, ["pipeline"], id="pipeline"),
        ],
    )
    def test_another_batch_with_the_key_is_422_and_nothing_of_it_stays(
        self, send: Send, at: Services, changes: dict[str, str], differs: list[str]
    ) -> None:
        send(key="one")
        answer = send(key="one", **changes)
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency-conflict")
        assert answer.json["differs"] == differs
        assert len(at.batches.page().batches) == 1

    def test_other_images_and_a_job_with_the_key_are_422_and_no_byte_of_them_stays(
        self, client: FlaskClient, send: Send, images: Images, tmp_path: Path
    ) -> None:
        send(images[:1], key="one")
        before = blobs_in(tmp_path)
        answer = send([images[0], ("new.png", images[0][1] + b"new")], key="one")
        assert answer.json["differs"] == ["image", "name"]
        job = client.post(
            "/v1/jobs?pipeline=[otsu, shape]&name=0.png",
            data=images[0][1],
            content_type="application/octet-stream",
            headers={"Idempotency-Key": "one"},
        )
        assert job.json["differs"] == ["image", "name"]
        assert blobs_in(tmp_path) == before

    def test_a_key_is_free_again_with_its_batch(self, client: FlaskClient, send: Send) -> None:
        first = send(key="one").json["id"]
        client.delete(f"/v1/batches/{first}")
        assert send(key="one", seed="1").json["id"] != first


class TestTelling:
    @pytest.fixture
    def batch(self, send: Send, at: Services, client: FlaskClient) -> dict[str, Any]:
        """A batch with one job that has succeeded, one that has failed, and one that waits."""
        batch: dict[str, Any] = send().json
        first, second, _ = (job["id"] for job in jobs_of(client, batch))
        claim = at.jobs.claim(first, "default", lease_s=60)
        assert claim is not None
        at.jobs.commit(claim)
        claim = at.jobs.claim(second, "default", lease_s=60)
        assert claim is not None
        at.jobs.fail(second, claim.epoch, FAILURE)
        return batch

    def test_counts_and_progress_follow_its_jobs(self, client: FlaskClient, batch: dict[str, Any]) -> None:
        reported = client.get(f"/v1/batches/{batch['id']}").json
        assert reported["counts"] == NONE | {"succeeded": 1, "failed": 1, "queued": 1}
        assert reported["progress"] == pytest.approx(2 / 3)
        assert not reported["is_final"]

    def test_jobs_are_listed_by_state_and_page_by_page(
        self, client: FlaskClient, batch: dict[str, Any]
    ) -> None:
        assert [job["item"] for job in jobs_of(client, batch, "?state=failed")] == [2]
        numbers, path = [], f"/v1/batches/{batch['id']}/jobs?limit=2"
        while path:
            page = client.get(path)
            numbers.append([job["item"] for job in page.json["jobs"]])
            path = page.json["next"]
        assert numbers == [[1, 2], [3]]

    def test_batches_are_listed_newest_first(self, client: FlaskClient, send: Send) -> None:
        ids = [send().json["id"] for _ in range(5)]
        found, path = [], "/v1/batches?limit=2"
        while path:
            page = client.get(path).json
            assert len(page["batches"]) <= 2
            found += [batch["id"] for batch in page["batches"]]
            path = page["next"]
        assert sorted(found) == sorted(ids)
        assert client.get("/v1/batches?cursor=x").status_code == 422

    def test_an_unchanged_batch_is_304(self, client: FlaskClient, batch: dict[str, Any]) -> None:
        path = f"/v1/batches/{batch['id']}"
        etag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
        client.post(f"{path}/cancel")
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200

    def test_a_wait_ends_when_all_is_final(
        self, client: FlaskClient, batch: dict[str, Any], at: Services, later: Callable[..., None]
    ) -> None:
        later(0.2, at.batches.cancel, batch["id"])
        reported = client.get(f"/v1/batches/{batch['id']}?wait=2").json
        assert (reported["is_final"], reported["progress"]) == (True, 1.0)
        assert client.get(f"/v1/batches/{batch['id']}?wait=30").json == reported

    def test_a_wait_for_news_ends_with_the_first(
        self, client: FlaskClient, send: Send, at: Services, later: Callable[..., None]
    ) -> None:
        path = f"/v1/batches/{send().json['id']}"
        etag = client.get(path).headers["ETag"]
        (job, *_) = client.get(f"{path}/jobs").json["jobs"]
        later(0.2, at.jobs.cancel, job["id"])
        reported = client.get(f"{path}?wait=2", headers={"If-None-Match": etag}).json
        assert reported["counts"] == NONE | {"queued": 2, "cancelled": 1}

    def test_many_events_of_a_batch_are_looked_at_together(
        self,
        client: FlaskClient,
        batch: dict[str, Any],
        at: Services,
        later: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        reads: list[str] = []
        get = BatchStore.get

        def counted(store: BatchStore, batch_id: str) -> Batch:
            reads.append(batch_id)
            return get(store, batch_id)

        def busy() -> None:
            (job, *_) = at.batches.every_job(batch["id"])
            for number in range(120):
                at.jobs.log(job.id, str(number))
            at.batches.cancel(batch["id"])

        monkeypatch.setattr(BatchStore, "get", counted)
        later(0.2, busy)
        assert client.get(f"/v1/batches/{batch['id']}?wait=2").json["is_final"]
        assert len(reads) < 60

    @pytest.mark.parametrize("path", ["", "/jobs", "/results/results.zip", "/results/measurements.csv"])
    @pytest.mark.parametrize("batch_id", ["0" * 26, "..%2Fx"])
    def test_a_batch_that_there_isn_t_is_404(self, client: FlaskClient, batch_id: str, path: str) -> None:
        assert client.get(f"/v1/batches/{batch_id}{path}").status_code == 404

    def test_retry_runs_the_failed_only(self, client: FlaskClient, batch: dict[str, Any]) -> None:
        path = f"/v1/batches/{batch['id']}"
        cancelled = client.post(f"{path}/cancel").json["counts"]
        assert cancelled == NONE | {"succeeded": 1, "failed": 1, "cancelled": 1}
        retried = client.post(f"{path}/retry")
        assert retried.status_code == 200
        assert retried.json["counts"] == NONE | {"succeeded": 1, "queued": 1, "cancelled": 1}
        assert client.post(f"{path}/retry").json == retried.json
        assert [job["item"] for job in jobs_of(client, batch, "?state=queued")] == [2]

    def test_cancelled_jobs_are_retried_where_that_is_requested(
        self, client: FlaskClient, batch: dict[str, Any]
    ) -> None:
        path = f"/v1/batches/{batch['id']}"
        client.post(f"{path}/cancel")
        retried = client.post(f"{path}/retry?state=cancelled").json["counts"]
        assert retried == NONE | {"succeeded": 1, "failed": 1, "queued": 1}
        assert client.post(f"{path}/retry?state=succeeded").status_code == 422

    def test_a_batch_is_deleted_with_all_that_is_its(
        self, client: FlaskClient, batch: dict[str, Any], at: Services, tmp_path: Path
    ) -> None:
        assert client.delete(f"/v1/batches/{batch['id']}").status_code == 204
        assert client.get(f"/v1/batches/{batch['id']}").status_code == 404
        assert not at.jobs.page().jobs
        assert not blobs_in(tmp_path)
        assert client.delete(f"/v1/batches/{batch['id']}").status_code == 404

    def test_a_job_that_is_deleted_leaves_its_batch_and_the_last_takes_it_along(
        self, client: FlaskClient, batch: dict[str, Any]
    ) -> None:
        path = f"/v1/batches/{batch['id']}"
        first, *others = (job["id"] for job in jobs_of(client, batch))
        client.delete(f"/v1/jobs/{first}")
        assert client.get(path).json["counts"] == NONE | {"failed": 1, "queued": 1}
        for job in others:
            client.delete(f"/v1/jobs/{job}")
        assert client.get(path).status_code == 404


@pytest.fixture
def killed_midway(
    client: FlaskClient,
    start: Callable[..., Any],
    images: Images,
    tmp_path: Path,
    eventually: Callable[..., None],
) -> None:
    """A gateway of the client's site has been killed when two of three images had come."""
    gateway = start(blobs_url=services(client.application).settings.blobs_url)
    boundary, body = form(images)
    connection = HTTPConnection(*gateway.address)
    connection.putrequest("POST", "/v1/batches")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
    connection.putheader("Content-Length", str(len(body) + (4 << 20)))
    connection.endheaders()
    connection.send(body[: -len(boundary) - 10] + bytes(3 << 20))
    eventually(lambda: len(blobs_in(tmp_path)) == 2, "two images have come")
    for pid in (gateway.process.pid, *children_of(gateway.process.pid)):
        os.kill(pid, signal.SIGKILL)
    connection.close()


@pytest.mark.usefixtures("killed_midway")
def test_a_gateway_that_is_killed_in_the_midst_of_an_upload_leaves_no_record_and_no_image(
    client: FlaskClient, at: Services, tmp_path: Path
) -> None:
    assert not at.batches.page().batches
    assert not at.jobs.page().jobs
    redis = services(client.application).jobs._redis
    for member in redis.zrange("coronal:pins", 0, -1):
        redis.zadd("coronal:pins", {member: 0})
    Janitor(at.jobs, at.blob_references, 3600).round()
    assert not blobs_in(tmp_path)
    of_workers = ("workers", "worker-offers", "pools", "offers", "capabilities")
    kept = {"coronal:janitor", *(f"coronal:{key}" for key in of_workers)}
    assert set(redis.scan_iter()) <= kept


def test_pins_are_renewed_while_other_images_still_arrive(
    client: FlaskClient, at: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coronal_gateway.batches import pins as batch_pins

    monkeypatch.setattr(batch_pins, "_RENEW_S", 0.0)
    pins = batch_pins.BatchPins(at.blob_references, "one")
    pins.add(["a" * 64])
    redis = services(client.application).jobs._redis
    redis.zadd("coronal:pins", {f"{'a' * 64} one": 1})
    assert list(pins.renewed([b"1", b"2"])) == [b"1", b"2"]
    assert at.blob_references.expire_pins() == []
    pins.remove()
    assert not redis.exists("coronal:pins", "coronal:blob-refs")


def test_a_single_job_has_no_batch(submit: Callable[..., TestResponse]) -> None:
    job = submit().json
    assert (job["batch"], job["item"]) == (None, None)


def test_states_of_the_client_are_those_of_the_server() -> None:
    assert set(NONE) == {*State, "refused"}


def test_a_store_that_fails_midway_is_503_and_what_was_kept_goes_at_once(
    send: Send, at: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, kept = BlobWriter.commit, []

    def fail_at_the_second(writer: BlobWriter) -> Blob:
        kept.append(writer.sha256)
        if len(kept) == 2:
            raise StoreUnavailable("the disk is full")
        return commit(writer)

    monkeypatch.setattr(BlobWriter, "commit", fail_at_the_second)
    answer = send()
    assert (answer.status_code, answer.json["code"]) == (503, "store-unavailable")
    assert not at.batches.page().batches
    assert not list((tmp_path / "blobs" / "incoming").iterdir())
    assert not blobs_in(tmp_path)
    assert not at.jobs._redis.exists("coronal:pins", "coronal:blob-refs")


@pytest.mark.parametrize(
    ("error", "is_kept"), [(StoreFull("full"), False), (StoreUnavailable("away"), True)], ids=["full", "away"]
)
def test_images_stay_pinned_only_where_their_admission_is_uncertain(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: StoreUnavailable, is_kept: bool
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(BatchStore, "admit", fail)
    assert send().status_code == 503
    assert bool(blobs_in(tmp_path)) is is_kept


def test_many_images_are_kept_a_few_at_a_time_and_reported_in_their_order(
    client: FlaskClient, send: Send, png: bytes
) -> None:
    batch = send([(f"{number}.png", png + str(number).encode()) for number in range(50)]).json
    jobs = jobs_of(client, batch, "?limit=50")
    assert [(job["item"], job["input"]["name"]) for job in jobs] == [(n + 1, f"{n}.png") for n in range(50)]


def test_the_gateway_needs_no_more_memory_for_many_images(
    start: Callable[..., Any], client: FlaskClient, png: bytes
) -> None:
    gateway = start(max_upload_bytes=1 << 30)

    def max_kib() -> int:
        (worker,) = children_of(gateway.process.pid)
        status = Path(f"/proc/{worker}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])

    def send_images(count: int) -> None:
        boundary, body = form([(f"{n}.png", png + bytes([n]) * (1 << 20)) for n in range(count)])
        connection = HTTPConnection(*gateway.address)
        kind = f"multipart/form-data; boundary={boundary}"
        connection.request("POST", "/v1/batches", body, {"Content-Type": kind})
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 0) == (202, True)
        connection.close()

    send_images(8)
    before = max_kib()
    send_images(80)
    assert max_kib() - before < 20 * 1024


def test_a_step_of_a_batch_that_is_sent_again_with_its_key_is_done_once(
    client: FlaskClient, send: Send, at: Services
) -> None:
    path = f"/v1/batches/{send().json['id']}"
    key = {"Idempotency-Key": "step"}
    assert client.post(f"{path}/cancel", headers=key).json["counts"]["cancelled"] == 3
    assert client.post(f"{path}/retry?state=cancelled").json["counts"]["queued"] == 3
    again = client.post(f"{path}/cancel", headers=key)
    assert (again.status_code, again.json["counts"]["queued"]) == (200, 3)
    assert again.headers["Idempotent-Replayed"] == "true"
