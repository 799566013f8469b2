from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.events import Event, EventStore
from coronal_jobs.records.job import Failure, Job, Order, State
from coronal_jobs.records.job_store import JobStore

FAILURE = Failure(code="stage-error", message="no")


@pytest.fixture
def events(connection: Connection) -> EventStore:
    return EventStore(connection)


def _reported(events: EventStore) -> list[tuple[str, str, int]]:
    return [(event.step, event.state or "", event.epoch) for event in events.history()]


def test_each_change_is_reported_once_and_in_its_order(
    events: EventStore, job_store: JobStore, midway: Job
) -> None:
    job_store.report(midway.id, midway.epoch, Report("b", 0.75))
    job_store.log(midway.id, "a line")
    job_store.release(midway.id, midway.epoch)
    second = job_store.claim(midway.id, "there", lease_s=60)
    assert second is not None
    job_store.reclaim(second.id, second.epoch)
    third = job_store.claim(midway.id, "there", lease_s=60)
    assert third is not None
    job_store.fail(third.id, third.epoch, FAILURE)
    job_store.retry(midway.id)
    job_store.cancel(midway.id)
    job_store.delete(midway.id)
    assert _reported(events) == [
        ("admit", "queued", 0),
        ("claim", "running", 1),
        ("commit", "queued", 1),
        ("claim", "running", 2),
        ("report", "running", 2),
        ("log", "running", 2),
        ("release", "queued", 2),
        ("claim", "running", 3),
        ("reclaim", "queued", 4),
        ("claim", "running", 5),
        ("fail", "failed", 5),
        ("retry", "queued", 5),
        ("cancel", "cancelled", 6),
        ("delete", "", 0),
    ]


def test_an_event_tells_how_far_the_job_was_then(
    events: EventStore, job_store: JobStore, midway: Job
) -> None:
    job_store.report(midway.id, midway.epoch, Report("b", 0.75))
    reported = list(events.history())[-1]
    assert reported == Event(
        id=reported.id,
        job=midway.id,
        step="report",
        state=State.RUNNING,
        stage="b",
        progress=0.75,
        stage_group=1,
        epoch=2,
        revision=midway.revision + 1,
    )
    job_store.cancel(midway.id)
    assert list(events.history())[-1].revision == job_store.get(midway.id).revision


def test_what_changes_nothing_is_not_reported(events: EventStore, job_store: JobStore, midway: Job) -> None:
    last = events.last_id()
    job_store.commit(midway.model_copy(update={"epoch": 1}))
    job_store.claim(midway.id, "there", lease_s=60)
    job_store.retry(midway.id)
    job_store.reclaim(midway.id)
    assert events.after(last) == []


def test_without_any_event_the_last_is_the_beginning(events: EventStore) -> None:
    assert events.last_id() == "0-0"
    assert events.after("0-0") == list(events.history()) == []


def test_those_after_one_are_given_and_each_once(
    events: EventStore, job_store: JobStore, make_order: Callable[..., Order]
) -> None:
    orders = [make_order() for _ in range(5)]
    for order in orders:
        job_store.admit(order)
    every = events.after("0-0")
    assert [event.job for event in every] == [order.id for order in orders]
    assert events.after(every[1].id) == every[2:]
    assert events.last_id() == every[-1].id
    assert events.after(every[-1].id) == []


def test_who_waits_is_woken_by_the_next_and_not_kept_longer_than_was_asked(
    connection: Connection, job_store: JobStore, order: Order, eventually: Callable[..., None]
) -> None:
    events = EventStore(connection)
    assert events.after("0-0", wait_s=0.05) == []
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(events.after, "0-0", wait_s=4.0)
        eventually(lambda: connection.info("clients")["blocked_clients"] > 0, "it waits")
        job_store.admit(order)
        assert [event.job for event in waiting.result()] == [order.id]


def test_the_whole_history_is_given_though_it_is_longer_than_one_answer(
    events: EventStore, job_store: JobStore, midway: Job
) -> None:
    for number in range(2_500):
        job_store.report(midway.id, midway.epoch, Report("b", number / 2_500))
    progress = [event.progress for event in events.history() if event.step == "report"]
    assert progress == [pytest.approx(number / 2_500) for number in range(2_500)]


def test_the_oldest_go_when_there_are_too_many(
    events: EventStore, job_store: JobStore, midway: Job, connection: Connection
) -> None:
    filler = (
        "job",
        "x",
        "step",
        "log",
        "state",
        "",
        "stage",
        "",
        "progress",
        0,
        "stage_group",
        0,
        "epoch",
        0,
    )
    for _ in range(6):
        connection.ask_all(*[("XADD", "coronal:events", "*", *filler, "revision", 0)] * 10_000)
    job_store.report(midway.id, midway.epoch, Report("b", 0.5))
    # Redis drops whole nodes of a hundred or so.
    assert 50_000 <= connection.xlen("coronal:events") < 50_500
    last = list(events.history())[-1]
    assert (last.job, last.step) == (midway.id, "report")


def test_a_page_tells_whether_anything_before_it_may_be_missing(
    events: EventStore, job_store: JobStore, connection: Connection, make_order: Callable[..., Order]
) -> None:
    for _ in range(4):
        job_store.admit(make_order())
    first, second, *_, last = [event.id for event in events.history()]
    assert [len(events.page(one).events) for one in ("0-0", first, last)] == [4, 3, 0]
    assert all(events.page(one).is_whole for one in ("0-0", first, last))
    connection.execute_command("XTRIM", "coronal:events", "MAXLEN", "=", 2)
    assert [events.page(one).is_whole for one in (first, second, last)] == [False, False, True]
    assert len(events.page(first).events) == 2
    connection.flushall()
    assert not events.page(last).is_whole
