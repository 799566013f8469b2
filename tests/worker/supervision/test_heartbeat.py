from collections.abc import Callable
from typing import Any

import pytest

from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.settings import StoreSettings
from coronal_worker.supervision import heartbeat as heartbeat_module
from coronal_worker.supervision.heartbeat import Heartbeat


@pytest.fixture(autouse=True)
def quick_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat_module, "HEARTBEAT_S", 0.05)


def _workers(store: CatalogueStore) -> list[tuple[str, int]]:
    return [(pool.name, pool.workers) for pool in store.read().pools]


def test_a_worker_is_in_the_catalogue_until_it_leaves(
    catalogue_store: CatalogueStore, offer: Offer, eventually: Callable[..., None]
) -> None:
    heartbeat = Heartbeat(catalogue_store, "default", "w1", offer)
    heartbeat.start()
    eventually(lambda: _workers(catalogue_store) == [("default", 1)], "it is there")
    heartbeat.stop()
    assert _workers(catalogue_store) == [("default", 0)]


def test_an_offer_that_redis_has_lost_is_published_again(
    catalogue_store: CatalogueStore, connection: Connection, offer: Offer, eventually: Callable[..., None]
) -> None:
    heartbeat = Heartbeat(catalogue_store, "default", "w1", offer)
    heartbeat.start()
    eventually(lambda: _workers(catalogue_store) == [("default", 1)], "it is there")
    connection.flushall()
    eventually(lambda: _workers(catalogue_store) == [("default", 1)], "it is there again")
    heartbeat.stop()


def test_one_that_never_started_can_leave(catalogue_store: CatalogueStore) -> None:
    Heartbeat(catalogue_store, "default", "w1", Offer()).stop()
    assert _workers(catalogue_store) == []


def test_it_outlives_an_absence_of_redis(
    make_redis: Callable[..., Any], eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    server = make_redis()
    store = CatalogueStore(connect(StoreSettings(redis_url=server.url, redis_timeout_s=0.5)))
    server.kill()
    heartbeat = Heartbeat(store, "default", "w1", Offer())
    heartbeat.start()
    eventually(lambda: "Redis is away" in caplog.text, "it is noticed")
    server.start()
    eventually(lambda: _workers(store) == [("default", 1)], "it is published")
    server.kill()
    heartbeat.stop()
    assert "lists this worker until its heartbeat expires" in caplog.text
