"""GET /v1/events: every change of every job, from where the reader was."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from coronal_gateway.jobs import changes
from coronal_gateway.services import Services
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.connection import connect

Reported = dict[str, str]


def parsed(block: str) -> Reported:
    return dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))


@pytest.fixture
def listen(client: FlaskClient):
    """Request changes and yield them one by one, each as its lines; a previous stream is closed."""
    opened = []

    def do(query: str = "", last: str = "") -> Iterator[Reported]:
        while opened:
            opened.pop().close()
        headers = {"Last-Event-ID": last} if last else {}
        answer = client.get(f"/v1/events{query}", headers=headers, buffered=False)
        assert (answer.status_code, answer.content_type) == (200, "text/event-stream")
        opened.append(answer)
        return (
            parsed(block)
            for piece in answer.iter_encoded()
            for block in piece.decode().split("\n\n")
            if block
        )

    yield do
    for answer in opened:
        answer.close()


Listen = Callable[..., Iterator[Reported]]


def next_change(stream: Iterator[Reported]) -> Reported:
    return next(reported for reported in stream if reported.get("event") == "change")


def facts(reported: Reported) -> dict[str, object]:
    found: dict[str, object] = json.loads(reported["data"])
    return found


def test_the_changes_of_all_jobs_are_reported_in_their_order(listen: Listen, submit, at: Services) -> None:
    stream = listen()
    next(stream)
    first, second = submit().json["id"], submit().json["id"]
    claimed = at.jobs.claim(first, "default", lease_s=60)
    at.jobs.report(claimed.id, claimed.epoch, Report("otsu", 0.5))
    at.jobs.log(first, "a line, which is no change")
    at.jobs.delete(second)
    reported = [facts(next_change(stream)) for _ in range(5)]
    assert [(one["job"], one["state"]) for one in reported] == [
        (first, "queued"),
        (second, "queued"),
        (first, "running"),
        (first, "running"),
        (second, None),
    ]
    assert (reported[3]["stage"], reported[3]["progress"]) == ("otsu", 0.5)
    assert reported[3]["revision"] == at.jobs.get(first).revision


def test_who_comes_again_is_reported_what_was_missed_and_nothing_twice(listen: Listen, submit) -> None:
    stream = listen()
    next(stream)
    ids = [submit().json["id"] for _ in range(3)]
    first = next_change(stream)
    again = listen(last=first["id"])
    assert [facts(next_change(again))["job"] for _ in range(2)] == ids[1:]


def test_who_was_cut_off_before_the_first_change_knows_where_to_go_on(listen: Listen, submit) -> None:
    place = next(listen())
    assert list(place) == ["id"]
    job_id = submit().json["id"]
    assert facts(next_change(listen(last=place["id"])))["job"] == job_id
    assert facts(next_change(listen(f"?after={place['id']}")))["job"] == job_id


def test_a_filter_leaves_changes_out_and_the_client_keeps_its_position(
    listen: Listen, submit, at: Services
) -> None:
    ids = [submit().json["id"] for _ in range(3)]
    for one in ids[:2]:
        at.jobs.cancel(one)
    of_jobs = listen(f"?after=0-0&job={ids[1]}&job={ids[2]}")
    assert [facts(next_change(of_jobs))["job"] for _ in range(3)] == [ids[1], ids[2], ids[1]]
    of_state = listen("?after=0-0&state=cancelled&state=failed")
    assert [facts(next_change(of_state))["job"] for _ in range(2)] == ids[:2]
    nothing = listen("?after=0-0&state=failed")
    assert [next(nothing)["id"], next(nothing)["id"]] == ["0-0", at.events.last_id()]


def forget_all_but_the_last(at: Services) -> None:
    connect(at.settings).execute_command("XTRIM", "coronal:events", "MAXLEN", "=", 1)


def test_who_was_away_for_too_long_is_reported_of_a_gap_and_then_what_is_kept(
    listen: Listen, submit, at: Services
) -> None:
    place = next(listen())
    last = [submit().json["id"] for _ in range(3)][-1]
    forget_all_but_the_last(at)
    stream = listen(last="1-0" if place["id"] == "0-0" else place["id"])
    kinds = [reported.get("event", "") for reported, _ in zip(stream, range(3), strict=False)]
    assert kinds == ["", "gap", "change"]
    assert facts(next_change(listen(last="1-0")))["job"] == last


def test_who_is_too_slow_is_reported_of_a_gap_in_the_midst(listen: Listen, submit, at: Services) -> None:
    stream = listen()
    next(stream)
    submit()
    next_change(stream)
    for _ in range(3):
        submit()
    forget_all_but_the_last(at)
    assert next(reported for reported in stream if "event" in reported)["event"] == "gap"
    assert next_change(stream)


def test_a_redis_that_has_forgotten_all_is_a_gap(listen: Listen, submit, at: Services) -> None:
    submit()
    last = at.events.last_id()
    connect(at.settings).flushall()
    stream = listen(last=last)
    assert [next(stream).get("event"), next(stream).get("event")] == [None, "gap"]


def test_while_nothing_happens_a_comment_is_sent(
    client: FlaskClient, at: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "HEARTBEAT_S", 0.05)
    with closing(client.get("/v1/events", buffered=False)) as answer:
        pieces = answer.iter_encoded()
        assert [next(pieces), next(pieces)] == [b"id: 0-0\n\n", b": still here\n\n"]


@pytest.mark.parametrize("query", ["after=x", "after=1", "state=done", "jobs=x"])
def test_a_question_that_cannot_be_is_422(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/v1/events?{query}")
    assert (answer.status_code, answer.json["parameter"]) == (422, query.partition("=")[0])


def test_a_place_that_is_none_of_ours_is_refused_so_that_nothing_is_lost_without_a_word(
    client: FlaskClient,
) -> None:
    assert client.get("/v1/events", headers={"Last-Event-ID": "nonsense"}).status_code == 422


def test_where_no_place_is_free_it_is_503(client: FlaskClient, listen: Listen) -> None:
    listen()
    refused = client.get("/v1/events")
    assert (refused.status_code, refused.json["code"]) == (503, "too-many-waiting")


def test_a_gateway_that_stops_lets_go_of_readers(listen: Listen, at: Services) -> None:
    stream = listen()
    next(stream)
    at.polls.stop()
    assert list(stream) == []
