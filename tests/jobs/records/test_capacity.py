"""Whether there is room for more work."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import StoreFull
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.pipeline.catalogue import Offer
from coronal_jobs.records.capacity import Capacity
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.job import Failure, Job, Order
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings


def _fill(connection: Connection, part: float) -> None:
    """Set the server's memory so that this part of it is used."""
    connection.config_set("maxmemory", round(connection.info("memory")["used_memory"] / part))


@pytest.fixture
def own_connection(make_redis: Callable[..., object]) -> Connection:
    return connect(StoreSettings(redis_url=make_redis("--maxmemory-policy", "noeviction").url))


def test_a_redis_that_may_take_all_memory_is_never_full(connection: Connection, blobs: BlobStore) -> None:
    Capacity(connection, blobs, min_free_bytes=0).require_room()


def test_a_redis_is_full_above_three_quarters_of_its_memory(
    own_connection: Connection, blobs: BlobStore
) -> None:
    _fill(own_connection, 0.6)
    Capacity(own_connection, blobs, min_free_bytes=0).require_room()
    _fill(own_connection, 0.9)
    with pytest.raises(StoreFull, match="store of records") as full:
        Capacity(own_connection, blobs, min_free_bytes=0).require_room()
    assert full.value.retry_after_s > 0


def test_what_was_admitted_ends_while_redis_is_full(
    own_connection: Connection, blobs: BlobStore, order: Order
) -> None:
    jobs = JobStore(own_connection)
    jobs.admit(order)
    _fill(own_connection, 0.9)
    job = jobs.claim(order.id, "default", lease_s=60)
    assert job is not None
    assert jobs.commit(job).answer == "succeeded"
    with pytest.raises(StoreFull):
        Capacity(own_connection, blobs, min_free_bytes=0).require_room()


def test_work_ends_and_is_deleted_when_not_a_byte_of_redis_is_left(
    own_connection: Connection, blobs: BlobStore, make_order: Callable[..., Order], two_stage_groups: object
) -> None:
    jobs, blob_references = JobStore(own_connection), BlobReferences(own_connection, blobs)
    orders = [make_order(stage_groups=two_stage_groups) for _ in range(4)]
    for order in orders:
        jobs.admit(order)
    own_connection.config_set("maxmemory", 1)
    with pytest.raises(StoreFull):
        jobs.admit(make_order())

    def claim(order: Order, pool: str = "here") -> Job:
        job = jobs.claim(order.id, pool, lease_s=60)
        assert job is not None
        return job

    done, failed, lost, cancelled = orders
    first = claim(done)
    assert jobs.renew_lease(first.id, first.epoch, lease_s=60)
    assert jobs.report(first.id, first.epoch, Report("gaussian", 0.5))
    blob_references.pin(f"{first.id}/{first.epoch}", ["c" * 64])
    assert jobs.commit(first, snapshot="c" * 64).answer == "queued"
    assert jobs.commit(claim(done, "there")).answer == "succeeded"
    assert jobs.fail(failed.id, claim(failed).epoch, Failure(code="stage-error", message="no")) == "failed"
    assert jobs.reclaim(lost.id, claim(lost).epoch) == "queued"
    assert jobs.release(lost.id, claim(lost).epoch)
    assert jobs.cancel(cancelled.id) == "cancelled"
    own_connection.config_set("maxmemory", 0)
    own_connection.zadd("coronal:finished", dict.fromkeys((done.id, failed.id, cancelled.id), 1), xx=True)
    own_connection.config_set("maxmemory", 1)
    assert Janitor(jobs, blob_references, keep_s=60).round().expired == 3
    assert jobs.janitor_lag_s() is not None
    assert jobs.delete(lost.id).answer == "deleted"
    assert jobs.page().jobs == ()


def test_a_worker_is_seen_though_redis_is_full(own_connection: Connection, offer: Offer) -> None:
    own_connection.config_set("maxmemory", 1)
    CatalogueStore(own_connection).publish("default", "w1", offer)
    assert CatalogueStore(own_connection).heartbeat("default", "w1", offer)
    assert [pool.workers for pool in CatalogueStore(own_connection).read().pools] == [1]


def test_a_disk_is_full_where_fewer_bytes_are_free_than_must_be(
    connection: Connection, blobs: BlobStore
) -> None:
    Capacity(connection, blobs, min_free_bytes=1).require_room()
    with pytest.raises(StoreFull, match="images and results"):
        Capacity(connection, blobs, min_free_bytes=1 << 60).require_room()


def test_a_store_that_is_no_disk_is_never_full(connection: Connection) -> None:
    Capacity(connection, BlobStore("memory:///"), min_free_bytes=1 << 60).require_room()


def test_a_disk_that_does_not_say_is_not_full(connection: Connection, tmp_path: Path) -> None:
    blobs = BlobStore((tmp_path / "blobs").as_uri())
    (tmp_path / "blobs").rmdir()
    assert blobs.free_bytes() is None
    Capacity(connection, blobs, min_free_bytes=1 << 60).require_room()


def test_redis_is_asked_once_for_many_and_again_after_a_second(
    own_connection: Connection, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 100.0
    monkeypatch.setattr("coronal_jobs.records.capacity.time", SimpleNamespace(monotonic=lambda: now_s))
    capacity = Capacity(own_connection, blobs, min_free_bytes=0)
    for _ in range(20):
        capacity.require_room()
    asked = own_connection.info("commandstats")["cmdstat_info"]["calls"]
    _fill(own_connection, 0.9)
    capacity.require_room()
    now_s += 1
    with pytest.raises(StoreFull):
        capacity.require_room()
    assert asked == 1
