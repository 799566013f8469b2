"""Lost, duplicate and forged notifications."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.programs import wait_until
from harness.site import Site

QUEUE = "coronal:pool.default"


def test_one_that_is_lost_is_redelivered(lasting: Site) -> None:
    with _occupied(lasting):
        job_id = lasting.submit()
        assert job_id in str(lasting.connection.lpop(QUEUE))
    assert lasting.ended(job_id).state == "succeeded"
    lasting.verify()


def test_a_thousand_that_are_repeated_or_forged_run_nothing_twice(lasting: Site) -> None:
    with _occupied(lasting):
        jobs = [lasting.submit() for _ in range(2)]
        ended = lasting.history.accepted()[0]
        notifications = [str(message) for message in lasting.connection.lrange(QUEUE, 0, -1)]
        forged = [notifications[0].replace(jobs[-1], other) for other in (ended, "0" * 26, "", "\\u0000")]
        before = _claims(lasting)
        for number in range(1000):
            lasting.connection.lpush(QUEUE, _with_tag((*notifications, *forged)[number % 6], number))
    wait_until(lambda: lasting.connection.llen(QUEUE) == 0, "all are answered")
    for job_id in jobs:
        assert lasting.ended(job_id).epoch == 1
    assert _claims(lasting) - before <= 2 + len(jobs)
    lasting.verify()


@pytest.mark.chaos
def test_one_that_a_dead_worker_has_taken_is_redelivered(chaos: Site) -> None:
    # The very fault by which bare Celery loses a message: see test_bare_celery.py.
    chaos.start_janitor()
    worker = chaos.start_worker()
    chaos.redis.take_and_kill(worker, chaos.submit)
    wait_until(lambda: chaos.connection.llen(QUEUE) == 0, "the dead worker has taken it")
    chaos.start_worker()
    chaos.verify_all()


@contextmanager
def _occupied(site: Site) -> Iterator[None]:
    """Return both processes something to do meanwhile, so that what is sent waits in the queue."""
    jobs = [site.submit("[slow: {seconds: 60}]") for _ in range(2)]
    for job_id in jobs:
        site.await_running(job_id)
    yield
    for job_id in jobs:
        site.jobs.cancel(job_id)


def _with_tag(text: str, number: int) -> str:
    message = json.loads(text)
    message["properties"]["delivery_tag"] = f"forged.{number}"
    return json.dumps(message)


def _claims(site: Site) -> int:
    return sum(event.step == "claim" for event in site.events.history())
