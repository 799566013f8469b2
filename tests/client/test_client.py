"""The client against a real server."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest

from coronal_client import Client, State
from coronal_client.errors import BadFile, NotFound, Refused

STAGES = [{"gaussian": {"sigma": 1.5}}, "otsu", "shape"]
TEXT = "stages:\n  - gaussian: {sigma: 1.5}\n  - otsu\n  - shape\n"


@pytest.fixture
def client(server: str):
    with Client(server) as client:
        yield client


def test_an_image_comes_back_as_numbers_and_a_picture(client: Client, picture: Path) -> None:
    results = client.submit(picture, STAGES).wait(60).results()
    areas = results.tables["shape"].column("area")
    assert len(areas) == results.tables["shape"].row_count > 1
    assert results.overlay is not None
    assert results.overlay.read().startswith(b"\x89PNG")
    assert {"result.json", "provenance.json", "measurements.csv", "labels.png"} <= set(results.files)


def test_each_way_to_say_the_same_gives_the_same(client: Client, picture: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(TEXT)
    client.save_pipeline("same", STAGES)
    jobs = [
        client.submit(str(picture), TEXT),
        client.submit(picture.read_bytes(), path, name="a.png"),
        client.submit(BytesIO(picture.read_bytes()), {"stages": STAGES}),
        client.submit(picture, "same", seed=7),
    ]
    digests = {job.wait(60).results().files["labels.png"].sha256 for job in jobs}
    assert len(digests) == 1
    assert [job.body["input"]["name"] for job in jobs] == [picture.name, "a.png", "image", picture.name]
    assert [job.body["seed"] for job in jobs] == [0, 0, 0, 7]


def test_what_is_saved_is_what_the_job_left(client: Client, picture: Path, tmp_path: Path) -> None:
    results = client.submit(picture, STAGES).wait(60).results()
    folder = results.save(tmp_path / "out")
    for name, artifact in results.files.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == artifact.sha256


def test_jobs_are_listed_newest_first_over_pages(client: Client, picture: Path) -> None:
    sent = [client.submit(picture, ["otsu"]).id for _ in range(3)]
    for id in sent:
        client.job(id).wait(60)
    assert [job.id for job in client.jobs(limit=3)] == sent[::-1]
    assert {job.state for job in client.jobs(state=State.SUCCEEDED, limit=2)} == {State.SUCCEEDED}


def test_jobs_of_several_pages_are_given_once_each_and_no_more_than_wanted(small, answer) -> None:
    body = {"state": "queued", "revision": 1}
    first = answer(body={"jobs": [{"id": "3", **body}, {"id": "2", **body}], "next": "/v1/jobs?cursor=2.b"})
    last = answer(body={"jobs": [{"id": "1", **body}], "next": None})
    small.answers = [first, last, first, last]
    with Client(small.url) as client:
        assert [job.id for job in client.jobs(state=State.QUEUED)] == ["3", "2", "1"]
        assert [job.id for job in client.jobs(limit=1)] == ["3"]
    assert [asked.path for asked in small.asked] == [
        "/v1/jobs?limit=100&state=queued",
        "/v1/jobs?cursor=2.b",
        "/v1/jobs?limit=1",
    ]


def test_a_broken_image_fails_as_a_job(client: Client) -> None:
    job = client.submit(b"\x89PNG\r\n\x1a\n and no more", ["otsu"], name="broken.png")
    with pytest.raises(Exception, match="bad-image"):
        job.wait(60)
    assert job.failure is not None
    assert job.failure.code == "bad-image"
    with pytest.raises(Refused):
        job.results()


def test_a_wrong_pipeline_is_refused_with_all_that_is_wrong(client: Client, picture: Path) -> None:
    with pytest.raises(Refused) as raised:
        client.submit(picture, ["otsu", {"gaussian": {"sigma": -1}}])
    problem = raised.value.problem
    assert (problem.status, problem.code, problem.parameter, problem.found) == (
        422,
        "bad-parameter",
        "sigma",
        "-1",
    )
    assert "gaussian" in problem.stage
    assert problem.allowed


def test_what_is_no_image_is_refused(client: Client) -> None:
    with pytest.raises(Refused) as raised:
        client.submit(b"hello", ["otsu"], name="a.png")
    assert raised.value.problem.status == 415


def test_a_file_that_is_not_there_is_never_sent(client: Client) -> None:
    with pytest.raises(BadFile):
        client.submit("none.png", ["otsu"])


def test_a_deleted_job_is_gone(client: Client, picture: Path) -> None:
    job = client.submit(picture, ["otsu"]).wait(60)
    assert isinstance(job.log(), str)
    job.delete()
    with pytest.raises(NotFound):
        client.job(job.id)
    with pytest.raises(NotFound):
        job.refresh()


def test_pipelines_are_kept_given_listed_and_removed(client: Client) -> None:
    client.save_pipeline("kept", TEXT)
    assert [stage["name"] for stage in client.pipeline("kept")["stages"]] == ["gaussian", "otsu", "shape"]
    assert "kept" in [pipeline["name"] for pipeline in client.pipelines()]
    client.delete_pipeline("kept")
    with pytest.raises(NotFound):
        client.pipeline("kept")


def test_the_catalogue_and_the_live_workers_are_reported(client: Client) -> None:
    catalogue = client.plugins()
    assert {"gaussian", "otsu", "shape"} <= {spec["name"] for spec in catalogue["algorithms"]}
    assert client.live_workers() == {"default": 1}


@pytest.mark.parametrize("id", ["none", "../plugins", "a/b", "?", ""])
def test_no_id_leads_to_another_place(client: Client, id: str) -> None:
    with pytest.raises(NotFound):
        client.job(id)
