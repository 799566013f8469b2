"""The guards of the scripts, each by the fault that it prevents; test_mutations.py breaks them one by one."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from coronal.spec import AlgorithmSpec, FormatSpec, Input, Kind
from coronal_jobs.blobs.packs import pack_name
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.catalogue import NotOffered, Offer
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.batch import BatchOrder, Item
from coronal_jobs.records.batch_store import BatchStore
from coronal_jobs.records.catalogue_store import CatalogueStore
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.claim_store import Committed
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Artifact, Failure, Job, Order, State
from coronal_jobs.records.job_store import JobStore

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
    """Return a job whose only stage group is claimed."""
    job_store.admit(order)
    return _claim(job_store, order.id)


def _claim(jobs: JobStore, job_id: str, pool: str = "default") -> Job:
    job = jobs.claim(job_id, pool, lease_s=LEASE_S)
    assert job is not None
    return job


def test_a_reclaimed_claim_writes_nothing(job_store: JobStore, claimed: Job) -> None:
    job_store.reclaim(claimed.id, claimed.epoch)
    _claim(job_store, claimed.id)
    assert not job_store.renew_lease(claimed.id, claimed.epoch, lease_s=LEASE_S)
    assert not job_store.report(claimed.id, claimed.epoch, Report("otsu", 0.5))
    assert not job_store.release(claimed.id, claimed.epoch)
    assert job_store.fail(claimed.id, claimed.epoch, FAILURE) == "stale"
    assert job_store.commit(claimed).answer == "stale"
    assert job_store.restart(claimed).answer == "stale"
    assert job_store.get(claimed.id).state is State.RUNNING


def test_a_line_that_a_claim_has_logged_is_written_once_and_by_no_earlier_claim(
    job_store: JobStore, claimed: Job
) -> None:
    for lines in (("one",), ("one", "two")):
        job_store.report(claimed.id, claimed.epoch, Report(lines=lines))
    job_store.reclaim(claimed.id, claimed.epoch)
    again = _claim(job_store, claimed.id)
    job_store.report(claimed.id, claimed.epoch, Report(lines=("one", "two", "too late")))
    job_store.report(again.id, again.epoch, Report(lines=("three", "four")))
    job_store.commit(again, report=Report(lines=("four", "five"), first=2))
    assert job_store.read_log(claimed.id) == ["one", "two", "three", "four", "five"]


def test_a_claim_that_ended_with_a_lease_is_fenced_before_the_next(job_store: JobStore, claimed: Job) -> None:
    job_store.reclaim(claimed.id, claimed.epoch)
    assert job_store.get(claimed.id).epoch == claimed.epoch + 1


def test_a_cancelled_job_that_is_retried_is_fenced_from_who_ran_it(job_store: JobStore, claimed: Job) -> None:
    job_store.cancel(claimed.id)
    assert job_store.get(claimed.id).epoch == claimed.epoch + 1
    assert job_store.commit(claimed).answer == "stale"


def test_a_notification_claims_once(job_store: JobStore, claimed: Job) -> None:
    assert job_store.claim(claimed.id, "default", lease_s=LEASE_S) is None


def test_a_notification_in_another_pools_queue_claims_nothing(job_store: JobStore, order: Order) -> None:
    job_store.admit(order)
    assert job_store.claim(order.id, "elsewhere", lease_s=LEASE_S) is None


class TestAJobThatWasPlannedForAnotherVersion:
    @pytest.fixture
    def job_id(self, job_store: JobStore, make_order: Callable[..., Order]) -> str:
        order = make_order(stage_groups=(StageGroup(pool="default", first=0, end=2, versions={"otsu": "2"}),))
        job_store.admit(order)
        return order.id

    def _declined(self, jobs: JobStore, job_id: str, *, max_parked_s: float = 600.0) -> str:
        """Let an old worker take its notification."""
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
        notifications = job_store._redis.lrange(QUEUE.format(f"default.{NEW.digest}"), 0, -1)
        assert [_job_of(message) for message in notifications] == [job_id]
        assert job_store.decline(job_id, NotOffered("default", "otsu 2"), OLD, max_parked_s=600) == "parked"

    def test_it_is_sent_to_nobody_who_is_dead_or_elsewhere_or_cannot_run_it(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, job_id: str
    ) -> None:
        catalogue_store.publish("default", "dead", NEW)
        connection.zincrby("coronal:workers", -45, "default dead")
        catalogue_store.publish("elsewhere", "new", NEW.model_copy(update={"tasks": ("dataset",)}))
        catalogue_store.publish("default", "other", OLD.model_copy(update={"tasks": ("dataset",)}))
        assert self._declined(job_store, job_id) == "parked"

    def test_while_nobody_can_run_it_its_notification_is_redelivered_until_its_time_is_over(
        self, job_store: JobStore, connection: Connection, job_id: str, make_order: Callable[..., Order]
    ) -> None:
        assert self._declined(job_store, job_id, max_parked_s=2) == "parked"
        seconds = connection.time()[0]
        assert connection.zscore("coronal:outbox", job_id) < 1000 * (seconds + 4)
        job_store.admit(make_order())  # its notification waits in the queue
        connection.zadd("coronal:outbox", {job_id: 0})
        assert job_store.redeliver() == 1

    def test_a_new_worker_has_its_notification_redelivered_at_once(
        self, job_store: JobStore, catalogue_store: CatalogueStore, connection: Connection, job_id: str
    ) -> None:
        catalogue_store.publish("default", "old", OLD)
        self._declined(job_store, job_id)
        since_ms = connection.zscore("coronal:parked", job_id) - 60_000
        connection.zadd("coronal:parked", {job_id: since_ms})
        catalogue_store.publish("default", "new", NEW)
        assert connection.zscore("coronal:parked", job_id) == since_ms
        assert job_store.redeliver() == 1
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
        assert job_store.redeliver() == 0
        catalogue_store.leave("default", "new")
        connection.zadd("coronal:outbox", {job_id: 0})
        assert job_store.redeliver() == 1


def test_a_lease_that_still_holds_is_not_taken_away(job_store: JobStore, claimed: Job) -> None:
    assert job_store.reclaim(claimed.id) == "stale"
    assert job_store.get(claimed.id).state is State.RUNNING


def test_what_is_over_is_not_taken_away(job_store: JobStore, claimed: Job) -> None:
    job_store.commit(claimed)
    assert job_store.reclaim(claimed.id) == job_store.reclaim(claimed.id, claimed.epoch) == "stale"


def test_a_claim_has_a_lease_and_a_renewal_extends_it(
    connection: Connection, job_store: JobStore, claimed: Job
) -> None:
    ends_ms = connection.zscore("coronal:leases", claimed.id)
    assert ends_ms is not None
    job_store.renew_lease(claimed.id, claimed.epoch, lease_s=2 * LEASE_S)
    assert connection.zscore("coronal:leases", claimed.id) >= ends_ms + 0.9 * 1000 * LEASE_S


def test_three_crashed_attempts_fail_a_job(job_store: JobStore, order: Order) -> None:
    job_store.admit(order)
    answers = [job_store.reclaim(order.id, _claim(job_store, order.id).epoch) for _ in range(3)]
    assert answers == ["queued", "queued", "failed"]


def test_a_committed_stage_group_sends_the_notification_of_the_next(
    connection: Connection, job_store: JobStore, make_order: Callable[..., Order], two_stage_groups: object
) -> None:
    order = make_order(stage_groups=two_stage_groups)
    job_store.admit(order)
    job_store.commit(_claim(job_store, order.id, "here"), snapshot="b" * 64)
    assert [_job_of(message) for message in connection.lrange(QUEUE.format("there"), 0, -1)] == [order.id]
    assert connection.zscore("coronal:outbox", order.id) is not None


@pytest.fixture
def second(
    job_store: JobStore, make_order: Callable[..., Order], two_stage_groups: object
) -> Callable[[], Job]:
    """Return a function that brings a job to its second stage group, and returns its claim."""
    order = make_order(stage_groups=two_stage_groups)
    job_store.admit(order)

    def reach() -> Job:
        job_store.commit(_claim(job_store, order.id, "here"), snapshot="b" * 64)
        return _claim(job_store, order.id, "there")

    return reach


def test_a_restart_begins_with_the_first_stage_group_in_its_pool_and_notifies_it(
    connection: Connection, job_store: JobStore, second: Callable[[], Job]
) -> None:
    claim = second()
    connection.delete(QUEUE.format("here"))
    assert job_store.restart(claim) == Committed("queued", ("b" * 64,))
    assert [_job_of(message) for message in connection.lrange(QUEUE.format("here"), 0, -1)] == [claim.id]
    assert _claim(job_store, claim.id, "here").stage_group == 0


def test_a_restart_counts_once_and_a_claim_of_before_restarts_nothing(
    job_store: JobStore, second: Callable[[], Job]
) -> None:
    claim = second()
    assert [job_store.restart(claim).answer for _ in range(2)] == ["queued", "stale"]
    second()
    assert job_store.restart(claim).answer == "stale"
    assert job_store.get(claim.id).restarts == 1


def test_the_number_of_restarts_is_limited(job_store: JobStore, second: Callable[[], Job]) -> None:
    assert [job_store.restart(second()).answer for _ in range(3)] == ["queued", "queued", "spent"]


def test_a_job_whose_first_stage_group_runs_is_not_restarted(job_store: JobStore, claimed: Job) -> None:
    assert job_store.restart(claimed).answer == "stale"
    assert job_store.get(claimed.id).state is State.RUNNING


def test_the_same_commit_again_gets_the_same_answer(job_store: JobStore, claimed: Job) -> None:
    assert [job_store.commit(claimed).answer for _ in range(2)] == ["succeeded", "succeeded"]


def test_a_stage_group_that_is_not_due_is_not_committed(
    job_store: JobStore, make_order: Callable[..., Order], two_stage_groups: object
) -> None:
    order = make_order(stage_groups=two_stage_groups)
    job_store.admit(order)
    claim = _claim(job_store, order.id, "here")
    assert job_store.commit(claim.model_copy(update={"stage_group": 1})).answer == "stale"


def test_what_is_over_is_not_cancelled(job_store: JobStore, claimed: Job) -> None:
    job_store.commit(claimed)
    assert job_store.cancel(claimed.id) is State.SUCCEEDED


def test_a_success_is_not_retried(job_store: JobStore, claimed: Job) -> None:
    job_store.commit(claimed)
    assert job_store.retry(claimed.id) is State.SUCCEEDED


def test_an_admitted_job_has_a_notification_in_its_queue_and_in_the_outbox(
    connection: Connection, job_store: JobStore, order: Order
) -> None:
    job_store.admit(order)
    assert [_job_of(message) for message in connection.lrange(QUEUE.format("default"), 0, -1)] == [order.id]
    assert connection.zscore("coronal:outbox", order.id) is not None


def test_a_lost_notification_is_redelivered_and_one_that_waits_is_not(
    connection: Connection, job_store: JobStore, order: Order
) -> None:
    job_store.admit(order)
    connection.zadd("coronal:outbox", {order.id: 0})
    assert job_store.redeliver() == 0
    connection.delete(QUEUE.format("default"))
    connection.zadd("coronal:outbox", {order.id: 0})
    assert job_store.redeliver() == 1
    assert connection.llen(QUEUE.format("default")) == 1


def test_a_blob_that_is_pinned_or_referenced_is_not_marked_for_deletion(
    connection: Connection, job_store: JobStore, blobs: BlobStore, order: Order
) -> None:
    blob_references = BlobReferences(connection, blobs)
    blob_references.pin(order.id, [order.input.sha256])
    assert blob_references.remove([order.input.sha256]) == 0
    job_store.admit(order)
    assert blob_references.remove([order.input.sha256]) == 0


@dataclass(frozen=True)
class Pack:
    """The pack of a claim."""

    name: str
    blobs: BlobStore
    references: BlobReferences

    def write(self) -> None:
        self.blobs.put_pack(self.name, [b"result"])

    def is_removed(self) -> bool:
        """Do a janitor's round, and return whether the pack is gone."""
        self.references.remove(self.references.unreferenced())
        return not self.blobs.has(self.name)


@pytest.fixture
def pack(connection: Connection, blobs: BlobStore, claimed: Job) -> Pack:
    one = Pack(pack_name(claimed.id, claimed.epoch), blobs, BlobReferences(connection, blobs))
    one.write()
    return one


@pytest.mark.parametrize(
    "end",
    [
        lambda jobs, job: jobs.cancel(job.id),
        lambda jobs, job: jobs.delete(job.id),
        lambda jobs, job: jobs.fail(job.id, job.epoch, FAILURE),
        lambda jobs, job: jobs.release(job.id, job.epoch),
        lambda jobs, job: jobs.reclaim(job.id, job.epoch),
    ],
    ids=["cancelled", "deleted", "failed", "released", "reclaimed"],
)
def test_the_pack_of_a_claim_that_ends_without_a_commit_is_removed(
    job_store: JobStore, claimed: Job, pack: Pack, end: Callable[[JobStore, Job], object]
) -> None:
    assert not pack.is_removed()
    end(job_store, claimed)
    assert pack.is_removed()


@pytest.mark.parametrize(
    "last",
    [lambda jobs, job: jobs.commit(job).answer, lambda jobs, job: jobs.reclaim(job.id, job.epoch)],
    ids=["which commits too late", "which dies before its commit"],
)
def test_the_pack_of_a_zombie_is_removed(
    job_store: JobStore, claimed: Job, pack: Pack, last: Callable[[JobStore, Job], str]
) -> None:
    job_store.cancel(claimed.id)
    assert pack.is_removed()
    pack.write()
    assert last(job_store, claimed) == "stale"
    assert pack.is_removed()


def test_a_pack_that_was_committed_stays_until_its_job_is_deleted(
    job_store: JobStore, claimed: Job, pack: Pack
) -> None:
    file = Artifact(name="a", media_type="text/plain", size_bytes=3, sha256="a" * 64, pack=pack.name)
    files = [file, file.model_copy(update={"name": "b", "offset": 3})]
    assert job_store.commit(claimed, artifacts=files).answer == "succeeded"
    assert job_store.reclaim(claimed.id, claimed.epoch) == "stale"
    assert not pack.is_removed()
    assert job_store.delete(claimed.id).unreferenced[-1] == pack.name
    assert pack.is_removed()


class TestABatch:
    """Its jobs have one notification, of which a worker claims a chunk."""

    @pytest.fixture
    def ids(self, connection: Connection, make_order: Callable[..., Order]) -> list[str]:
        """Admit a batch of eight images, and return its jobs; the fourth is of another format."""
        order = make_order()
        dicom = order.input.model_copy(update={"format": "dicom"})
        items = tuple(
            Item(number=number, job=new_job_id(), input=dicom if number == 4 else order.input)
            for number in range(1, 9)
        )
        batch = BatchOrder(
            id=new_job_id(), pipeline=order.pipeline, stage_groups=order.stage_groups, items=items
        )
        assert BatchStore(connection).admit(batch)
        return [item.job for item in items]

    def _chunk(self, jobs: JobStore, offer: Offer | None = None) -> list[Job]:
        """Let a worker take the next notification, and claim."""
        return jobs.claim_chunk(self._taken(jobs), "default", lease_s=LEASE_S, offer=offer)

    def _taken(self, jobs: JobStore) -> str:
        return _job_of(jobs._redis.rpop(QUEUE.format("default")))

    def test_one_notification_is_for_all_and_each_is_in_the_outbox(
        self, connection: Connection, job_store: JobStore, ids: list[str]
    ) -> None:
        assert self._taken(job_store).split() == ids
        assert connection.zcard("coronal:outbox") == len(ids)

    def test_one_job_is_claimed_while_nobody_knows_what_it_takes_and_the_others_are_the_next(
        self, job_store: JobStore, make_order: Callable[..., Order], ids: list[str]
    ) -> None:
        job_store.admit(make_order())
        assert [job.id for job in self._chunk(job_store)] == ids[:1]
        assert self._taken(job_store).split() == ids[1:]

    @pytest.mark.parametrize(
        ("took_s", "count"),
        [([0.001], 4), ([0.2], 2), ([0.6], 1), ([0.4, 0.001], 2), ([0.001, 0.3], 1)],
        ids=["no more than a share", "by their time", "long ones", "then quicker", "then slower"],
    )
    def test_a_chunk_is_half_a_second_and_no_more_than_half_of_what_each_process_has_left(
        self, job_store: JobStore, ids: list[str], took_s: list[float], count: int
    ) -> None:
        for one in took_s:
            job = _claim(job_store, ids.pop(0))
            job_store.commit(job, took_s=one)
        assert len(self._chunk(job_store)) == count

    def test_a_job_that_is_notified_twice_is_claimed_once(self, job_store: JobStore, ids: list[str]) -> None:
        job_store.commit(_claim(job_store, ids[0]), took_s=0.001)
        twice = f"{ids[1]} {ids[1]} {ids[0]} {ids[2]}"
        claimed = job_store.claim_chunk(twice, "default", lease_s=LEASE_S)
        assert [job.id for job in claimed] == ids[1:3]

    def test_a_chunk_ends_before_what_the_worker_lacks_and_the_rest_waits_for_others(
        self, job_store: JobStore, ids: list[str]
    ) -> None:
        job_store.commit(_claim(job_store, ids[0]), took_s=0.001)
        offer = NEW.model_copy(update={"algorithms": ()})
        assert [job.id for job in self._chunk(job_store, offer)] == ids[1:3]
        with pytest.raises(NotOffered, match="format:dicom") as lack:
            self._chunk(job_store, offer)
        assert lack.value.job == ids[3]
        assert self._taken(job_store).split() == ids[4:]

    def test_what_is_queued_again_is_notified_alone(self, job_store: JobStore, ids: list[str]) -> None:
        job_store.commit(_claim(job_store, ids[0]), took_s=0.001)
        chunk = self._chunk(job_store)
        self._taken(job_store)
        job_store.reclaim(chunk[0].id, chunk[0].epoch)
        job_store.release(chunk[1].id, chunk[1].epoch)
        assert [self._taken(job_store) for _ in range(2)] == ids[1:3]


def _job_of(message: str) -> str:
    return str(json.loads(json.loads(message)["body"])[0][0])
