"""The feed: events read once for all followers."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from queue import Empty, SimpleQueue

import pytest

from coronal_gateway.jobs.event_feed import EventFeed
from coronal_gateway.services import Services
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.connection import connect
from coronal_jobs.records.events import Event, EventStore

Queue = SimpleQueue[Event | None]


@pytest.fixture
def feed(at: Services) -> EventFeed:
    return EventFeed(EventStore(connect(at.settings)))


@pytest.fixture
def follow(feed: EventFeed) -> Iterator[Callable[[str], Queue]]:
    """Follow a job until the test ends."""
    with ExitStack() as following:

        def do(job_id: str, is_over: Callable[[], bool] = lambda: False) -> Queue:
            queue: Queue = SimpleQueue()
            following.enter_context(feed.follow(job_id, queue.put, is_over=is_over))
            return queue

        yield do


def readers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "coronal-events"}


def step_of(queue: Queue) -> str | None:
    reported = queue.get(timeout=10)
    return reported and reported.step


def test_who_follows_a_job_is_reported_of_that_and_of_no_other(submit, at: Services, follow) -> None:
    first, second = submit().json["id"], submit().json["id"]
    queue = follow(first)
    at.jobs.cancel(second)
    at.jobs.cancel(first)
    assert queue.get(timeout=10).job == first
    with pytest.raises(Empty):
        queue.get(timeout=0.1)


def test_who_follows_all_is_reported_of_each(submit, at: Services, follow) -> None:
    queue = follow("")
    ids = [submit().json["id"] for _ in range(3)]
    assert [queue.get(timeout=10).job for _ in ids] == ids


def test_many_are_reported_and_one_thread_reads_for_them_and_ends_with_the_last(
    submit, at: Services, feed: EventFeed
) -> None:
    job_id = submit().json["id"]
    before = readers()
    reported = [threading.Event() for _ in range(200)]
    with ExitStack() as following:
        for one in reported:
            following.enter_context(feed.follow(job_id, lambda _, one=one: one.set(), is_over=lambda: False))
        [reader] = readers() - before  # before: those of other tests' feeds, which may end meanwhile
        at.jobs.cancel(job_id)
        assert all(one.wait(10) for one in reported)
    reader.join(10)
    assert not reader.is_alive()


def test_a_follower_that_must_stop_is_notified_and_no_other(submit, follow) -> None:
    job_id = submit().json["id"]
    stays = follow(job_id)
    assert step_of(follow(job_id, lambda: True)) is None
    assert stays.empty()


def test_a_lost_connection_is_reported_and_nothing_is_missed(
    own_redis, publish, at: Services, make_order
) -> None:
    settings = at.settings.model_copy(update={"redis_url": own_redis.url})
    feed, jobs = EventFeed(EventStore(connect(settings))), type(at.jobs)(connect(settings))
    order = make_order()
    jobs.admit(order)
    queue: Queue = SimpleQueue()
    with feed.follow(order.id, queue.put, is_over=lambda: False):
        time.sleep(0.1)
        with connect(settings) as other:
            other.client_kill_filter(_type="normal", skipme=True)
        jobs.cancel(order.id)
        assert [step_of(queue), step_of(queue)] == [None, "cancel"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_reader_is_over_with_the_next_who_follows(
    submit, at: Services, feed: EventFeed, follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit().json["id"]
    before = readers()

    def fault(*_: object, **__: object) -> None:
        raise ValueError("no event")

    with monkeypatch.context() as faulty:
        faulty.setattr(EventStore, "after", fault)
        first = follow(job_id)
        for reader in readers() - before:
            reader.join(10)
    second = follow(job_id)
    at.jobs.cancel(job_id)
    assert (step_of(first), step_of(second)) == ("cancel", "cancel")


def test_nobody_can_follow_while_redis_is_away(own_redis, at: Services) -> None:
    feed = EventFeed(EventStore(connect(at.settings.model_copy(update={"redis_url": own_redis.url}))))
    own_redis.process.kill()
    own_redis.process.wait()
    with pytest.raises(StoreUnavailable), feed.follow("", print, is_over=lambda: False):
        pass
