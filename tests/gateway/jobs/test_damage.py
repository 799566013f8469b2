"""Files that a disk has changed: none comes as a whole answer of 200."""

import base64
import hashlib
import http.client
import os
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from damage import flip
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from coronal_gateway.services import Services
from coronal_jobs.records.job import Artifact, Job

LARGE = os.urandom(3_000_000)
TABLE = b"label,area\r\n1,20\r\n"
FILES = {
    "result.json": ("application/json", b'{"objects": 3}'),
    "measurements.csv": ("text/csv", TABLE),
    "volume.nii": ("application/octet-stream", LARGE),
}


@pytest.fixture
def job(submit, finish) -> Job:
    """A job that has left two small files and a large one."""
    done: Job = finish(submit().json["id"], FILES)
    return done


def _file(job: Job, name: str) -> Artifact:
    return next(one for one in job.artifacts if one.name == name)


def _assert_blob_damaged(answer: TestResponse) -> None:
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.json is not None
    assert answer.json["code"] == "blob-damaged"


@pytest.mark.parametrize("name", FILES)
def test_a_file_comes_with_its_digest(client: FlaskClient, job: Job, name: str) -> None:
    answer = client.get(f"/v1/jobs/{job.id}/results/{name}")
    assert answer.data == FILES[name][1]
    expected = base64.b64encode(hashlib.sha256(FILES[name][1]).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{expected}:"


@pytest.mark.parametrize("path", ["results", "results/result.json"])
def test_a_small_file_that_is_damaged_is_a_problem(
    client: FlaskClient, at: Services, job: Job, path: str
) -> None:
    flip(at.blobs, _file(job, "result.json").sha256)
    _assert_blob_damaged(client.get(f"/v1/jobs/{job.id}/{path}"))


@pytest.mark.parametrize("content", [b"", LARGE[:-1], LARGE + b"\0"], ids=["empty", "cut off", "longer"])
def test_a_file_of_another_size_is_a_problem_however_large_it_is(
    client: FlaskClient, at: Services, job: Job, content: bytes
) -> None:
    assert at.blobs.objects.folder is not None
    next(at.blobs.objects.folder.rglob(_file(job, "volume.nii").sha256)).write_bytes(content)
    _assert_blob_damaged(client.get(f"/v1/jobs/{job.id}/results/volume.nii"))


@pytest.mark.parametrize("place", [0, -1])
def test_a_large_file_that_is_damaged_breaks_off(start, at: Services, job: Job, place: int) -> None:
    flip(at.blobs, _file(job, "volume.nii").sha256, place)
    with closing(http.client.HTTPConnection(*start().address, timeout=40)) as connection:
        connection.request("GET", f"/v1/jobs/{job.id}/results/volume.nii")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            connection.getresponse().read()


WANTED = {"Want-Repr-Digest": "sha-256=1"}


class TestFilesInAPack:
    @pytest.fixture
    def job(self, submit, at: Services) -> Job:
        """A job that has left three files in one pack."""
        claimed = at.jobs.claim(submit().json["id"], "default", lease_s=60)
        assert claimed is not None
        pack, artifacts = f"{claimed.id}.{claimed.epoch}", []
        files = {**FILES, "volume.nii": ("application/octet-stream", b""), "last.txt": ("text/plain", b"end")}
        for name, (media_type, content) in files.items():
            artifacts.append(
                Artifact(
                    name=name,
                    media_type=media_type,
                    size_bytes=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                    pack=pack,
                    offset=sum(one.size_bytes for one in artifacts),
                )
            )
        at.blobs.put_pack(pack, [content for _, content in files.values()])
        assert at.jobs.commit(claimed, artifacts=artifacts).answer == "succeeded"
        return at.jobs.get(claimed.id)

    @staticmethod
    def _pack(at: Services, job: Job) -> Path:
        assert at.blobs.objects.folder is not None
        return next(at.blobs.objects.folder.glob(f"packs/*/{job.id}.1"))

    def test_each_is_served_as_if_it_stood_alone(self, client: FlaskClient, job: Job) -> None:
        for name, content in (("measurements.csv", TABLE), ("volume.nii", b""), ("last.txt", b"end")):
            for headers in ({}, WANTED):
                answer = client.get(f"/v1/jobs/{job.id}/results/{name}", headers=headers)
                assert (answer.status_code, answer.data) == (200, content)
                assert answer.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        answer = client.get(f"/v1/jobs/{job.id}/results")
        assert answer.json is not None
        assert answer.json["result"] == {"objects": 3}
        fields = {"name", "media_type", "size_bytes", "sha256", "href"}
        assert all(set(one) == fields for one in answer.json["artifacts"])

    def test_damage_is_a_problem_of_the_file_that_has_it_and_of_no_other(
        self, client: FlaskClient, at: Services, job: Job
    ) -> None:
        path = self._pack(at, job)
        content = bytearray(path.read_bytes())
        content[_file(job, "measurements.csv").offset] ^= 1
        path.write_bytes(content)
        for headers in ({}, WANTED):
            _assert_blob_damaged(client.get(f"/v1/jobs/{job.id}/results/measurements.csv", headers=headers))
            assert client.get(f"/v1/jobs/{job.id}/results/last.txt", headers=headers).data == b"end"

    def test_what_is_cut_off_is_a_problem(self, client: FlaskClient, at: Services, job: Job) -> None:
        path = self._pack(at, job)
        path.write_bytes(path.read_bytes()[:-1])
        _assert_blob_damaged(client.get(f"/v1/jobs/{job.id}/results/last.txt"))
        assert client.get(f"/v1/jobs/{job.id}/results/measurements.csv").data == TABLE

    def test_it_is_gone_with_its_job(self, client: FlaskClient, at: Services, job: Job) -> None:
        path = self._pack(at, job)
        assert client.delete(f"/v1/jobs/{job.id}").status_code == 204
        assert not path.exists()
        assert at.blob_references.unreferenced() == []


def test_one_that_is_to_be_checked_first_is_a_problem_however_large_it_is(
    client: FlaskClient, at: Services, job: Job
) -> None:
    path = f"/v1/jobs/{job.id}/results/volume.nii"
    assert client.get(path, headers=WANTED).data == LARGE
    flip(at.blobs, _file(job, "volume.nii").sha256)
    _assert_blob_damaged(client.get(path, headers=WANTED))


def test_a_file_of_a_model_that_is_damaged_is_a_problem(
    client: FlaskClient, at: Services, keep_version: Callable[..., object]
) -> None:
    keep_version("models", "cells", b"a model", {"report.html": ("text/html", b"<p>good</p>")})
    flip(at.blobs, hashlib.sha256(b"<p>good</p>").hexdigest())
    _assert_blob_damaged(client.get("/v1/models/cells/1/files/report.html"))


@pytest.fixture
def batch(client: FlaskClient, at: Services, png: bytes, finish) -> str:
    """A batch of two jobs, the second of which has left a damaged table."""
    form = MultiDict({"pipeline": "[otsu, shape]"})
    for name in ("a.png", "b.png"):
        form.add("image", FileStorage(BytesIO(png + name.encode()), name))
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    batch: str = client.post("/v1/batches", data=body, content_type=kind).json["id"]
    for number, job in enumerate(list(at.batches.every_job(batch))):
        done = finish(job.id, {"measurements.csv": ("text/csv", TABLE + b"2,%d\r\n" % number)})
    flip(at.blobs, _file(done, "measurements.csv").sha256)
    return batch


@pytest.mark.parametrize("name", ["measurements.csv", "comparison.csv"])
def test_a_table_of_a_batch_of_which_one_is_damaged_is_a_problem(
    client: FlaskClient, batch: str, name: str
) -> None:
    _assert_blob_damaged(client.get(f"/v1/batches/{batch}/results/{name}"))


def test_a_zip_of_which_one_file_is_damaged_breaks_off(start, batch: str) -> None:
    with closing(http.client.HTTPConnection(*start().address, timeout=40)) as connection:
        connection.request("GET", f"/v1/batches/{batch}/results/results.zip")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            connection.getresponse().read()


@pytest.mark.parametrize("name", ["results.zip", "measurements.csv", "predictions.csv"])
def test_results_of_a_batch_are_verified_first_where_that_is_requested(
    client: FlaskClient, at: Services, batch: str, name: str
) -> None:
    answer = client.get(f"/v1/batches/{batch}/results/{name}", headers=WANTED)
    if name == "predictions.csv":  # nothing of it is damaged
        assert answer.status_code == 200
    else:
        _assert_blob_damaged(answer)
