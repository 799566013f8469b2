"""On which terms jobs are admitted: one key is one job, and no more are active than may be."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from coronal.pipelines.pipeline import parse
from coronal.task_spec import DatasetTask
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import IdempotencyConflict, QueueFull
from coronal_jobs.ids import new_job_id
from coronal_jobs.records.admission import Terms, fingerprint_of
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.job import Input, Order
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings

MakeOrder = Callable[..., Order]
SCAN = Input(name="scan.png", sha256="a" * 64, size_bytes=10, format="png")
OTHER_IMAGE = Input(name="scan.png", sha256="b" * 64, size_bytes=10, format="png")
OTHER_NAME = Input(name="other.png", sha256="a" * 64, size_bytes=10, format="png")
KEYED = Terms(key="one")


@pytest.fixture
def blob_references(connection: Connection, tmp_path: Path) -> BlobReferences:
    return BlobReferences(connection, BlobStore((tmp_path / "blobs").as_uri()))


def _written(connection: Connection) -> dict[str, object]:
    """Return what stands in Redis, but for what is published beside the records."""
    reads = {"hash": connection.hgetall, "zset": lambda key: connection.zrange(key, 0, -1, withscores=True)}
    kinds = {key: connection.type(key) for key in connection.scan_iter() if key != "coronal:events"}
    return {key: reads.get(kind, connection.dump)(key) for key, kind in kinds.items()}


class TestKeys:
    def test_the_same_order_again_is_the_first_job(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        first = make_order()
        assert job_store.admit(first, KEYED)
        before = _written(connection)
        again = job_store.admit(make_order(), KEYED)
        assert (bool(again), again.is_replayed, again.job_id()) == (False, True, first.id)
        assert _written(connection) == before

    def test_the_very_same_order_again_is_the_first_job(self, job_store: JobStore, order: Order) -> None:
        assert job_store.admit(order, KEYED)
        again = job_store.admit(order, KEYED)
        assert (again.is_written, again.is_replayed, again.job_id()) == (True, False, order.id)
        assert again.unreferenced == ()

    @pytest.mark.parametrize(
        ("changes", "differs"),
        [
            pytest.param({"input": OTHER_IMAGE}, ("image",), id="image"),
            pytest.param({"input": OTHER_NAME}, ("name",), id="name"),
            pytest.param({"pipeline": parse("[gaussian]")}, ("pipeline",), id="pipeline"),
            pytest.param(
                {"pipeline": parse("{stages: [gaussian, otsu], name: x}")}, ("pipeline",), id="its name"
            ),
            pytest.param({"seed": 1, "input": OTHER_IMAGE}, ("image", "seed"), id="two"),
            pytest.param({"reference": OTHER_IMAGE}, ("reference",), id="reference"),
            pytest.param({"replay_of": "b" * 26}, ("replay_of",), id="replay"),
            pytest.param({"task": DatasetTask(name="cells")}, ("task",), id="task"),
        ],
    )
    def test_another_order_with_the_key_is_refused_and_reported_what_differs(
        self,
        job_store: JobStore,
        make_order: MakeOrder,
        connection: Connection,
        changes: dict[str, object],
        differs: tuple[str, ...],
    ) -> None:
        job_store.admit(make_order(), KEYED)
        before = _written(connection)
        refused = job_store.admit(make_order(**changes), KEYED)
        assert not refused
        with pytest.raises(IdempotencyConflict, match=f"another {' and '.join(differs)}$") as conflict:
            refused.job_id()
        assert conflict.value.differs == differs
        assert _written(connection) == before

    def test_a_key_that_was_kept_before_there_were_references_stands_for_its_job(
        self, make_order: MakeOrder
    ) -> None:
        document = json.dumps(parse("[gaussian]").model_dump(exclude_defaults=True), sort_keys=True)
        parts = ("a" * 64, "scan.png", document, "7")
        written = " ".join(sha256(part.encode()).hexdigest()[:32] for part in parts)
        order = make_order(input=SCAN, pipeline=parse("[gaussian]"), seed=7)
        assert fingerprint_of(order) == written

    def test_what_the_server_adds_itself_makes_no_difference(
        self, job_store: JobStore, make_order: MakeOrder, two_stage_groups: Any
    ) -> None:
        first = make_order()
        job_store.admit(first, KEYED)
        known_otherwise = first.input.model_copy(update={"format": "jpeg"})
        again = job_store.admit(make_order(stage_groups=two_stage_groups, input=known_otherwise), KEYED)
        assert again.job_id() == first.id

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("stages: [{normalize: {low: 1, high: 99}}]", id="short"),
            pytest.param("stages: [{normalize: {high: 99, low: 1}}]", id="in another order"),
            pytest.param(
                '{"stages": [{"algorithm": "normalize", "parameters": {"low": 1, "high": 99}}]}', id="long"
            ),
        ],
    )
    def test_how_a_pipeline_was_written_makes_no_difference(self, make_order: MakeOrder, text: str) -> None:
        written = parse("[{normalize: {low: 1, high: 99}}]")
        assert fingerprint_of(make_order(pipeline=parse(text))) == fingerprint_of(
            make_order(pipeline=written)
        )

    def test_orders_without_a_key_and_with_other_keys_are_jobs_of_their_own(
        self, job_store: JobStore, make_order: MakeOrder
    ) -> None:
        terms = [Terms(), Terms(), KEYED, Terms(key="two")]
        assert all(job_store.admit(make_order(), each) for each in terms)

    def test_of_fifty_at_once_with_one_key_one_is_admitted(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        with ThreadPoolExecutor(50) as pool:
            admissions = list(
                pool.map(lambda order: job_store.admit(order, KEYED), [make_order() for _ in range(50)])
            )
        assert Counter(one.answer for one in admissions) == {"admitted": 1, "replayed": 49}
        assert len({one.job_id() for one in admissions}) == 1
        assert connection.llen("coronal:pool.default") == connection.zcard("coronal:jobs") == 1

    def test_a_key_outlives_its_jobs_end(self, job_store: JobStore, make_order: MakeOrder) -> None:
        first = make_order()
        job_store.admit(first, KEYED)
        job_store.cancel(first.id)
        assert job_store.admit(make_order(), KEYED).job_id() == first.id

    def test_a_key_is_free_again_when_its_job_was_deleted(
        self, job_store: JobStore, make_order: MakeOrder
    ) -> None:
        first, second = make_order(), make_order(seed=1)
        job_store.admit(first, KEYED)
        job_store.delete(first.id)
        assert job_store.admit(second, KEYED)
        assert job_store.admit(make_order(seed=1), KEYED).job_id() == second.id

    def test_a_key_is_known_as_long_as_is_said_and_no_longer(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection, eventually: Any
    ) -> None:
        job_store.admit(make_order(), KEYED)
        assert connection.pttl(connection.keys("coronal:key:*")[0]) == pytest.approx(24 * 3.6e6, abs=60_000)
        job_store.admit(make_order(), Terms(key="short", keep_key_s=0.01))
        eventually(lambda: len(connection.keys("coronal:key:*")) == 1, "the short key is forgotten")
        assert job_store.admit(make_order(), Terms(key="short"))

    def test_a_key_outlives_a_killed_redis(self, make_redis: Any, make_order: MakeOrder) -> None:
        server = make_redis("--appendonly", "yes", "--appendfsync", "always")
        first = make_order()
        with connect(StoreSettings(redis_url=server.url)) as connection:
            assert JobStore(connection).admit(first, KEYED)
        server.kill()
        server.start()
        with connect(StoreSettings(redis_url=server.url)) as connection:
            assert JobStore(connection).admit(make_order(), KEYED).job_id() == first.id

    def test_neither_key_nor_file_name_stands_where_keys_are_kept(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        job_store.admit(make_order(), Terms(key="MRN-4711"))
        (key,) = connection.keys("coronal:key:*")
        assert "4711" not in f"{connection.keys()} {connection.get(key)}"
        assert "scan" not in str(connection.get(key))


class TestMostActive:
    def test_of_fifty_at_once_as_many_are_admitted_as_may_be(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        terms = Terms(max_active=10)
        with ThreadPoolExecutor(50) as pool:
            admissions = list(
                pool.map(lambda order: job_store.admit(order, terms), [make_order() for _ in range(50)])
            )
        assert Counter(one.answer for one in admissions) == {"admitted": 10, "full": 40}
        assert connection.zcard("coronal:jobs:queued") == connection.zcard("coronal:jobs") == 10

    def test_running_jobs_count_and_ended_ones_do_not(
        self, job_store: JobStore, make_order: MakeOrder
    ) -> None:
        first, terms = make_order(), Terms(max_active=1)
        job_store.admit(first, terms)
        job_store.claim(first.id, "default", lease_s=60)
        assert job_store.admit(make_order(), terms).answer == "full"
        job_store.cancel(first.id)
        assert job_store.admit(make_order(), terms)

    def test_the_same_order_again_has_its_answer_even_then(
        self, job_store: JobStore, make_order: MakeOrder
    ) -> None:
        terms = Terms(max_active=1, key="one")
        first = make_order()
        job_store.admit(first, terms)
        assert job_store.admit(make_order(), terms).job_id() == first.id

    @pytest.mark.parametrize(("ended", "retry_after_s"), [(0, 60), (1, 60), (7, 9), (60, 1), (500, 1)])
    def test_when_to_come_back_follows_how_many_jobs_ended_in_the_last_minute(
        self,
        job_store: JobStore,
        make_order: MakeOrder,
        connection: Connection,
        ended: int,
        retry_after_s: int,
    ) -> None:
        now_ms = int(connection.time()[0]) * 1000
        times_ms = {new_job_id(): now_ms for _ in range(ended)} | {new_job_id(): now_ms - 120_000}
        connection.zadd("coronal:finished", times_ms)
        with pytest.raises(QueueFull) as full:
            job_store.admit(make_order(), Terms(max_active=0)).job_id()
        assert full.value.retry_after_s == retry_after_s


class TestHolds:
    """What is held for a job that isn't admitted is held no more."""

    @pytest.fixture(
        params=[
            pytest.param(({"seed": 1}, KEYED), id="conflict"),
            pytest.param(({}, Terms(max_active=1)), id="full"),
        ]
    )
    def refused(self, request: pytest.FixtureRequest) -> tuple[dict[str, object], Terms]:
        changes, terms = request.param
        return changes, terms

    def test_an_image_that_no_other_job_names_may_go(
        self,
        job_store: JobStore,
        make_order: MakeOrder,
        blob_references: BlobReferences,
        connection: Connection,
        refused: tuple[dict[str, object], Terms],
    ) -> None:
        changes, terms = refused
        job_store.admit(make_order(), KEYED)
        before = _written(connection)
        order = make_order(input=OTHER_IMAGE, **changes)
        blob_references.pin(order.id, [OTHER_IMAGE.sha256])
        assert job_store.admit(order, terms).unreferenced == (OTHER_IMAGE.sha256,)
        assert connection.smembers("coronal:unreferenced") == {OTHER_IMAGE.sha256}
        assert blob_references.remove([OTHER_IMAGE.sha256]) == 0  # its bytes were never written
        assert not connection.exists("coronal:unreferenced")
        assert _written(connection) == before

    def test_an_image_that_another_job_names_stays(
        self,
        job_store: JobStore,
        make_order: MakeOrder,
        blob_references: BlobReferences,
        connection: Connection,
        refused: tuple[dict[str, object], Terms],
    ) -> None:
        changes, terms = refused
        job_store.admit(make_order(), KEYED)
        before = _written(connection)
        order = make_order(**changes)
        blob_references.pin(order.id, [order.input.sha256])
        assert job_store.admit(order, terms).unreferenced == ()
        assert _written(connection) == before

    def test_a_replay_leaves_the_first_jobs_image(
        self,
        job_store: JobStore,
        make_order: MakeOrder,
        blob_references: BlobReferences,
        connection: Connection,
    ) -> None:
        job_store.admit(make_order(), KEYED)
        before = _written(connection)
        order = make_order()
        blob_references.pin(order.id, [order.input.sha256])
        assert job_store.admit(order, KEYED).unreferenced == ()
        assert _written(connection) == before


def test_an_order_that_was_admitted_already_is_admitted_once(job_store: JobStore, order: Order) -> None:
    job_store.admit(order)
    again = job_store.admit(order)
    assert (bool(again), again.is_written, again.job_id()) == (False, True, order.id)
    assert len(job_store.page().jobs) == 1


def test_the_epochs_of_a_job_follow_the_one_that_is_given(job_store: JobStore, order: Order) -> None:
    job_store.admit(order, Terms(first_epoch=1_000))
    job = job_store.claim(order.id, "default", lease_s=60)
    assert job is not None
    assert job.epoch == 1_001
