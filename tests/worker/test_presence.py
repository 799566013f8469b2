import time
from collections.abc import Callable
from typing import Any

import pytest

from coronal_jobs.catalogue import Offer
from coronal_jobs.settings import StoreSettings
from coronal_jobs.store.catalogue import CatalogueStore
from coronal_jobs.store.connection import Connection, connect
from coronal_worker import presence as presence_module
from coronal_worker.presence import Presence


@pytest.fixture(autouse=True)
def quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence_module, "BEAT_S", 0.05)


def _workers(store: CatalogueStore) -> list[tuple[str, int]]:
    return [(pool.name, pool.workers) for pool in store.read().pools]


def test_a_worker_is_in_the_catalogue_until_it_leaves(
    catalogue_store: CatalogueStore, offer: Offer, eventually: Callable[..., None]
) -> None:
    presence = Presence(catalogue_store, "default", "w1", offer)
    presence.start()
    eventually(lambda: _workers(catalogue_store) == [("default", 1)], "it is there")
    presence.leave()
    assert _workers(catalogue_store) == [("default", 0)]


def test_an_offer_that_redis_has_lost_is_published_again(
    catalogue_store: CatalogueStore, connection: Connection, offer: Offer, eventually: Callable[..., None]
) -> None:
    presence = Presence(catalogue_store, "default", "w1", offer)
    presence.start()
    eventually(lambda: _workers(catalogue_store) == [("default", 1)], "it is there")
    connection.flushall()
    eventually(lambda: _workers(catalogue_store) == [("default", 1)], "it is there again")
    presence.leave()


def test_one_that_never_started_can_leave(catalogue_store: CatalogueStore) -> None:
    Presence(catalogue_store, "default", "w1", Offer()).leave()
    assert _workers(catalogue_store) == []


def test_it_outlives_an_absence_of_redis(
    make_redis: Callable[..., Any], eventually: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    server = make_redis()
    store = CatalogueStore(connect(StoreSettings(redis_url=server.url, redis_timeout_s=0.5)))
    server.kill()
    presence = Presence(store, "default", "w1", Offer())
    presence.start()
    eventually(lambda: "Redis is away" in caplog.text, "it is noticed")
    server.start()
    eventually(lambda: _workers(store) == [("default", 1)], "it is told")
    server.kill()
    started = time.monotonic()
    presence.leave()
    assert time.monotonic() - started < 10
    assert "counts this worker for a while yet" in caplog.text
