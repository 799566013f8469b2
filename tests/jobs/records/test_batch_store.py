"""Many jobs written, reported and changed as one."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from coronal.pipelines.pipeline import parse
from coronal_jobs.errors import IdempotencyConflict, NotFound
from coronal_jobs.ids import new_job_id
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.admission import Terms, fingerprint_of, fingerprint_of_batch
from coronal_jobs.records.batch import BatchOrder, Item, RefusedItem
from coronal_jobs.records.batch_store import MAX_REFUSED_LISTED, BatchStore
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.events import EventStore
from coronal_jobs.records.job import Failure, Input, Job, Order, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.scripts import source_of

MakeBatch = Callable[..., BatchOrder]
FAILURE = Failure(code="stage-error", message="no")
KEYED = Terms(key="one")


@pytest.fixture
def batches(connection: Connection) -> BatchStore:
    return BatchStore(connection)


@pytest.fixture
def make_batch() -> MakeBatch:
    """Makes orders of batches, by default of three images."""

    def make(count: int = 3, **changes: object) -> BatchOrder:
        values: dict[str, object] = {
            "id": new_job_id(),
            "pipeline": parse("[gaussian, otsu]"),
            "stage_groups": (StageGroup(pool="default", first=0, end=2),),
            "items": tuple(_item(number) for number in range(1, count + 1)),
        }
        return BatchOrder.model_validate(values | changes)

    return make


def _item(number: int, name: str = "") -> Item:
    digest = sha256(str(number).encode()).hexdigest()
    image = Input(name=name or f"{number}.png", sha256=digest, size_bytes=10, format="png")
    return Item(number=number, job=new_job_id(), input=image)


def _refused(number: int) -> RefusedItem:
    return RefusedItem(number=number, name=f"{number}.txt", code="unknown-format", message="no")


def _claimed(job_store: JobStore, job_id: str) -> Job:
    job = job_store.claim(job_id, "default", lease_s=60)
    assert job is not None
    return job


class TestAdmit:
    def test_all_jobs_are_there_queued_and_notified(
        self, batches: BatchStore, job_store: JobStore, make_batch: MakeBatch, connection: Connection
    ) -> None:
        order = make_batch(seed=7)
        assert batches.admit(order)
        for item in order.items:
            job = job_store.get(item.job)
            assert (job.state, job.input, job.batch, job.item) == (
                State.QUEUED,
                item.input,
                order.id,
                item.number,
            )
            assert (job.pipeline, job.stage_groups, job.seed) == (order.pipeline, order.stage_groups, 7)
        assert connection.zcard("coronal:outbox") == 3
        (message,) = connection.lrange("coronal:pool.default", 0, -1)
        assert json.loads(json.loads(message)["body"])[0] == [" ".join(item.job for item in order.items)]

    @pytest.mark.parametrize("is_found_first", [False, True], ids=["at once", "after a recovery"])
    def test_a_job_names_its_reference_and_the_pin_of_the_batch_ends(
        self,
        batches: BatchStore,
        job_store: JobStore,
        make_batch: MakeBatch,
        connection: Connection,
        *,
        is_found_first: bool,
    ) -> None:
        reference = _item(9).input
        order = make_batch(items=tuple(_item(n).model_copy(update={"reference": reference}) for n in (1, 2)))
        digests = [*(item.input.sha256 for item in order.items), reference.sha256]
        for digest in digests:
            connection.hincrby("coronal:blob-refs", digest, 1)
            connection.zadd("coronal:pins", {f"{digest} {order.id}": 2**53})
        if is_found_first:
            assert job_store.admit(next(order.orders()))
        assert batches.admit(order)
        for item in order.items:
            job = job_store.get(item.job)
            assert (job.reference, job.batch, job.item) == (reference, order.id, item.number)
        counts = connection.hgetall("coronal:blob-refs")
        assert [int(counts[digest]) for digest in digests] == [1, 1, 2]
        assert not connection.zcard("coronal:pins")
        unreferenced = [digest for some in batches.delete(order.id) for digest in some]
        assert sorted(unreferenced) == sorted(digests)

    def test_jobs_of_a_batch_and_others_are_the_same_but_for_that(
        self,
        batches: BatchStore,
        job_store: JobStore,
        make_batch: MakeBatch,
        make_order: Callable[..., Order],
    ) -> None:
        batch = make_batch(1)
        alone = make_order(input=batch.items[0].input)
        batches.admit(batch)
        job_store.admit(alone)
        apart = {"id", "created_ms", "batch", "item"}
        ours, other = job_store.get(batch.items[0].job), job_store.get(alone.id)
        assert ours.model_dump(exclude=apart) == other.model_dump(exclude=apart)

    def test_of_fifty_at_once_with_one_key_one_is_admitted(
        self, batches: BatchStore, make_batch: MakeBatch, connection: Connection
    ) -> None:
        with ThreadPoolExecutor(50) as pool:
            admissions = list(
                pool.map(lambda order: batches.admit(order, KEYED), [make_batch() for _ in range(50)])
            )
        assert Counter(one.answer for one in admissions) == {"admitted": 1, "replayed": 49}
        assert len({one.job_id() for one in admissions}) == 1
        assert (connection.zcard("coronal:batches"), connection.zcard("coronal:jobs")) == (1, 3)

    def test_a_batch_is_admitted_whole_or_not_at_all(
        self, batches: BatchStore, make_batch: MakeBatch, connection: Connection
    ) -> None:
        terms = Terms(max_active=10)
        with ThreadPoolExecutor(10) as pool:
            admissions = list(
                pool.map(lambda order: batches.admit(order, terms), [make_batch(4) for _ in range(10)])
            )
        assert Counter(one.answer for one in admissions) == {"admitted": 2, "full": 8}
        assert connection.zcard("coronal:jobs:queued") == 8

    def test_one_whose_id_is_taken_changes_nothing(
        self, batches: BatchStore, job_store: JobStore, make_batch: MakeBatch
    ) -> None:
        first = make_batch()
        batches.admit(first)
        before = job_store.get(first.items[0].job)
        again = make_batch(items=first.items)
        assert batches.admit(first).answer == batches.admit(again).answer == "exists"
        assert job_store.get(before.id) == before
        with pytest.raises(NotFound):
            batches.get(again.id)

    @pytest.mark.parametrize(
        ("changes", "differs"),
        [
            pytest.param({"seed": 1}, ("seed",), id="seed"),
            pytest.param({"items": (_item(2), _item(1))}, ("image", "name"), id="fewer"),
            pytest.param({"refused": (_refused(4),)}, ("image", "name"), id="one that was refused"),
            pytest.param({"items": (_item(1), _item(2, "other"), _item(3))}, ("name",), id="a name"),
        ],
    )
    def test_another_batch_with_the_key_is_refused_and_reported_what_differs(
        self, batches: BatchStore, make_batch: MakeBatch, changes: dict[str, object], differs: tuple[str, ...]
    ) -> None:
        batches.admit(make_batch(), KEYED)
        with pytest.raises(IdempotencyConflict) as conflict:
            batches.admit(make_batch(**changes), KEYED).job_id()
        assert conflict.value.differs == differs

    def test_a_batch_of_one_image_is_not_a_job_of_it(
        self, make_batch: MakeBatch, make_order: Callable[..., Order]
    ) -> None:
        batch = make_batch(1)
        alone = make_order(input=batch.items[0].input)
        image, name, *others = zip(
            fingerprint_of(alone).split(), fingerprint_of_batch(batch).split(), strict=True
        )
        assert image[0] != image[1]
        assert name[0] != name[1]
        assert all(one == other for one, other in others)


class TestTelling:
    def test_counts_follow_every_change(
        self, batches: BatchStore, job_store: JobStore, make_batch: MakeBatch
    ) -> None:
        order = make_batch()
        batches.admit(order)
        first, second, _ = (item.job for item in order.items)
        claim = _claimed(job_store, first)
        reported = batches.get(order.id)
        assert (reported.counts[State.QUEUED], reported.counts[State.RUNNING], reported.progress) == (
            2,
            1,
            0.0,
        )
        job_store.commit(claim)
        job_store.fail(second, _claimed(job_store, second).epoch, FAILURE)
        later = batches.get(order.id)
        assert {state: count for state, count in later.counts.items() if count} == {
            State.QUEUED: 1,
            State.SUCCEEDED: 1,
            State.FAILED: 1,
        }
        assert (later.is_final, later.progress, later.job_count) == (False, pytest.approx(2 / 3), 3)
        assert later.revision > reported.revision

    def test_a_batch_is_reported_in_as_many_commands_whatever_its_size(
        self, batches: BatchStore, make_batch: MakeBatch, connection: Connection
    ) -> None:
        def commands_for(count: int) -> int:
            order = make_batch(count)
            batches.admit(order)
            before = connection.info("stats")["total_commands_processed"]
            batches.get(order.id)
            return int(connection.info("stats")["total_commands_processed"]) - before

        assert commands_for(1) == commands_for(2_000)

    def test_the_first_refused_items_are_reported_and_all_can_be_read(
        self, batches: BatchStore, make_batch: MakeBatch
    ) -> None:
        refused = tuple(_refused(number) for number in range(4, 504))
        order = make_batch(refused=refused)
        batches.admit(order)
        batch = batches.get(order.id)
        assert (batch.refused_count, batch.refused) == (500, refused[:MAX_REFUSED_LISTED])
        assert tuple(batches.refused(order.id)) == refused

    def test_jobs_are_given_in_the_order_of_the_items_page_by_page(
        self, batches: BatchStore, make_batch: MakeBatch
    ) -> None:
        order = make_batch(items=tuple(_item(number) for number in (2, 3, 5, 7, 11, 13, 17)))
        batches.admit(order)
        numbers, after = [], 0
        while page := batches.jobs(order.id, after=after, limit=3):
            numbers.append([job.item for job in page.jobs])
            after = page.after
            if not after:
                break
        assert numbers == [[2, 3, 5], [7, 11, 13], [17]]
        assert [job.item for job in batches.every_job(order.id)] == [2, 3, 5, 7, 11, 13, 17]

    def test_the_events_of_its_jobs_tell_of_which_batch_they_are_also_when_one_is_deleted(
        self,
        batches: BatchStore,
        job_store: JobStore,
        make_batch: MakeBatch,
        make_order: Callable[..., Order],
        connection: Connection,
    ) -> None:
        order, other = make_batch(), make_order()
        batches.admit(order)
        job_store.admit(other)
        job_store.delete(order.items[0].job)
        reported = [(event.job, event.batch) for event in EventStore(connection).history()]
        assert reported == [
            *((item.job, order.id) for item in order.items),
            (other.id, ""),
            (order.items[0].job, order.id),
        ]

    def test_jobs_that_a_recovery_has_admitted_before_it_are_its_own(
        self, batches: BatchStore, job_store: JobStore, make_batch: MakeBatch, connection: Connection
    ) -> None:
        order = make_batch()
        digests = [item.input.sha256 for item in order.items]
        connection.register_script(source_of("pin"))(args=[order.id, 60_000, *digests])
        early = next(order.orders())
        job_store.admit(early, Terms(first_epoch=7))
        claim = _claimed(job_store, early.id)
        assert batches.admit(order)
        assert batches.get(order.id).counts[State.RUNNING] == 1
        assert batches.get(order.id).counts[State.QUEUED] == 2
        job_store.commit(claim)
        assert batches.get(order.id).counts[State.SUCCEEDED] == 1
        unreferenced = [digest for part in batches.delete(order.id) for digest in part]
        assert sorted(unreferenced) == sorted(set(digests))
        assert connection.hgetall("coronal:blob-refs") == {}


class TestAll:
    def test_cancel_ends_what_is_queued_and_what_runs(
        self, batches: BatchStore, job_store: JobStore, make_batch: MakeBatch
    ) -> None:
        order = make_batch(450)
        batches.admit(order)
        claim = _claimed(job_store, order.items[0].job)
        job_store.commit(_claimed(job_store, order.items[1].job))
        batches.cancel(order.id)
        counts = batches.get(order.id).counts
        assert (counts[State.CANCELLED], counts[State.SUCCEEDED]) == (449, 1)
        assert job_store.commit(claim).answer == "stale"
        batches.cancel(order.id)
        assert batches.get(order.id).counts == counts

    def test_retry_starts_the_failed_only(
        self, batches: BatchStore, job_store: JobStore, make_batch: MakeBatch
    ) -> None:
        order = make_batch()
        batches.admit(order)
        failed = order.items[1].job
        job_store.fail(failed, _claimed(job_store, failed).epoch, FAILURE)
        batches.cancel(order.id)
        batches.retry(order.id)
        counts = batches.get(order.id).counts
        assert (counts[State.QUEUED], counts[State.CANCELLED]) == (1, 2)
        assert (job_store.get(failed).state, job_store.get(failed).failure) == (State.QUEUED, None)

    def test_delete_leaves_nothing_and_names_each_blob_once(
        self, batches: BatchStore, make_batch: MakeBatch, connection: Connection
    ) -> None:
        order = make_batch(250, refused=(_refused(251),))
        batches.admit(order)
        unreferenced = [digest for some in batches.delete(order.id) for digest in some]
        assert sorted(unreferenced) == sorted(item.input.sha256 for item in order.items)
        # The last asks a janitor to write Redis's file without what was deleted.
        ended = {"coronal:ended:default", "coronal:ended-facts:default"}  # until plugins have received them
        counts = {"coronal:changes", "coronal:changes-ms"}
        left = (
            {"coronal:pool.default", "coronal:events", "coronal:unreferenced", "coronal:rewrite"}
            | ended
            | counts
        )
        assert set(connection.keys()) == left

    def test_two_batches_of_the_same_images_leave_each_other_alone(
        self, batches: BatchStore, make_batch: MakeBatch
    ) -> None:
        first, second = make_batch(), make_batch()
        batches.admit(first)
        batches.admit(second)
        assert [list(some) for some in batches.delete(first.id)] == [[]]
        assert batches.get(second.id).job_count == 3
        with pytest.raises(NotFound, match="there is no batch"):
            batches.get(first.id)
