"""A batch whose images come with references: each is the job's of its name, or a word about why not."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from coronal_gateway.services import Services
from coronal_jobs.journal.submission_journal import names_of

COMPARE_PIPELINE = "[otsu, compare]"
Files = Sequence[tuple[str, str, bytes]]
Send = Callable[..., TestResponse]


@pytest.fixture
def send(client: FlaskClient) -> Send:
    """Submit a batch of parts (its kind, a file's name, bytes)."""

    def post(files: Files, *, pipeline: str = COMPARE_PIPELINE, key: str = "") -> TestResponse:
        whole: Any = MultiDict({"pipeline": pipeline})
        for kind, name, content in files:
            whole.add(kind, FileStorage(BytesIO(content), name))
        boundary, body = encode_multipart(whole)
        return client.post(
            "/v1/batches",
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": key} if key else {},
        )

    return post


@pytest.fixture
def drawn(png: bytes) -> Callable[[str], bytes]:
    """Bytes of a PNG, others for each text."""
    return lambda text: png + text.encode()


def pairs(at: Services, answer: TestResponse) -> dict[str, bytes | None]:
    """The bytes of each job's reference, by the name of its image."""
    return {
        job.input.name: at.blobs.read(job.reference.sha256) if job.reference else None
        for job in at.batches.every_job(answer.json["id"])
    }


def refused(answer: TestResponse) -> dict[str, str]:
    return {one["name"]: one["message"] for one in answer.json["refused"]}


def blobs_in(folder: Path) -> set[str]:
    return {file.name for file in (folder / "blobs" / "sha256").rglob("*") if file.is_file()}


def test_each_image_has_the_reference_of_its_name_in_whatever_order_they_come(
    send: Send, at: Services, drawn: Callable[[str], bytes]
) -> None:
    answer = send(
        [
            ("reference", "b.png", drawn("B")),
            ("image", "a.dcm.png", drawn("1")),
            ("image", "b.png", drawn("2")),
            ("reference", "left/c.nii.gz", drawn("C")),
            ("image", "left/c.png", drawn("3")),
            ("reference", "a.dcm.tif", drawn("A")),
        ]
    )
    assert answer.status_code == 202
    assert answer.json["counts"]["refused"] == 0
    assert pairs(at, answer) == {"a.dcm.png": drawn("A"), "b.png": drawn("B"), "left/c.png": drawn("C")}


def test_namesakes_have_the_reference_of_their_whole_name(
    send: Send, at: Services, drawn: Callable[[str], bytes]
) -> None:
    answer = send(
        [
            ("image", "a.png", drawn("1")),
            ("image", "a.tif", drawn("2")),
            ("image", "b.png", drawn("3")),
            ("image", "b.tif", drawn("4")),
            ("reference", "a.png", drawn("A")),
            ("reference", "a.tif", drawn("B")),
            ("reference", "b.nii", drawn("C")),
        ]
    )
    assert pairs(at, answer) == {"a.png": drawn("A"), "a.tif": drawn("B")}
    assert refused(answer) == dict.fromkeys(
        ("b.png", "b.tif"), "reference must be given once, with the name of its image"
    )


def test_an_image_without_a_good_reference_is_refused_and_stops_no_other(
    send: Send, at: Services, drawn: Callable[[str], bytes]
) -> None:
    answer = send(
        [
            ("image", "good.png", drawn("1")),
            ("image", "none.png", drawn("2")),
            ("image", "broken.png", drawn("3")),
            ("image", "twice.png", drawn("4")),
            ("reference", "good.png", drawn("G")),
            ("reference", "broken.png", b"no image"),
            ("reference", "twice.png", drawn("T")),
            ("reference", "twice.tif", drawn("U")),
            ("reference", "stray.png", drawn("S")),
        ]
    )
    assert pairs(at, answer) == {"good.png": drawn("G"), "twice.png": drawn("T")}
    reported = refused(answer)
    assert reported.keys() == {"none.png", "broken.png", "stray.png"}
    assert reported["none.png"] == "reference must be given once, with the name of its image"
    assert reported["broken.png"].startswith("the file is of no format that is read")
    assert reported["stray.png"].startswith("reference must be sent with the name of an image")


@pytest.mark.parametrize(
    "case",
    [
        (("image",), COMPARE_PIPELINE, "reference is required: the label map to compare with"),
        (("image", "reference"), "[otsu, shape]", "reference must be left out: no stage compares with it"),
    ],
    ids=["none at all", "for nothing"],
)
def test_a_batch_without_any_or_with_some_for_nothing_is_refused_and_nothing_stays(
    send: Send,
    at: Services,
    tmp_path: Path,
    drawn: Callable[[str], bytes],
    case: tuple[tuple[str, ...], str, str],
) -> None:
    parts, pipeline, reported = case
    answer = send([(part, "a.png", drawn(part)) for part in parts], pipeline=pipeline)
    assert (answer.status_code, answer.json["code"]) == (422, "bad-parameter")
    assert reported in answer.json["detail"]
    assert not at.batches.page().batches
    assert not blobs_in(tmp_path)


def test_references_go_with_their_batch_and_come_back_from_the_submission_journal(
    send: Send, client: FlaskClient, at: Services, tmp_path: Path, drawn: Callable[[str], bytes]
) -> None:
    answer = send([("image", "a.png", drawn("1")), ("reference", "a.png", drawn("A"))])
    (job,) = at.batches.every_job(answer.json["id"])
    assert len(names_of(job)) == 2
    entry = at.blob_references.submission_journal.read(names_of(job)[0])
    assert entry.order.reference == job.reference
    assert len(blobs_in(tmp_path)) == 2
    assert client.delete(f"/v1/batches/{answer.json['id']}").status_code == 204
    assert not blobs_in(tmp_path)
    assert not at.blob_references.submission_journal.names()


def test_what_was_refused_leaves_no_bytes(
    send: Send, at: Services, tmp_path: Path, drawn: Callable[[str], bytes]
) -> None:
    answer = send(
        [
            ("image", "a.png", drawn("1")),
            ("image", "b.png", drawn("2")),
            ("reference", "a.png", drawn("A")),
            ("reference", "c.png", drawn("C")),
        ]
    )
    (job,) = at.batches.every_job(answer.json["id"])
    assert job.reference is not None
    assert blobs_in(tmp_path) == {job.input.sha256, job.reference.sha256}


def test_another_reference_makes_it_another_order(send: Send, drawn: Callable[[str], bytes]) -> None:
    files = [("image", "a.png", drawn("1")), ("reference", "a.png", drawn("A"))]
    first = send(files, key="one")
    again = send(files, key="one")
    assert (again.json["id"], again.headers["Idempotent-Replayed"]) == (first.json["id"], "true")
    other = send([files[0], ("reference", "a.png", drawn("B"))], key="one")
    assert (other.status_code, other.json["differs"]) == (422, ["reference"])


def test_images_and_references_that_were_sent_before_are_named_by_their_digests(
    send: Send, client: FlaskClient, at: Services, drawn: Callable[[str], bytes]
) -> None:
    first = send([("image", "a.png", drawn("1")), ("reference", "a.png", drawn("A"))])
    (job,) = at.batches.every_job(first.json["id"])
    assert job.reference is not None
    named = {"sha256": job.input.sha256, "reference": job.reference.sha256}
    answer = client.post(
        "/v1/batches",
        json={
            "pipeline": COMPARE_PIPELINE,
            "images": [named, named, {"sha256": job.input.sha256, "name": "alone"}],
        },
    )
    assert answer.json["counts"]["queued"] == 2
    assert refused(answer) == {"alone": "reference must be given once, with the name of its image"}
    assert pairs(at, answer) == {"image": drawn("A")}
