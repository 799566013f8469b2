"""Data sets and models as a server tells them, and what is asked of it."""

import hashlib
import json
from pathlib import Path

import pytest

from coronal_client import Client
from coronal_client.errors import BadAnswer, ServerUnreachable, Unavailable
from coronal_client.job import Job
from coronal_client.learning.datasets import faults_of

SHEET = b"a picture"
BODY = {
    "kind": "datasets",
    "name": "digits",
    "version": 3,
    "sha256": "a" * 64,
    "size_bytes": 10,
    "created": "2026-11-22T08:54:31.993000Z",
    "facts": {"classes": {"0": 178}},
    "files": [
        {
            "name": "contact-sheet.png",
            "media_type": "image/png",
            "size_bytes": len(SHEET),
            "sha256": hashlib.sha256(SHEET).hexdigest(),
            "link": "/v1/datasets/digits/3/files/contact-sheet.png",
        }
    ],
    "aliases": ["production"],
    "links": {"self": "/v1/datasets/digits/3", "job": "/v1/jobs/7"},
}
JOB = {"id": "7", "state": "queued", "revision": 1}


@pytest.fixture
def client(small):
    with Client(small.url, patience_s=30) as client:
        yield client


def test_a_version_tells_what_it_is_and_saves_what_stays_with_it(
    small, answer, client: Client, tmp_path: Path
) -> None:
    small.answers = [answer(body=BODY), answer(body=SHEET)]
    version = client.dataset("digits", 3)
    assert (str(version), version.created.year, version.aliases) == ("digits@3", 2026, ("production",))
    assert version.facts["classes"] == {"0": 178}
    folder = version.save(tmp_path / "sheet")
    assert (folder / "contact-sheet.png").read_bytes() == SHEET
    assert [asked.path for asked in small.asked] == [
        "/v1/datasets/digits/3",
        "/v1/datasets/digits/3/files/contact-sheet.png",
    ]


def test_one_is_asked_for_by_number_alias_or_both_in_one(small, answer, client: Client) -> None:
    small.answers = [answer(body=BODY)]
    for name in ("digits", "digits@3", "digits@production"):
        client.dataset(name)
        client.model(name)
    client.model("digits", "production")
    assert [asked.path for asked in small.asked] == [
        *("/v1/datasets/digits/latest", "/v1/models/digits/latest"),
        *("/v1/datasets/digits/3", "/v1/models/digits/3"),
        *("/v1/datasets/digits/production", "/v1/models/digits/production"),
        "/v1/models/digits/production",
    ]


def test_all_are_listed_and_all_versions_of_one(small, answer, client: Client) -> None:
    for kind in ("datasets", "models"):
        pages = [{kind: [BODY], "next": f"/v1/{kind}?cursor=1.digits"}, {kind: [BODY], "next": None}]
        small.answers = [answer(body=body) for body in (*pages, {"name": "digits", "versions": [BODY]})]
        newest, versions = (
            (client.datasets(), client.dataset_versions("digits"))
            if kind == "datasets"
            else (client.models(), client.model_versions("digits"))
        )
        assert [str(one) for one in (*newest, *versions)] == ["digits@3"] * 3
        assert small.asked[-2].path == pages[0]["next"]


@pytest.mark.parametrize("wrong", [{}, BODY | {"created": "today"}, BODY | {"files": [{}]}])
def test_what_is_no_version_is_no_answer(small, answer, client: Client, wrong: object) -> None:
    small.answers = [answer(body=wrong)]
    with pytest.raises(BadAnswer, match="not that of a version"):
        client.dataset("digits")


def test_only_what_is_given_is_ordered(small, answer, client: Client) -> None:
    small.answers = [answer(body=JOB)]
    client.train("a", dataset="digits@3", classifier="svm")
    client.train(
        "b",
        dataset="digits",
        segmenter="unet",
        preprocess=["grey"],
        search={"max_depth": (2, 3)},
        seed=7,
        key="k",
    )
    client.evaluate("a@production", "digits", against="b@1")
    bodies = [json.loads(asked.body) for asked in small.asked]
    assert bodies[0] == {"name": "a", "dataset": "digits@3", "classifier": "svm"}
    assert bodies[1] == {
        **{"name": "b", "dataset": "digits", "segmenter": "unet", "preprocess": '["grey"]'},
        **{"search": {"max_depth": [2, 3]}, "seed": 7},
    }
    assert bodies[2] == {
        **{"version": "production", "dataset": "digits", "against": ["b@1"], "subset": "auto", "seed": 0},
    }
    assert [asked.path for asked in small.asked] == ["/v1/models", "/v1/models", "/v1/models/a/evaluations"]
    assert small.asked[1].headers["Idempotency-Key"] == "k"


def test_an_order_that_broke_off_is_sent_again_under_its_key(
    small, answer, client: Client, later, tmp_path: Path
) -> None:
    small.answers = [answer(body=BODY), answer(503, headers={"Retry-After": "0"}), answer(body=JOB)]
    client.dataset("digits")
    small.stop()
    later(0.3, small.start)
    (tmp_path / "a.zip").write_bytes(b"PK of a zip")
    assert client.add_dataset("digits", tmp_path / "a.zip").id == "7"
    first, second = small.asked[1:]
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.body == second.body
    assert b"PK of a zip" in first.body


def test_two_orders_have_two_keys(small, answer, client: Client) -> None:
    small.answers = [answer(body=JOB)]
    for _ in range(2):
        client.train("a", dataset="digits", classifier="svm")
    assert len({asked.headers["Idempotency-Key"] for asked in small.asked}) == 2


def test_an_order_is_not_repeated_to_a_server_that_never_answered(small, answer) -> None:
    small.answers = [answer(503)]
    with Client(small.url) as client, pytest.raises(Unavailable):
        client.train("a", dataset="digits", classifier="svm")
    with Client("http://127.0.0.1:9") as nobody, pytest.raises(ServerUnreachable):
        nobody.train("a", dataset="digits", classifier="svm")
    assert len(small.asked) == 1


def test_an_alias_is_put_and_rolled_back(small, answer, client: Client) -> None:
    small.answers = [answer(body={"aliases": {"production": 3}})]
    assert client.promote("digits", 3) == {"production": 3}
    assert client.roll_back("digits", "trial") == {"production": 3}
    put, post = small.asked
    assert (put.method, put.path, json.loads(put.body)) == (
        *("PUT", "/v1/models/digits/aliases/production"),
        {"version": 3},
    )
    assert put.headers["Content-Type"] == "application/json"
    assert (post.method, post.path) == ("POST", "/v1/models/digits/aliases/trial/rollback")


def test_a_version_is_deleted_by_its_number(small, answer, client: Client) -> None:
    small.answers = [answer(204)]
    client.delete_dataset("digits", 3)
    client.delete_model("digits", 4)
    assert [(asked.method, asked.path) for asked in small.asked] == [
        ("DELETE", "/v1/datasets/digits/3"),
        ("DELETE", "/v1/models/digits/4"),
    ]


def test_a_job_tells_what_it_does_and_what_it_has_made(small, answer, client: Client) -> None:
    made = {"kind": "models", "name": "forest", "version": 2, "link": "/v1/models/forest/2"}
    small.answers = [answer(body=JOB | {"task": {"task": "training"}, "published": made}), answer(body=JOB)]
    trained, plain = client.job("7"), client.job("8")
    assert (trained.task, trained.published) == ("training", "forest@2")
    assert (plain.task, plain.published) == ("", None)


def test_the_faults_of_a_data_set_stand_in_the_log_of_its_job(small, answer, client: Client) -> None:
    small.answers = [
        answer(
            body=b"2026-11-22T08:54:31.993+00:00 dataset: 'a.png': no image\n"
            b"2026-11-22T08:54:31.994+00:00 dataset: there must be two classes\n"
            b"2026-11-22T08:54:31.995+00:00 Traceback (most recent call last):\n"
            b"2026-11-22T08:54:31.995+00:00 coronal.errors.BadDataset: the data set can't be taken: both\n"
        )
    ]

    def ended(code: str) -> Job:
        return Job(client._transport, JOB | {"state": "failed", "error": {"code": code, "message": ""}})

    assert faults_of(ended("bad-dataset")) == ["'a.png': no image", "there must be two classes"]
    assert faults_of(ended("out-of-memory")) == []
    assert len(small.asked) == 1
