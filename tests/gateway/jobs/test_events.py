"""GET /v1/jobs/{id}/events: the events of a job, and resuming after an interruption."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from coronal_gateway.jobs import event_stream as streaming
from coronal_gateway.services import Services
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.job import Failure, Job


@dataclass(frozen=True)
class Reported:
    """An event, as a reader sees it."""

    kind: str
    id: str
    data: str

    @property
    def facts(self) -> dict[str, object]:
        facts: dict[str, object] = json.loads(self.data)
        return facts


def parsed(text: str) -> list[Reported]:
    events = []
    for block in text.split("\n\n"):
        if block and not block.startswith(":"):
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            events.append(Reported(fields["event"], fields["id"], fields["data"]))
    return events


def short(events: list[Reported]) -> list[tuple[str, object]]:
    return [(one.kind, one.data if one.kind == "log" else one.facts.get("state")) for one in events]


@pytest.fixture
def read(client: FlaskClient):
    """Read all events of a job until the response ends."""

    def do(job_id: str, last: str = "") -> list[Reported]:
        headers = {"Last-Event-ID": last} if last else {}
        answer = client.get(f"/v1/jobs/{job_id}/events", headers=headers)
        assert (answer.status_code, answer.content_type) == (200, "text/event-stream")
        return parsed(answer.text)

    return do


@pytest.fixture
def claimed(submit, at: Services) -> Job:
    job = at.jobs.claim(submit().json["id"], "default", lease_s=60)
    assert job is not None
    return job


@pytest.fixture
def soon(once_held) -> Iterator:
    """Do something while this thread reads, once its request is held."""
    with ExitStack() as doing:
        yield lambda *works: doing.enter_context(once_held(lambda: [work() for work in works]))


def fail(at: Services, job: Job) -> None:
    at.jobs.fail(job.id, job.epoch, Failure(code="stage-error", message="otsu failed", stage="otsu"))


def test_a_job_is_reported_from_where_it_is_to_its_end(claimed: Job, at: Services, read, soon) -> None:
    at.jobs.log(claimed.id, "read in 1 s")
    soon(
        lambda: at.jobs.report(claimed.id, claimed.epoch, Report("otsu", 0.5)),
        lambda: at.jobs.log(claimed.id, "otsu: done", "shape: begins"),
        lambda: at.jobs.commit(claimed),
    )
    events = read(claimed.id)
    assert short(events) == [
        ("log", "read in 1 s"),
        ("state", "running"),
        ("progress", "running"),
        ("log", "otsu: done"),
        ("log", "shape: begins"),
        ("state", "succeeded"),
    ]
    assert (events[2].facts["stage"], events[2].facts["progress"]) == ("otsu", 0.5)
    assert events[-1].facts["revision"] == at.jobs.get(claimed.id).revision


def test_a_job_that_is_final_is_reported_at_once(claimed: Job, at: Services, read) -> None:
    at.jobs.log(claimed.id, "Traceback (most recent call last):")
    fail(at, claimed)
    assert short(read(claimed.id)) == [
        ("log", "Traceback (most recent call last):"),
        ("state", "failed"),
    ]


def test_of_other_jobs_nothing_is_reported(submit, claimed: Job, at: Services, read, soon) -> None:
    soon(submit, lambda: at.jobs.cancel(claimed.id))
    assert short(read(claimed.id)) == [("state", "running"), ("state", "cancelled")]


def test_who_comes_again_is_reported_what_was_missed_and_nothing_twice(
    submit, at: Services, read, soon
) -> None:
    job_id = submit().json["id"]
    soon(lambda: at.jobs.claim(job_id, "default", lease_s=60), lambda: at.jobs.cancel(job_id))
    whole = read(job_id)
    assert short(whole) == [("state", "queued"), ("state", "running"), ("state", "cancelled")]
    for number in range(2):
        assert read(job_id, whole[number].id) == whole[number + 1 :]


def test_a_line_separator_of_unicode_ends_no_line_of_an_event(claimed: Job, at: Services, read) -> None:
    at.jobs.log(claimed.id, "one\u2028line")
    at.jobs.cancel(claimed.id)
    assert ("log", "one\u2028line") in short(read(claimed.id))


def test_who_comes_again_gets_each_line_of_the_log_once(claimed: Job, at: Services, read) -> None:
    for number in range(5):
        at.jobs.log(claimed.id, f"line {number}")
    fail(at, claimed)
    whole = read(claimed.id)
    third = next(one for one in whole if one.data == "line 2")
    again = read(claimed.id, third.id)
    assert [one.data for one in again if one.kind == "log"] == ["line 3", "line 4"]
    assert short(again)[-1] == ("state", "failed")


def test_who_has_seen_the_end_is_204_so_that_a_browser_does_not_come_again(
    client: FlaskClient, claimed: Job, at: Services, read
) -> None:
    at.jobs.cancel(claimed.id)
    last = read(claimed.id)[-1].id
    answer = client.get(f"/v1/jobs/{claimed.id}/events", headers={"Last-Event-ID": last})
    assert (answer.status_code, answer.data) == (204, b"")


def test_who_was_cut_off_between_the_last_line_and_the_end_is_reported_of_the_end(
    claimed: Job, at: Services, read, soon
) -> None:
    soon(lambda: at.jobs.log(claimed.id, "the last"), lambda: fail(at, claimed))
    whole = read(claimed.id)
    line = next(one for one in whole if one.kind == "log")
    assert short(read(claimed.id, line.id)) == [("state", "failed")]


def test_who_has_seen_the_end_is_reported_of_a_retry(claimed: Job, at: Services, read, soon) -> None:
    at.jobs.cancel(claimed.id)
    last = read(claimed.id)[-1].id
    at.jobs.retry(claimed.id)
    soon(lambda: at.jobs.cancel(claimed.id))
    assert short(read(claimed.id, last)) == [("state", "queued"), ("state", "cancelled")]


@pytest.mark.parametrize("last", ["nonsense", "1-2", "1-2.3.4", "9" * 40 + "-0.0"])
def test_an_id_that_is_none_of_ours_is_as_none(claimed: Job, at: Services, read, last: str) -> None:
    at.jobs.cancel(claimed.id)
    assert short(read(claimed.id, last)) == [("state", "cancelled")]


def test_a_job_that_is_deleted_ends_with_that(claimed: Job, at: Services, read, soon) -> None:
    soon(lambda: at.jobs.delete(claimed.id))
    assert [one.kind for one in read(claimed.id)] == ["state", "deleted"]


def test_while_nothing_happens_a_comment_is_sent(
    client: FlaskClient, claimed: Job, at: Services, later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.05)
    later(0.3, at.jobs.cancel, claimed.id)  # so long nothing happens
    assert ": still here\n\n" in client.get(f"/v1/jobs/{claimed.id}/events").text


def test_where_no_place_is_free_it_is_503_and_a_place_is_free_again_after_one_has_left(
    client: FlaskClient, claimed: Job, at: Services
) -> None:
    first = client.get(f"/v1/jobs/{claimed.id}/events")
    refused = client.get(f"/v1/jobs/{claimed.id}/events")
    assert (refused.status_code, refused.json["code"]) == (503, "too-many-waiting")
    assert refused.headers["Retry-After"] == "1"
    first.close()
    at.jobs.cancel(claimed.id)
    assert client.get(f"/v1/jobs/{claimed.id}/events").status_code == 200


@pytest.mark.parametrize("job_id", ["01aryz6s4100000000000000ab", "short"])
def test_the_events_of_an_unknown_job_are_404(client: FlaskClient, job_id: str) -> None:
    assert client.get(f"/v1/jobs/{job_id}/events").status_code == 404


def test_a_gateway_that_stops_lets_go_of_readers(claimed: Job, at: Services, read, soon) -> None:
    soon(at.polls.stop)
    assert short(read(claimed.id)) == [("state", "running")]
