import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from coronal_jobs.errors import NotFound
from coronal_jobs.job import Job, Order, State
from coronal_jobs.settings import StoreSettings
from coronal_jobs.store.changes import Changes
from coronal_jobs.store.connection import connect
from coronal_jobs.store.events import EventStore
from coronal_jobs.store.jobs import JobStore

MakeOrder = Callable[..., Order]


def _is_running(job: Job) -> bool:
    return job.state is State.RUNNING


@pytest.fixture
def changes(empty_redis: str, job_store: JobStore, make_order: MakeOrder) -> Changes:
    """One that already listens: its thread has a connection of its own, and lasts as long as the process."""
    one = Changes(EventStore(connect(StoreSettings(redis_url=empty_redis))))
    _listening(one, job_store, make_order())
    return one


def _listening(changes: Changes, job_store: JobStore, order: Order) -> None:
    """Wait until an event is heard."""
    job_store.admit(order)
    changes.wait(lambda: job_store.get(order.id), lambda _: True, timeout_s=0)
    heard = changes._heard
    deadline = time.monotonic() + 10
    while changes._heard == heard:
        assert time.monotonic() < deadline
        job_store.log(order.id, "a line")
        time.sleep(0.01)


@pytest.fixture
def waited(job_store: JobStore) -> Iterator[Callable[..., threading.Thread]]:
    """Starts a thread that waits until a job runs, and notes how long after the change it woke."""
    threads: list[threading.Thread] = []

    def start(changes: Changes, job_id: str, woken_at: list[float]) -> None:
        def wait() -> None:
            job = changes.wait(lambda: job_store.get(job_id), _is_running, timeout_s=10)
            assert _is_running(job)
            woken_at.append(time.monotonic())

        threads.append(threading.Thread(target=wait))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join()


def test_what_is_already_so_is_told_at_once(changes: Changes, job_store: JobStore, order: Order) -> None:
    job_store.admit(order)
    started = time.monotonic()
    job = changes.wait(lambda: job_store.get(order.id), lambda _: True, timeout_s=10)
    assert job.id == order.id
    assert time.monotonic() - started < 0.5


def test_a_wait_ends_with_its_time(changes: Changes, job_store: JobStore, order: Order) -> None:
    job_store.admit(order)
    started = time.monotonic()
    job = changes.wait(lambda: job_store.get(order.id), _is_running, timeout_s=0.3)
    assert job.state is State.QUEUED
    assert 0.3 <= time.monotonic() - started < 1


def test_all_who_wait_are_woken_by_the_change_and_long_before_they_would_look_again(
    changes: Changes, job_store: JobStore, make_order: MakeOrder, waited: Callable[..., None]
) -> None:
    orders = [make_order() for _ in range(5)]
    woken_at: list[float] = []
    for order in orders:
        job_store.admit(order)
        for _ in range(10):
            waited(changes, order.id, woken_at)
    time.sleep(0.2)
    changed_at = time.monotonic()
    for order in orders:
        job_store.claim(order.id, "default", lease_s=60)
    while len(woken_at) < 50:
        time.sleep(0.01)
        assert time.monotonic() - changed_at < 5
    delays = sorted(moment - changed_at for moment in woken_at)
    assert delays[len(delays) // 2] < 0.5  # they look again after a second


def test_one_thread_listens_for_all(changes: Changes, job_store: JobStore, order: Order) -> None:
    job_store.admit(order)
    before = threading.active_count()
    for _ in range(5):
        changes.wait(lambda: job_store.get(order.id), lambda _: True, timeout_s=1)
    assert threading.active_count() == before


def test_a_job_that_is_deleted_while_somebody_waits_is_told(
    changes: Changes, job_store: JobStore, order: Order, later: Callable[..., None]
) -> None:
    job_store.admit(order)
    later(0.2, job_store.delete, order.id)
    with pytest.raises(NotFound):
        changes.wait(lambda: job_store.get(order.id), _is_running, timeout_s=10)


def test_a_lost_connection_costs_a_second_and_is_made_anew(
    make_redis: Callable[..., Any], make_order: MakeOrder, later: Callable[..., None]
) -> None:
    server = make_redis()
    connection = connect(StoreSettings(redis_url=server.url))
    job_store = JobStore(connection)
    changes = Changes(EventStore(connection))
    _listening(changes, job_store, make_order())
    connection.client_kill_filter(_type="normal", skipme=True)
    order = make_order()
    job_store.admit(order)
    later(0.1, job_store.claim, order.id, "default", lease_s=60)
    started = time.monotonic()
    changes.wait(lambda: job_store.get(order.id), _is_running, timeout_s=10)
    assert time.monotonic() - started < 2.5
    _listening(changes, job_store, make_order())


def test_redis_may_go_and_come_back(make_redis: Callable[..., Any], make_order: MakeOrder) -> None:
    server = make_redis()
    connection = connect(StoreSettings(redis_url=server.url, redis_timeout_s=0.5))
    job_store = JobStore(connection)
    changes = Changes(EventStore(connection))
    _listening(changes, job_store, make_order())
    server.kill()
    time.sleep(0.2)
    server.start()
    _listening(changes, job_store, make_order())


def test_waits_are_found_among_many_jobs(
    changes: Changes, job_store: JobStore, order: Order, later: Callable[..., None]
) -> None:
    job_store.admit(order)
    for number in range(12_000):
        changes._tell(str(number))
    later(0.1, job_store.claim, order.id, "default", lease_s=60)
    assert _is_running(changes.wait(lambda: job_store.get(order.id), _is_running, timeout_s=10))
