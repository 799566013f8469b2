"""The guards of the scripts, each by the harm that it keeps away; test_mutations.py breaks one by one."""

import json
from collections.abc import Callable

import pytest

from coronal.spec import AlgorithmSpec, FormatSpec, Input, Kind
from coronal_jobs.catalogue import NotOffered, Offer
from coronal_jobs.job import Failure, Job, Order, State
from coronal_jobs.planning import Hop
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.catalogue import CatalogueStore
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.jobs import Committed, JobStore

LEASE_S = 60.0
QUEUE = "coronal:pool.{}"
FAILURE = Failure(code="stage-error", message="no")


def _offer(version: str) -> Offer:
    """Make what a worker offers that has otsu in a version, and reads PNG."""
    png = FormatSpec(name="png", media_type="image/png", suffixes=(".png",), signatures=())
    spec = AlgorithmSpec(
        name="otsu",
        kind=Kind.SEGMENTER,
        summary="",
        version=version,
        dimensions=(2,),
        inputs=(Input.IMAGE,),
        parameters={},
    )
    return Offer(algorithms=(spec,), formats=(png,))


OLD, NEW = _offer("1"), _offer("2")


@pytest.fixture
def claimed(job_store: JobStore, order: Order) -> Job:
    """A job whose only hop is claimed."""
    job_store.admit(order)
    return _claim(job_store, order.id)


def _claim(jobs: JobStore, job_id: str, pool: str = "default") -> Job:
    job = jobs.claim(job_id, pool, lease_s=LEASE_S)
    assert job is not None
    return job


def test_a_claim_that_was_lost_writes_nothing(job_store: JobStore, claimed: Job) -> None:
    job_store.lose(claimed.id, claimed.epoch)
    _claim(job_store, claimed.id)
    assert not job_store.beat(claimed.id, claimed.epoch, lease_s=LEASE_S)
    assert not job_store.report(claimed, "otsu", 0.5)
    assert not job_store.release(claimed.id, claimed.epoch)
    assert job_store.fail(claimed.id, claimed.epoch, FAILURE) == "stale"
    assert job_store.commit(claimed).answer == "stale"
    assert job_store.restart(claimed).answer == "stale"
    assert job_store.get(claimed.id).state is State.RUNNING


def test_a_claim_that_ended_with_a_lease_is_fenced_before_the_next(job_store: JobStore, claimed: Job) -> None:
    job_store.lose(claimed.id, claimed.epoch)
    assert job_store.get(claimed.id).epoch == claimed.epoch + 1


def test_a_cancelled_job_that_is_retried_is_fenced_from_who_ran_it(job_store: JobStore, claimed: Job) -> None:
    job_store.cancel(claimed.id)
    assert job_store.get(claimed.id).epoch == claimed.epoch + 1
    assert job_store.commit(claimed).answer == "stale"


def test_a_doorbell_claims_once(job_store: JobStore, claimed: Job) -> None:
    assert job_store.claim(claimed.id, "default", lease_s=LEASE_S) is None


def test_a_doorbell_in_another_pools_queue_claims_nothing(job_store: JobStore, order: Order) -> None:
    job_store.admit(order)
    assert job_store.claim(order.id, "elsewhere", lease_s=LEASE_S) is None


class TestAJobThatWasPlannedForAnotherVersion:
    @pytest.fixture
    def job_id(self, job_store: JobStore, make_order: Callable[..., Order]) -> str:
        order = make_order(hops=(Hop(pool="default", first=0, end=2, versions={"otsu": "2"}),))
        job_store.admit(order)
        return order.id

    def _declined(self, jobs: JobStore, job_id: str, *, max_parked_s: float = 600.0) -> str:
        """Let an old worker take its doorbell."""
        jobs._redis.rpop(QUEUE.format("default"))
        with pytest.raises(NotOffered) as lack:
            jobs.claim(job_id, "default", lease_s=LEASE_S, offer=OLD)
        return jobs.decline(job_id, lack.value, OLD, max_parked_s=max_parked_s)

    def test_an_old_worker_claims_it_only_after_a_retry(self, job_store: JobStore, job_id: str) -> None:
        assert self._declined(job_store, job_id, max_parked_s=0) == "failed"
        job_store.retry(job_id)
        assert job_store.claim(job_id, "default", lease_s=LEASE_S, offer=OLD) is not None

    def test_a_worker_that_cannot_read_its_image_does_not_claim_it(
        self, job_store: JobStore, job_id: str
    ) -> None:
        blind = NEW.model_copy(update={"formats": ()})
        with pytest.raises(NotOffered, match="format:png"):
            job_store.claim(job_id, "default", lease_s=LEASE_S, offer=blind)

    def test_it_is_sent_to_a_new_worker_once(
        self, job_store: JobStore, catalogue_store: CatalogueStore, job_id: str
    ) -> None:
        catalogue_store.publish("default", "new", NEW)
        assert self._declined(job_store, job_id) == "sent"
        bells = job_store._redis.lrange(QUEUE.format(f"default.{NEW.digest}"), 0, -1)
        assert [_job_of(bell) for bell in bells] == [job_id]
        assert job_store.decline(job_id, NotOffered("default", "otsu 2"), OLD, max_parked_s=600) == "parked"

    def test_it_is_sent_to_nobody_who_is_dead_or_elsewhere_or_cannot_run_it(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, job_id: str
    ) -> None:
        catalogue_store.publish("default", "dead", NEW)
        connection.zincrby("coronal:workers", -45, "default dead")
        catalogue_store.publish("elsewhere", "new", NEW.model_copy(update={"tasks": ("dataset",)}))
        catalogue_store.publish("default", "other", OLD.model_copy(update={"tasks": ("dataset",)}))
        assert self._declined(job_store, job_id) == "parked"

    def test_while_nobody_can_run_it_it_is_rung_for_again_until_its_time_is_over(
        self, job_store: JobStore, connection: Connection, job_id: str, make_order: Callable[..., Order]
    ) -> None:
        assert self._declined(job_store, job_id, max_parked_s=2) == "parked"
        seconds = connection.time()[0]
        assert connection.zscore("coronal:outbox", job_id) < 1000 * (seconds + 4)
        job_store.admit(make_order())  # its doorbell waits in the queue
        connection.zadd("coronal:outbox", {job_id: 0})
        assert job_store.ring() == 1

    def test_a_new_worker_lets_it_be_rung_for_at_once(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, job_id: str
    ) -> None:
        catalogue_store.publish("default", "old", OLD)
        self._declined(job_store, job_id)
        since_ms = connection.zscore("coronal:parked", job_id) - 60_000
        connection.zadd("coronal:parked", {job_id: since_ms})
        catalogue_store.publish("default", "new", NEW)
        assert connection.zscore("coronal:parked", job_id) == since_ms
        assert job_store.ring() == 1
        for worker in ("old", "new"):
            catalogue_store.leave("default", worker)
        catalogue_store.publish("default", "old", OLD)
        assert connection.zscore("coronal:parked", job_id) > since_ms  # nobody could have come

    def test_a_queue_whose_workers_are_gone_is_left(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, job_id: str
    ) -> None:
        catalogue_store.publish("default", "new", NEW)
        assert self._declined(job_store, job_id) == "sent"
        connection.zadd("coronal:outbox", {job_id: 0})
        assert job_store.ring() == 0
        catalogue_store.leave("default", "new")
        connection.zadd("coronal:outbox", {job_id: 0})
        assert job_store.ring() == 1


def test_a_lease_that_still_holds_is_not_taken_away(job_store: JobStore, claimed: Job) -> None:
    assert job_store.lose(claimed.id) == "stale"
    assert job_store.get(claimed.id).state is State.RUNNING


def test_what_is_over_is_not_taken_away(job_store: JobStore, claimed: Job) -> None:
    job_store.commit(claimed)
    assert job_store.lose(claimed.id) == job_store.lose(claimed.id, claimed.epoch) == "stale"


def test_a_claim_has_a_lease_and_a_beat_extends_it(
    connection: Connection, job_store: JobStore, claimed: Job
) -> None:
    ends_ms = connection.zscore("coronal:leases", claimed.id)
    assert ends_ms is not None
    job_store.beat(claimed.id, claimed.epoch, lease_s=2 * LEASE_S)
    assert connection.zscore("coronal:leases", claimed.id) >= ends_ms + 0.9 * 1000 * LEASE_S


def test_three_lost_runs_end_a_job(job_store: JobStore, order: Order) -> None:
    job_store.admit(order)
    answers = [job_store.lose(order.id, _claim(job_store, order.id).epoch) for _ in range(3)]
    assert answers == ["queued", "queued", "failed"]


def test_a_committed_hop_rings_for_the_next(
    connection: Connection, job_store: JobStore, make_order: Callable[..., Order], two_hops: object
) -> None:
    order = make_order(hops=two_hops)
    job_store.admit(order)
    job_store.commit(_claim(job_store, order.id, "here"), carry="b" * 64)
    assert [_job_of(bell) for bell in connection.lrange(QUEUE.format("there"), 0, -1)] == [order.id]
    assert connection.zscore("coronal:outbox", order.id) is not None


@pytest.fixture
def second(job_store: JobStore, make_order: Callable[..., Order], two_hops: object) -> Callable[[], Job]:
    """Brings a job to its second hop, and returns its claim."""
    order = make_order(hops=two_hops)
    job_store.admit(order)

    def reach() -> Job:
        job_store.commit(_claim(job_store, order.id, "here"), carry="b" * 64)
        return _claim(job_store, order.id, "there")

    return reach


def test_a_restart_begins_with_the_first_hop_in_its_pool_and_rings_there(
    connection: Connection, job_store: JobStore, second: Callable[[], Job]
) -> None:
    claim = second()
    connection.delete(QUEUE.format("here"))
    assert job_store.restart(claim) == Committed("queued", ("b" * 64,))
    assert [_job_of(bell) for bell in connection.lrange(QUEUE.format("here"), 0, -1)] == [claim.id]
    assert _claim(job_store, claim.id, "here").hop == 0


def test_a_restart_counts_once_and_a_claim_of_before_restarts_nothing(
    job_store: JobStore, second: Callable[[], Job]
) -> None:
    claim = second()
    assert [job_store.restart(claim).answer for _ in range(2)] == ["queued", "stale"]
    second()
    assert job_store.restart(claim).answer == "stale"
    assert job_store.get(claim.id).restarts == 1


def test_restarts_come_to_an_end(job_store: JobStore, second: Callable[[], Job]) -> None:
    assert [job_store.restart(second()).answer for _ in range(3)] == ["queued", "queued", "spent"]


def test_a_job_whose_first_hop_runs_is_not_restarted(job_store: JobStore, claimed: Job) -> None:
    assert job_store.restart(claimed).answer == "stale"
    assert job_store.get(claimed.id).state is State.RUNNING


def test_the_same_commit_again_gets_the_same_answer(job_store: JobStore, claimed: Job) -> None:
    assert [job_store.commit(claimed).answer for _ in range(2)] == ["succeeded", "succeeded"]


def test_a_hop_that_is_not_due_is_not_committed(
    job_store: JobStore, make_order: Callable[..., Order], two_hops: object
) -> None:
    order = make_order(hops=two_hops)
    job_store.admit(order)
    claim = _claim(job_store, order.id, "here")
    assert job_store.commit(claim.model_copy(update={"hop": 1})).answer == "stale"


def test_what_is_over_is_not_cancelled(job_store: JobStore, claimed: Job) -> None:
    job_store.commit(claimed)
    assert job_store.cancel(claimed.id) is State.SUCCEEDED


def test_a_success_is_not_retried(job_store: JobStore, claimed: Job) -> None:
    job_store.commit(claimed)
    assert job_store.retry(claimed.id) is State.SUCCEEDED


def test_an_admitted_job_is_rung_for_and_its_doorbell_stands_in_the_outbox(
    connection: Connection, job_store: JobStore, order: Order
) -> None:
    job_store.admit(order)
    assert [_job_of(bell) for bell in connection.lrange(QUEUE.format("default"), 0, -1)] == [order.id]
    assert connection.zscore("coronal:outbox", order.id) is not None


def test_a_lost_doorbell_is_rung_again_and_one_that_waits_is_not(
    connection: Connection, job_store: JobStore, order: Order
) -> None:
    job_store.admit(order)
    connection.zadd("coronal:outbox", {order.id: 0})
    assert job_store.ring() == 0
    connection.delete(QUEUE.format("default"))
    connection.zadd("coronal:outbox", {order.id: 0})
    assert job_store.ring() == 1
    assert connection.llen(QUEUE.format("default")) == 1


def test_a_blob_that_is_held_or_named_is_not_doomed(
    connection: Connection, job_store: JobStore, blobs: BlobStore, order: Order
) -> None:
    holdings = Holdings(connection, blobs)
    holdings.hold(order.id, [order.input.sha256])
    assert holdings.remove([order.input.sha256]) == 0
    job_store.admit(order)
    assert holdings.remove([order.input.sha256]) == 0


def _job_of(bell: str) -> str:
    return str(json.loads(json.loads(bell)["body"])[0][0])
