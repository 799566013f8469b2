import json
from collections.abc import Callable

import pytest

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.pipeline.catalogue import Offer, Pool, RejectedPlugin
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.catalogue_store import ALIVE_S, HEARTBEAT_S, CatalogueStore
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.job import Order
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings

BROKEN = Offer(rejected=(RejectedPlugin(name="x", reason="ImportError: no"),))


def _age(connection: Connection, worker: str, by_s: float) -> None:
    """Let a worker's last sign of life be so long ago."""
    connection.zincrby("coronal:workers", -by_s, worker)


def _text(offer: Offer) -> str:
    return offer.text


def test_nothing_is_offered_before_a_worker_has_started(catalogue_store: CatalogueStore) -> None:
    assert catalogue_store.read().pools == ()


def test_what_a_worker_publishes_is_read(catalogue_store: CatalogueStore, offer: Offer) -> None:
    catalogue_store.publish("default", "w1", offer)
    assert catalogue_store.read().pools == (Pool(name="default", workers=1, queued=0, offers=(offer,)),)


def test_workers_are_counted_by_pool_each_once(catalogue_store: CatalogueStore) -> None:
    for pool, worker in (("a", "w1"), ("a", "w2"), ("b", "w3"), ("a", "w1")):
        catalogue_store.publish(pool, worker, BROKEN)
    assert [(pool.name, pool.workers) for pool in catalogue_store.read().pools] == [("a", 2), ("b", 1)]


def test_each_living_worker_of_a_pool_has_its_own_offer(
    catalogue_store: CatalogueStore, connection: Connection, offer: Offer
) -> None:
    for worker, its in (("w1", BROKEN), ("w2", offer), ("w3", BROKEN)):
        catalogue_store.publish("a", worker, its)
    (pool,) = catalogue_store.read().pools
    assert pool.workers == 3
    assert sorted(pool.offers, key=_text) == sorted((BROKEN, offer), key=_text)
    _age(connection, "a w2", ALIVE_S + 1)
    (pool,) = catalogue_store.read().pools
    assert (pool.workers, pool.offers) == (2, (BROKEN,))


def test_a_worker_that_comes_again_with_other_plugins_offers_these_alone(
    catalogue_store: CatalogueStore, offer: Offer
) -> None:
    catalogue_store.publish("a", "w1", BROKEN)
    catalogue_store.publish("a", "w1", offer)
    (pool,) = catalogue_store.read().pools
    assert (pool.workers, pool.offers) == (1, (offer,))


@pytest.mark.parametrize("is_left", [True, False], ids=["left", "died"])
def test_of_a_pool_without_workers_that_is_known_which_was_heard_of_last(
    catalogue_store: CatalogueStore, connection: Connection, offer: Offer, is_left: bool
) -> None:
    catalogue_store.publish("a", "w1", offer)
    catalogue_store.publish("a", "w2", BROKEN)
    catalogue_store.heartbeat("a", "w1", offer)
    for worker in ("w1", "w2"):
        if is_left:
            catalogue_store.leave("a", worker)
        else:
            _age(connection, f"a {worker}", ALIVE_S + 1)
    (pool,) = catalogue_store.read().pools
    assert (pool.workers, pool.offers) == (0, (offer,))


def test_an_offer_that_nobody_has_any_more_is_forgotten(
    catalogue_store: CatalogueStore, connection: Connection, offer: Offer
) -> None:
    catalogue_store.publish("a", "w1", BROKEN)
    catalogue_store.publish("a", "w2", offer)
    _age(connection, "a w1", 3 * ALIVE_S)
    catalogue_store.publish("a", "w3", offer)
    for kept in ("offers", "capabilities"):
        assert connection.hkeys(f"coronal:{kept}") == [offer.digest]


def test_offers_that_were_forgotten_meanwhile_leave_their_pool_without_one(
    catalogue_store: CatalogueStore, connection: Connection
) -> None:
    catalogue_store.publish("a", "w1", BROKEN)
    connection.delete("coronal:offers")
    (pool,) = CatalogueStore(connection).read().pools
    assert (pool.workers, pool.offers) == (1, ())


def test_many_offers_are_reported_apart(catalogue_store: CatalogueStore) -> None:
    offers = [Offer(rejected=(RejectedPlugin(name=str(n), reason=""),)) for n in range(40)]
    for number, one in enumerate(offers):
        catalogue_store.publish(f"p{number:02}", "w", one)
    for _ in range(2):
        assert [pool.offers[0] for pool in catalogue_store.read().pools] == offers


def test_a_worker_that_is_silent_for_thirty_seconds_is_dead_and_its_pool_stays(
    catalogue_store: CatalogueStore, connection: Connection
) -> None:
    catalogue_store.publish("a", "w1", BROKEN)
    _age(connection, "a w1", ALIVE_S - 1)
    assert catalogue_store.read().pools[0].workers == 1
    _age(connection, "a w1", 3)
    assert catalogue_store.read().pools == (Pool(name="a", workers=0, offers=(BROKEN,)),)
    assert catalogue_store.heartbeat("a", "w1", BROKEN)
    assert catalogue_store.read().pools[0].workers == 1


def test_a_worker_beats_often_enough_to_miss_one() -> None:
    assert 2 * HEARTBEAT_S < ALIVE_S


def test_a_worker_that_leaves_no_longer_counts(catalogue_store: CatalogueStore) -> None:
    catalogue_store.publish("a", "w1", BROKEN)
    catalogue_store.publish("a", "w2", BROKEN)
    catalogue_store.leave("a", "w1")
    catalogue_store.leave("a", "w1")
    assert catalogue_store.read().pools[0].workers == 1


def test_a_worker_learns_that_its_offer_is_gone(
    catalogue_store: CatalogueStore, connection: Connection
) -> None:
    catalogue_store.publish("a", "w1", BROKEN)
    assert catalogue_store.heartbeat("a", "w1", BROKEN)
    connection.flushall()
    assert not catalogue_store.heartbeat("a", "w1", BROKEN)


def test_workers_that_have_died_long_ago_are_forgotten(
    catalogue_store: CatalogueStore, connection: Connection
) -> None:
    catalogue_store.publish("a", "w1", BROKEN)
    _age(connection, "a w1", 3_600)
    catalogue_store.publish("a", "w2", BROKEN)
    assert connection.zrange("coronal:workers", 0, -1) == ["a w2"]


def test_the_number_of_jobs_that_wait_for_a_pool_is_reported(
    catalogue_store: CatalogueStore,
    job_store: JobStore,
    make_order: Callable[..., Order],
    two_stage_groups: tuple[StageGroup, ...],
) -> None:
    def queued() -> list[int]:
        return [pool.queued for pool in catalogue_store.read().pools]

    for pool in ("here", "there"):
        catalogue_store.publish(pool, "w1", BROKEN)
    first, second = (make_order(stage_groups=two_stage_groups) for _ in range(2))
    for order in (first, second):
        job_store.admit(order)
    assert queued() == [2, 0]
    claimed = job_store.claim(first.id, "here", lease_s=60)
    assert claimed is not None
    assert queued() == [1, 0]
    job_store.commit(claimed, snapshot="c" * 64)
    assert queued() == [1, 1]
    job_store.cancel(first.id)
    assert queued() == [1, 0]
    job_store.retry(first.id)
    assert queued() == [1, 1]
    for order in (first, second):
        job_store.delete(order.id)
    assert queued() == [0, 0]


def test_while_redis_is_away_it_is_said() -> None:
    store = CatalogueStore(connect(StoreSettings(redis_url="redis://127.0.0.1:9/0")))
    with pytest.raises(StoreUnavailable):
        store.read()


def test_what_a_newer_worker_offers_beside_is_passed_over(
    catalogue_store: CatalogueStore, connection: Connection, offer: Offer
) -> None:
    catalogue_store.publish("default", "w1", offer)
    newer = offer.model_dump(mode="json") | {"telepathy": [1]}
    newer["algorithms"][0]["mood"] = "good"
    connection.hset("coronal:offers", offer.digest, json.dumps(newer))
    assert catalogue_store.read().pools[0].offers[0] == offer
