"""Our own notification beside Celery's: what the scripts push is what kombu pops."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery
from kombu import Consumer, Message

from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Order, State
from coronal_jobs.records.job_store import JobStore
from coronal_worker.messaging.celery_app import create_app
from coronal_worker.settings import WorkerSettings

QUEUE = "coronal:pool.default"


@pytest.fixture
def app(empty_redis: str) -> Iterator[Celery]:
    settings = WorkerSettings(redis_url=empty_redis)
    one = create_app(settings, lambda: pytest.fail("no process is started here"), "0123abcd")
    yield one
    one.close()


@pytest.fixture
def notifications(app: Celery, connection: Connection, job_store: JobStore, order: Order) -> tuple[Any, Any]:
    """Return what our script pushes for a job, and what Celery itself does."""
    job_store.admit(order)
    ours = json.loads(connection.lpop(QUEUE))
    app.send_task("coronal.stage_group", args=[order.id])
    return ours, json.loads(connection.lpop(QUEUE))


def _consumed(app: Celery, *, timeout_s: float = 5.0) -> Message:
    received: list[Message] = []
    with app.connection() as broker:
        queues = list(app.amqp.queues.values())
        with Consumer(broker, queues, accept=["json"], on_message=received.append):
            broker.drain_events(timeout=timeout_s)
        received[0].ack()
    return received[0]


def test_it_has_no_key_that_celery_has_not(notifications: tuple[Any, Any]) -> None:
    ours, theirs = notifications
    for part in ((), ("headers",), ("properties",), ("properties", "delivery_info")):
        own, celerys = ours, theirs
        for key in part:
            own, celerys = own[key], celerys[key]
        assert set(own) <= set(celerys), part


def test_what_says_how_to_read_it_is_as_celery_has_it(notifications: tuple[Any, Any]) -> None:
    ours, theirs = notifications
    for key in ("content-type", "content-encoding"):
        assert ours[key] == theirs[key]
    for key in ("lang", "task"):
        assert ours["headers"][key] == theirs["headers"][key]
    for key in ("delivery_info", "priority"):
        assert ours["properties"][key] == theirs["properties"][key]


def test_kombu_reads_the_same_of_both(
    app: Celery, connection: Connection, job_store: JobStore, order: Order
) -> None:
    job_store.admit(order)
    ours = _consumed(app)
    app.send_task("coronal.stage_group", args=[order.id])
    theirs = _consumed(app)
    assert ours.payload[:2] == theirs.payload[:2] == [[order.id], {}]
    assert ours.delivery_info == theirs.delivery_info
    assert connection.hlen("coronal:unacked") == 0


@pytest.mark.parametrize("key", [("body",), ("properties",), ("properties", "delivery_tag")])
def test_without_one_of_these_kombu_cannot_read_it(
    app: Celery, connection: Connection, notifications: tuple[Any, Any], key: tuple[str, ...]
) -> None:
    ours, _ = notifications
    part = ours if len(key) == 1 else ours[key[0]]
    del part[key[-1]]
    connection.lpush(QUEUE, json.dumps(ours))
    # A message without a body is one yet; what is none is dropped, and no worker ends by it.
    with pytest.raises(TypeError if key == ("body",) else TimeoutError):
        _ = _consumed(app, timeout_s=0.3).payload[0]
    assert connection.llen(QUEUE) == 0


def test_each_has_a_tag_of_its_own(connection: Connection, job_store: JobStore, order: Order) -> None:
    # kombu keeps what isn't acknowledged by its tag: of two with one tag it would lose one.
    job_store.admit(order)
    for _ in range(3):
        connection.zadd("coronal:outbox", {order.id: 0})
        connection.hdel(f"coronal:job:{order.id}", "notified_ms")  # as if it had never been sent
        assert job_store.redeliver() == 1
        job = job_store.claim(order.id, "default", lease_s=60)
        assert job is not None
        job_store.release(job.id, job.epoch)
    tags = [json.loads(message)["properties"]["delivery_tag"] for message in connection.lrange(QUEUE, 0, -1)]
    assert len(set(tags)) == len(tags) == 7


def test_it_holds_nothing_of_the_image(notifications: tuple[Any, Any], order: Order) -> None:
    ours, _ = notifications
    text = json.dumps(ours)
    assert order.input.name not in text
    assert order.input.sha256 not in text


def test_a_real_worker_takes_both(
    site: Any, app: Celery, cell_png: bytes, eventually: Callable[..., None]
) -> None:
    worker = site.start_worker()
    by_script = site.ended(site.submit(cell_png, "[otsu]"))
    job_id = _submitted_without_notification(site, cell_png)
    app.send_task("coronal.stage_group", args=[job_id])
    by_celery = site.ended(job_id)
    assert by_script.state is by_celery.state is State.SUCCEEDED
    assert not site.connection.exists("coronal:unacked")
    assert worker.is_running
    worker.kill()


def _submitted_without_notification(site: Any, png: bytes) -> str:
    """Submit a job whose notification is lost: it is sent to a pool without workers."""
    job_id: str = site.submit(png, "[otsu]", pool="nobody")
    site.connection.hset(f"coronal:job:{job_id}", "pool", "default")
    return job_id
