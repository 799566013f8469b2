"""The changes of many jobs, followed by the client."""

import json
from itertools import islice
from pathlib import Path

import pytest
from httpx_sse import ServerSentEvent

from coronal_client import Change, Client, State
from coronal_client.errors import BadAnswer, ServerUnreachable


def reported(number: int, job: str, state: str | None) -> str:
    facts = {"job": job, "state": state, "stage": "", "progress": 0.0, "revision": number}
    return f"event: change\nid: {number}-0\ndata: {json.dumps(facts)}\n\n"


@pytest.fixture
def events(answer):
    """Make an answer of events, which ends as one that breaks off does."""
    return lambda *texts: answer(200, "".join(texts).encode(), {"Content-Type": "text/event-stream"})


def test_who_submits_many_is_reported_of_each_until_its_end(server: str, picture: Path) -> None:
    with Client(server) as client:
        changes = client.changes(states=[State.SUCCEEDED, State.FAILED])
        sent = {client.submit(picture, ["otsu"]).id for _ in range(4)}
        ended = {change.job for change in islice(changes, 4)}
        assert ended == sent


def test_who_knows_a_place_is_reported_what_has_happened_since(server: str, picture: Path) -> None:
    with Client(server) as client:
        job = client.submit(picture, ["otsu"])
        first = next(client.changes(jobs=[job.id], after="0-0"))
        assert (first.job, first.state) == (job.id, State.QUEUED)
        following = client.changes(jobs=[job.id], after=first.place)
        assert next(change.state for change in following if change.state is State.SUCCEEDED)


def test_what_breaks_off_is_resumed_from_the_last_place_even_where_nothing_was_reported(
    small, events
) -> None:
    small.answers = [
        events("id: 1-0\n\n"),
        events("id: 1-0\n\n", reported(2, "a", "queued"), ": still here\n\n"),
        events("id: 2-0\n\n", reported(3, "a", None)),
    ]
    with Client(small.url) as client:
        changes = list(islice(client.changes(jobs=["a", "b"]), 2))
    assert [(one.job, one.state, one.place) for one in changes] == [
        ("a", State.QUEUED, "2-0"),
        ("a", None, "3-0"),
    ]
    assert [one.headers.get("Last-Event-ID") for one in small.asked] == [None, "1-0", "2-0"]
    assert {one.path for one in small.asked} == {"/v1/events?job=a&job=b"}


def test_a_server_whose_streams_end_without_a_word_is_given_up_when_patience_ends(small, events) -> None:
    small.answers = [events("id: 1-0\n\n"), events(": still here\n\n")]
    with Client(small.url, patience_s=0.5) as client, pytest.raises(ServerUnreachable, match="has ended"):
        next(client.changes())


def test_where_the_server_has_forgotten_what_was_missed_each_job_is_reported_as_it_is_now(
    small, answer, events
) -> None:
    listed = {
        "jobs": [{"id": "b", "state": "succeeded"}, {"id": "a", "state": "running", "stage": "otsu"}],
        "next": None,
    }
    small.answers = [
        events("id: 1-0\n\n", "event: gap\ndata: {}\n\n", reported(9, "a", "succeeded")),
        answer(200, listed),
    ]
    with Client(small.url) as client:
        changes = list(islice(client.changes(after="1-0"), 3))
    assert changes == [
        Change("b", State.SUCCEEDED),
        Change("a", State.RUNNING, "otsu"),
        Change("a", State.SUCCEEDED, place="9-0"),
    ]


@pytest.mark.parametrize("data", ["{}", "no JSON", '{"job": "a", "state": "asleep"}'])
def test_an_event_of_another_server_is_no_change(data: str) -> None:
    with pytest.raises(BadAnswer):
        Change.reported(ServerSentEvent("change", data, "1-0"))
