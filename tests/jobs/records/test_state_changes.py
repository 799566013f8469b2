"""Each change of a job's state is logged once, with what an operator filters by."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.catalogue import NotOffered, Offer
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.batch import BatchOrder, Item
from coronal_jobs.records.batch_store import BatchStore
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Failure, Job, Order, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.scripts import TRANSITIONS
from coronal_jobs.records.state_changes import EVENTS, JOB_LOG, log_abandoned

FAILURE = Failure(code="stage-error", message="DOE^JOHN", stage="stage 2, otsu")
AWAY = Failure(code="store-unavailable", message="away")
Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Logged:
    """Returns what was logged of jobs since it was asked last."""
    caplog.set_level(logging.INFO, JOB_LOG.name)

    def take() -> list[dict[str, Any]]:
        lines = [
            {"event": record.event, "level": record.levelname.lower()} | _given(record.fields)  # type: ignore[attr-defined]
            for record in caplog.records
            if record.name == JOB_LOG.name
        ]
        caplog.clear()
        return lines

    return take


@pytest.fixture
def claimed(take: Callable[..., Job], logged: Logged) -> Job:
    """A running job; what was logged of it before is forgotten."""
    job = take()
    logged()
    return job


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _events(lines: list[dict[str, Any]]) -> list[str]:
    return [line["event"] for line in lines]


def test_each_change_that_there_is_has_a_name() -> None:
    changes = {
        (step, new) for step, change in TRANSITIONS.items() for news in change.values() for new in news
    }
    assert set(EVENTS) == changes


def test_the_life_of_a_job_of_two_pools_is_logged_in_order(
    logged: Logged, take: Callable[..., Job], two_stage_groups: tuple[StageGroup, ...], job_store: JobStore
) -> None:
    first = take(stage_groups=two_stage_groups)
    job_store.commit(first, snapshot="c" * 64)
    second = job_store.claim(first.id, "there", lease_s=60)
    assert second is not None
    job_store.commit(second)
    lines = logged()
    assert _events(lines) == ["job.queued", "job.claimed", "job.handed-on", "job.claimed", "job.succeeded"]
    facts = [(line["state"], line["epoch"], line["pool"], line["stage_group"]) for line in lines]
    assert facts == [
        ("queued", 0, "here", 0),
        ("running", 1, "here", 0),
        ("queued", 1, "there", 1),
        ("running", 2, "there", 1),
        ("succeeded", 2, "there", 1),
    ]
    assert {line["job"] for line in lines} == {first.id}
    assert {line["level"] for line in lines} == {"info"}


def test_seconds_are_the_time_in_the_state_before(
    job_store: JobStore, connection: Connection, order: Order, logged: Logged
) -> None:
    job_store.admit(order)
    connection.hincrby(f"coronal:job:{order.id}", "since_ms", -5_000)
    job = job_store.claim(order.id, "default", lease_s=60)
    assert job is not None
    connection.hincrby(f"coronal:job:{order.id}", "since_ms", -90_000)
    job_store.commit(job)
    queued, running, succeeded = logged()
    assert "seconds" not in queued
    assert 5 <= running["seconds"] < 35
    assert 90 <= succeeded["seconds"] < 120


def test_an_order_that_was_sent_before_is_logged_once(
    job_store: JobStore, make_order: Callable[..., Order], logged: Logged
) -> None:
    order, terms = make_order(), Terms(key="k")
    job_store.admit(order, terms)
    job_store.admit(order, terms)
    job_store.admit(make_order(), terms)
    assert _events(logged()) == ["job.queued"]


def test_a_failure_is_logged_by_its_code_and_stage_and_without_its_words(
    job_store: JobStore, claimed: Job, logged: Logged
) -> None:
    job_store.fail(claimed.id, claimed.epoch, FAILURE)
    (line,) = logged()
    assert (line["event"], line["level"], line["state"]) == ("job.failed", "warning", "failed")
    assert (line["code"], line["stage"]) == ("stage-error", "stage 2, otsu")
    assert "DOE" not in str(line)


def test_a_failure_that_can_pass_is_logged_as_postponed(
    job_store: JobStore, claimed: Job, logged: Logged
) -> None:
    job_store.fail(claimed.id, claimed.epoch, AWAY, retries=5)
    (line,) = logged()
    assert (line["event"], line["code"], line["retries"]) == ("job.postponed", "store-unavailable", 1)


def test_a_job_is_logged_as_failed_once_where_two_have_ended_it(
    job_store: JobStore, claimed: Job, logged: Logged
) -> None:
    job_store.fail(claimed.id, claimed.epoch, Failure(code="timeout", message="too long"))
    assert job_store.fail(claimed.id, claimed.epoch, FAILURE) == "stale"
    (line,) = logged()
    assert line["code"] == "timeout"


@pytest.mark.parametrize(
    ("end", "event"),
    [
        (lambda jobs, job: jobs.commit(job), "job.succeeded"),
        (lambda jobs, job: jobs.fail(job.id, job.epoch, FAILURE), "job.failed"),
    ],
    ids=["a commit", "a failure"],
)
def test_whoever_asks_again_because_the_answer_was_lost_logs_it(
    job_store: JobStore, claimed: Job, logged: Logged, end: Callable[..., object], event: str
) -> None:
    end(job_store, claimed)
    logged()
    end(job_store, claimed)
    assert _events(logged()) == [event]


def test_a_reclaimed_job_is_logged_with_cause_and_stage_and_fails_in_the_end(
    job_store: JobStore, claimed: Job, logged: Logged
) -> None:
    job: Job | None = claimed
    lines = []
    for _ in range(3):
        assert job is not None
        job_store.report(job.id, job.epoch, Report("otsu", 0.5))
        job_store.reclaim(job.id, job.epoch)
        job = job_store.claim(job.id, "default", lease_s=60)
        lines += [line for line in logged() if line["event"] != "job.claimed"]
    assert _events(lines) == ["job.reclaimed", "job.reclaimed", "job.failed"]
    assert {(line["cause"], line["stage"]) for line in lines[:2]} == {("process-died", "otsu")}
    assert [line["crashed_attempts"] for line in lines] == [1, 2, 3]
    assert lines[2]["code"] == "worker-lost"


def test_a_job_whose_lease_has_ended_is_logged_as_reclaimed(
    job_store: JobStore, take: Callable[..., Job], logged: Logged
) -> None:
    job = take(lease_s=-1)
    logged()
    assert job_store.reclaim(job.id) == "queued"
    (line,) = logged()
    assert (line["event"], line["level"], line["cause"]) == ("job.reclaimed", "warning", "lease-ended")


def test_steps_that_change_nothing_log_nothing(job_store: JobStore, claimed: Job, logged: Logged) -> None:
    job_store.release(claimed.id, claimed.epoch)
    logged()
    job_store.commit(claimed)
    job_store.fail(claimed.id, claimed.epoch, FAILURE)
    job_store.release(claimed.id, claimed.epoch)
    job_store.reclaim(claimed.id, claimed.epoch)
    job_store.restart(claimed)
    job_store.claim(claimed.id, "another pool", lease_s=60)
    job_store.retry(claimed.id)
    assert logged() == []


def test_cancelling_and_retrying_are_logged_once(job_store: JobStore, claimed: Job, logged: Logged) -> None:
    job_store.cancel(claimed.id)
    assert job_store.cancel(claimed.id) is State.CANCELLED
    job_store.retry(claimed.id)
    job_store.retry(claimed.id)
    job_store.delete(claimed.id)
    lines = logged()
    assert _events(lines) == ["job.cancelled", "job.retried", "job.deleted"]
    assert lines[0]["epoch"] == claimed.epoch + 1


def test_a_restart_and_a_release_are_logged(job_store: JobStore, midway: Job, logged: Logged) -> None:
    logged()
    job_store.restart(midway, code="blob-damaged")
    job = job_store.claim(midway.id, "here", lease_s=60)
    assert job is not None
    job_store.release(job.id, job.epoch)
    restarted, _, released = logged()
    assert (restarted["event"], restarted["code"], restarted["restarts"]) == (
        "job.restarted",
        "blob-damaged",
        1,
    )
    assert (restarted["pool"], restarted["stage_group"]) == ("here", 0)
    assert (released["event"], released["level"]) == ("job.released", "info")


def test_a_job_that_a_worker_declines_is_logged_until_it_fails(
    job_store: JobStore, order: Order, logged: Logged
) -> None:
    lack = NotOffered("default", "otsu 2")
    job_store.admit(order)
    logged()
    assert job_store.decline(order.id, lack, Offer(), max_parked_s=60) == "parked"
    assert job_store.decline(order.id, lack, Offer(), max_parked_s=0) == "failed"
    assert job_store.decline(order.id, lack, Offer(), max_parked_s=0) == "stale"
    declined, failed = logged()
    assert declined == {
        "event": "job.declined",
        "level": "warning",
        "job": order.id,
        "pool": "default",
        "outcome": "parked",
        "need": "otsu 2",
    }
    assert (failed["event"], failed["code"]) == ("job.failed", "not-offered")


def test_work_that_is_in_vain_is_logged_as_abandoned(logged: Logged) -> None:
    log_abandoned("j", 3, stage="otsu")
    log_abandoned("j", 3, cause="store-unavailable")
    void, away = logged()
    assert (void["event"], void["level"], void["cause"], void["stage"]) == (
        "job.abandoned",
        "info",
        "claim-void",
        "otsu",
    )
    assert (away["level"], away["cause"]) == ("warning", "store-unavailable")


def test_each_job_of_a_batch_is_logged_with_its_batch_and_number(
    connection: Connection, order: Order, logged: Logged
) -> None:
    items = tuple(Item(number=number, job=new_job_id(), input=order.input) for number in (1, 3))
    batch = BatchOrder(id=new_job_id(), pipeline=order.pipeline, stage_groups=order.stage_groups, items=items)
    batches = BatchStore(connection)
    batches.admit(batch)
    batches.cancel(batch.id)
    batches.cancel(batch.id)
    batches.retry(batch.id, State.CANCELLED)
    list(batches.delete(batch.id))
    lines = logged()
    events = ["job.queued", "job.cancelled", "job.retried", "job.deleted"]
    assert _events(lines) == [event for event in events for _ in items]
    assert {line["batch"] for line in lines} == {batch.id}
    assert [(line["job"], line["item"]) for line in lines[:2]] == [(one.job, one.number) for one in items]
