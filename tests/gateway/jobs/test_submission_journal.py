"""The gateway's submission journal: a job survives the loss of Redis."""

from hashlib import sha256
from io import BytesIO

import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from coronal_gateway.http.executor import OffloadedObjects
from coronal_gateway.services import Services
from coronal_jobs.blobs.store import BlobWriter
from coronal_jobs.errors import StoreFull, StoreUnavailable
from coronal_jobs.journal.submission_journal import SubmissionJournal
from coronal_jobs.maintenance.recover.recovery import Outcome, Recovery
from coronal_jobs.records.batch_store import BatchStore
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job_store import JobStore


def _ids(at: Services) -> list[str]:
    return [name.job_id for name in at.blob_references.submission_journal.names()]


def _post(client: FlaskClient, image: bytes, **headers: str):
    return client.post(
        "/v1/jobs?pipeline=[otsu]", data=image, content_type="application/octet-stream", headers=headers
    )


def _raise(error: Exception):
    def do(*_: object) -> None:
        raise error

    return do


def test_an_order_is_there_before_its_job_is_admitted(
    at: Services, submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    admit = JobStore.admit

    def look(jobs: JobStore, *given):
        seen.append(_ids(at))
        return admit(jobs, *given)

    monkeypatch.setattr(JobStore, "admit", look)
    job_id = submit().json["id"]
    assert seen == [[job_id]]
    assert _ids(at) == [job_id]


def test_an_order_that_is_sent_again_or_refused_leaves_nothing(
    client: FlaskClient, at: Services, png: bytes
) -> None:
    first = _post(client, png, **{"Idempotency-Key": "one"}).json["id"]
    assert _post(client, png, **{"Idempotency-Key": "one"}).status_code == 202
    assert _post(client, png + b"other", **{"Idempotency-Key": "one"}).status_code == 422
    assert _ids(at) == [first]


def test_an_order_for_which_redis_has_no_room_leaves_nothing(
    at: Services, submit, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobStore, "admit", _raise(StoreFull("full")))
    assert submit().status_code == 503
    assert _ids(at) == []
    assert not at.blobs.has(sha256(png).hexdigest())


def test_an_order_stays_in_the_journal_where_its_admission_is_uncertain(
    at: Services, submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobStore, "admit", _raise(StoreUnavailable("away")))
    assert submit().status_code == 503
    assert len(_ids(at)) == 1


def test_an_order_that_cannot_be_kept_is_not_admitted(
    at: Services, submit, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OffloadedObjects, "put", _raise(StoreFull("full")))
    answer = submit()
    assert not at.blobs.has(sha256(png).hexdigest())
    assert (answer.status_code, answer.json["code"]) == (503, "store-full")
    assert answer.headers["Retry-After"] == "30"
    assert at.jobs.page().jobs == ()


def test_an_order_whose_image_cannot_be_kept_leaves_nothing(
    at: Services, submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BlobWriter, "commit", _raise(StoreFull("full")))
    assert submit().status_code == 503
    assert _ids(at) == []


def test_a_deleted_job_goes_from_the_submission_journal_before_its_record(
    client: FlaskClient, at: Services, submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = submit().headers["Location"]
    with monkeypatch.context() as dying:
        dying.setattr(JobStore, "delete", _raise(StoreUnavailable("away")))
        assert client.delete(path).status_code == 503
    assert _ids(at) == []
    assert client.get(path).status_code == 200
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_a_job_is_not_deleted_where_the_submission_journal_cannot_be(
    client: FlaskClient, at: Services, submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = submit().headers["Location"]
    with monkeypatch.context() as away:
        away.setattr(SubmissionJournal, "remove", _raise(StoreUnavailable("away")))
        assert client.delete(path).status_code == 503
    assert client.get(path).status_code == 200


def test_a_recovery_that_was_quicker_is_no_fault(
    client: FlaskClient, at: Services, submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = JobStore.admit

    def after_a_recovery(jobs: JobStore, order, terms):
        entry = at.blob_references.submission_journal.read(at.blob_references.submission_journal.names()[0])
        assert admit(jobs, entry.order, entry.terms())
        return admit(jobs, order, terms)

    monkeypatch.setattr(JobStore, "admit", after_a_recovery)
    answer = submit()
    assert answer.status_code == 202
    assert _ids(at) == [answer.json["id"]]


def test_bytes_that_a_forgotten_job_names_outlive_another_job_with_them(
    client: FlaskClient, at: Services, submit, png: bytes, publish
) -> None:
    forgotten = submit().json["id"]
    with redis.Redis.from_url(at.settings.redis_url) as server:
        server.flushall()
    publish()
    path = submit().headers["Location"]
    digest = at.jobs.get(path.rpartition("/")[2]).input.sha256
    assert client.delete(path).status_code == 204
    assert _ids(at) == [forgotten]
    assert at.blobs.read(digest) == png


def _send_batch(client: FlaskClient, png: bytes, count: int = 3):
    images = [(FileStorage(BytesIO(png + bytes([number])), f"{number}.png")) for number in range(count)]
    whole = MultiDict({"pipeline": "[otsu]"})
    for image in images:
        whole.add("image", image)
    boundary, body = encode_multipart(whole)
    return client.post("/v1/batches", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_the_jobs_of_a_batch_are_there_and_go_with_it(client: FlaskClient, at: Services, png: bytes) -> None:
    batch = _send_batch(client, png).json
    jobs = client.get(f"/v1/batches/{batch['id']}/jobs").json["jobs"]
    assert _ids(at) == sorted(job["id"] for job in jobs)
    assert len(jobs) == 3
    assert client.delete(f"/v1/batches/{batch['id']}").status_code == 204
    assert _ids(at) == []


def test_a_batch_that_is_refused_leaves_no_entry(
    client: FlaskClient, at: Services, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BatchStore, "admit", _raise(StoreFull("the store of records is full")))
    assert _send_batch(client, png).status_code == 503
    assert _ids(at) == []


def test_a_batch_that_is_refused_leaves_no_job_though_a_recovery_was_quicker(
    client: FlaskClient, at: Services, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_after_a_recovery(*_: object) -> None:
        assert Recovery(at.jobs, at.blob_references, at.blobs, lambda *_: None).run() == {Outcome.ADMITTED: 3}
        raise StoreFull("the store of records is full")

    monkeypatch.setattr(BatchStore, "admit", full_after_a_recovery)
    assert _send_batch(client, png).status_code == 503
    assert at.jobs.page().jobs == ()
    assert _ids(at) == []
    assert not at.jobs._redis.exists("coronal:pins", "coronal:blob-refs")


def test_after_redis_has_forgotten_a_batch_each_of_its_jobs_comes_back(
    connection: Connection, client: FlaskClient, at: Services, png: bytes
) -> None:
    batch = _send_batch(client, png).json
    ids = [job["id"] for job in client.get(f"/v1/batches/{batch['id']}/jobs").json["jobs"]]
    connection.flushall()
    counts = Recovery(at.jobs, at.blob_references, at.blobs, lambda *_: None).run()
    assert counts == {Outcome.ADMITTED: 3}
    assert [at.jobs.get(one).state for one in ids] == ["queued"] * 3
