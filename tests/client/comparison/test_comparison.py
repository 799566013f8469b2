"""What two jobs have left, fetched from a server and compared."""

import hashlib
import json
from collections.abc import Iterator, Mapping

import pytest

from coronal_client import Difference, FileComparison, Verdict, compare
from coronal_client.http.transport import Transport
from coronal_client.job import Job

TABLE, OTHER_TABLE = b"label,area\r\n1,2.5\r\n", b"label,area\r\n1,3.5\r\n"
REPORTED = json.dumps({"job": "1", "python": "3.11"}).encode()
OTHERWISE_REPORTED = json.dumps({"job": "2", "python": "3.12"}).encode()
EQUAL, DIFFERS = Verdict.EQUAL, Verdict.DIFFERS


@pytest.fixture
def transport(small) -> Iterator[Transport]:
    with Transport(small.url, patience_s=0) as transport:
        yield transport


def _job(transport: Transport, id: str) -> Job:
    state = {"state": "succeeded", "revision": 1, "progress": 1.0, "stage": "", "error": None}
    return Job(transport, {"id": id, **state})


def _left(job: str, files: Mapping[str, bytes]) -> dict[str, object]:
    artifacts = [
        {
            "name": name,
            "media_type": "text/plain",
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "href": f"/v1/jobs/{job}/results/{name}",
        }
        for name, content in files.items()
    ]
    return {"job": job, "artifacts": artifacts, "result": None}


def _answers(answer, one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[object]:
    shared = sorted({*one} & {*other} - {"provenance.json"})
    contents = [part for name in shared if one[name] != other[name] for part in (one[name], other[name])]
    contents += [files["provenance.json"] for files in (one, other) if "provenance.json" in files]
    bodies = [_left("1", one), _left("2", other), *contents]
    return [answer(body=body) for body in bodies]


def test_files_of_the_same_digest_are_equal_and_not_fetched(small, answer, transport) -> None:
    files = {"measurements.csv": TABLE, "overlay.png": b"a picture"}
    small.answers = _answers(
        answer, files | {"provenance.json": REPORTED}, files | {"provenance.json": REPORTED}
    )
    found = compare(_job(transport, "1"), _job(transport, "2"))
    assert (found.job, found.replay, found.verdict, found.differences) == ("1", "2", EQUAL, ())
    assert found.files == (
        FileComparison("measurements.csv", EQUAL, ""),
        FileComparison("overlay.png", EQUAL, ""),
    )
    assert [asked.path.rpartition("/")[2] for asked in small.asked[2:]] == ["provenance.json"] * 2


def test_what_differs_and_why_is_reported(small, answer, transport) -> None:
    one = {"measurements.csv": TABLE, "provenance.json": REPORTED}
    other = {"measurements.csv": OTHER_TABLE, "provenance.json": OTHERWISE_REPORTED}
    small.answers = _answers(answer, one, other)
    found = compare(_job(transport, "1"), _job(transport, "2"))
    assert found.verdict is DIFFERS
    assert found.body == {
        "job": "1",
        "replay": "2",
        "verdict": "differs",
        "files": [
            {
                "name": "measurements.csv",
                "verdict": "differs",
                "detail": "1 of 4 values differ; line 2 column 2: 2.5 → 3.5",
            }
        ],
        "differences": [{"what": "Python", "before": "3.11", "after": "3.12"}],
    }
    assert found.differences == (Difference("Python", "3.11", "3.12"),)


def test_a_file_that_one_of_both_lacks_differs(small, answer, transport) -> None:
    small.answers = _answers(answer, {"measurements.csv": TABLE}, {"overlay.png": b"a picture"})
    found = compare(_job(transport, "1"), _job(transport, "2"))
    assert found.files == (
        FileComparison("measurements.csv", DIFFERS, "the replay lacks it"),
        FileComparison("overlay.png", DIFFERS, "only the replay has it"),
    )


def test_a_replay_is_asked_for_once_however_often_it_is_sent(small, answer, transport) -> None:
    again = {"id": "2", "state": "queued", "revision": 1, "progress": 0.0, "stage": "", "error": None}
    small.answers = [answer(202, again)]
    assert _job(transport, "1").replay().id == "2"
    (asked,) = small.asked
    assert (asked.method, asked.path) == ("POST", "/v1/jobs/1/replay")
    assert len(asked.headers["Idempotency-Key"]) == 32
