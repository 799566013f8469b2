import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from coronal.pipelines.pipeline import NO_PIPELINE
from coronal.task_spec import DatasetTask
from coronal_jobs.errors import NotFound
from coronal_jobs.pipeline.planning import StageGroup
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.claim_store import Committed
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Artifact, Failure, Input, Job, Order, State
from coronal_jobs.records.job_store import JobStore

IMAGE, SNAPSHOT, PICTURE, NUMBERS = ("a" * 64, "c" * 64, "d" * 64, "e" * 64)
UNREFERENCED = "coronal:unreferenced"
REWRITE = "coronal:rewrite"
SHARED = ("coronal:consumed", "coronal:events", "coronal:changes", "coronal:changes-ms")
"""What is kept beside all records."""

FAILURE = Failure(code="stage-error", message="no", stage="otsu")

MakeOrder = Callable[..., Order]


def _artifacts(**digests: str) -> list[Artifact]:
    return [
        Artifact(name=f"{name}.png", media_type="image/png", size_bytes=1, sha256=digest)
        for name, digest in digests.items()
    ]


def _input(digest: str) -> Input:
    return Input(name="scan.png", sha256=digest, size_bytes=10, format="png")


def _refs(connection: Connection) -> dict[str, int]:
    return {digest: int(count) for digest, count in connection.hgetall("coronal:blob-refs").items()}


def _claimed(job_store: JobStore, order: Order) -> Job:
    job_store.admit(order)
    job = job_store.claim(order.id, order.stage_groups[0].pool, lease_s=60)
    assert job is not None
    return job


@pytest.fixture
def claimed(job_store: JobStore, order: Order) -> Job:
    return _claimed(job_store, order)


class TestAdmit:
    def test_the_record_is_what_was_ordered(self, job_store: JobStore, make_order: MakeOrder) -> None:
        order = make_order(seed=2**53 + 1)
        assert job_store.admit(order)
        job = job_store.get(order.id)
        assert (job.input, job.pipeline, job.stage_groups, job.seed) == (
            order.input,
            order.pipeline,
            order.stage_groups,
            order.seed,
        )
        assert (job.state, job.stage_group, job.epoch, job.progress) == (State.QUEUED, 0, 0, 0.0)
        assert (job.started_ms, job.finished_ms, job.artifacts, job.failure) == (0, 0, (), None)

    def test_a_task_is_read_as_it_was_ordered(self, job_store: JobStore, make_order: MakeOrder) -> None:
        order = make_order(task=DatasetTask(name="digits"), pipeline=NO_PIPELINE)
        job_store.admit(order)
        assert job_store.get(order.id).task == DatasetTask(name="digits")

    def test_record_index_outbox_notification_and_blob_are_written_together(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job_store.admit(order)
        assert connection.zrange("coronal:jobs", 0, -1) == [order.id]
        assert connection.zrange("coronal:jobs:queued", 0, -1) == [order.id]
        assert connection.zrange("coronal:outbox", 0, -1) == [order.id]
        assert connection.llen("coronal:pool.default") == 1
        assert _refs(connection) == {IMAGE: 1}

    def test_an_id_that_is_taken_writes_nothing(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        order = make_order()
        job_store.admit(order)
        before = job_store.get(order.id)
        assert not job_store.admit(make_order(id=order.id, input=_input(PICTURE)))
        assert job_store.get(order.id) == before
        assert connection.llen("coronal:pool.default") == 1
        assert _refs(connection) == {IMAGE: 1}

    def test_times_are_of_the_clock_of_redis(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        before = int(connection.time()[0]) * 1000
        job_store.admit(order)
        assert before <= job_store.get(order.id).created_ms <= before + 5000


class TestRing:
    @staticmethod
    def _make_due(connection: Connection, *ids: str) -> None:
        connection.zadd("coronal:outbox", dict.fromkeys(ids, 0))

    @staticmethod
    def _due_s(connection: Connection, job_id: str) -> float:
        return float(connection.zscore("coronal:outbox", job_id) / 1000 - connection.time()[0])

    def test_the_next_notification_is_due_after_twice_the_time_and_at_last_after_ten_minutes(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job_store.admit(order)
        waits_s = []
        for _ in range(10):
            connection.delete("coronal:pool.default")
            self._make_due(connection, order.id)
            assert job_store.redeliver() == 1
            waits_s.append(self._due_s(connection, order.id))
        assert waits_s == pytest.approx([10, 20, 40, 80, 160, 320, 600, 600, 600, 600], abs=2)

    def test_a_claim_starts_the_count_again(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job_store.admit(order)
        for _ in range(5):
            connection.delete("coronal:pool.default")
            self._make_due(connection, order.id)
            job_store.redeliver()
        job = job_store.claim(order.id, "default", lease_s=60)
        assert job is not None
        job_store.release(job.id, job.epoch)
        assert self._due_s(connection, order.id) == pytest.approx(5, abs=2)

    def test_only_a_job_that_waits_is_notified(
        self, job_store: JobStore, claimed: Job, connection: Connection
    ) -> None:
        connection.delete("coronal:pool.default")
        assert job_store.redeliver() == 0
        job_store.commit(claimed)
        assert job_store.redeliver() == 0
        assert connection.llen("coronal:pool.default") == 0
        assert connection.zcard("coronal:outbox") == 0

    def test_one_whose_notification_is_not_due_is_left_alone(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job_store.admit(order)
        connection.delete("coronal:pool.default")
        assert job_store.redeliver() == 0
        assert connection.llen("coronal:pool.default") == 0

    def test_where_the_queue_is_empty_the_notification_was_lost(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job_store.admit(order)
        message = connection.lpop("coronal:pool.default")
        self._make_due(connection, order.id)
        assert job_store.redeliver() == 1
        assert connection.lpop("coronal:pool.default") == message.replace(".0.1", ".0.2")

    def test_a_thousand_that_wait_are_not_sent_again_and_looked_at_later(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        orders = [make_order() for _ in range(1000)]
        for order in orders:
            job_store.admit(order)
        self._make_due(connection, *(order.id for order in orders))
        assert job_store.redeliver(limit=1_000) == 0
        assert connection.llen("coronal:pool.default") == 1000
        assert {round(self._due_s(connection, order.id) / 10) for order in orders[::100]} <= {0, 1}
        assert min(self._due_s(connection, order.id) for order in orders[::100]) > 2

    def test_one_that_was_overtaken_in_its_queue_is_redelivered(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        lost, later, last = (make_order() for _ in range(3))
        job_store.admit(lost)
        connection.delete("coronal:pool.default")  # its notification is lost
        time.sleep(0.002)
        job_store.admit(later)
        job_store.admit(last)
        self._make_due(connection, lost.id, last.id)
        assert job_store.redeliver() == 0  # the queue is not empty, and nothing that came later was answered
        job_store.claim(later.id, "default", lease_s=60)
        connection.hset(f"coronal:job:{last.id}", "notified_ms", 2**52)
        self._make_due(connection, lost.id, last.id)
        assert job_store.redeliver() == 1
        assert lost.id in connection.lindex("coronal:pool.default", 0)

    def test_what_is_overtaken_in_another_queue_is_not(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        waiting = make_order()
        job_store.admit(waiting)
        time.sleep(0.002)
        _claimed(job_store, make_order(stage_groups=(StageGroup(pool="other", first=0, end=2),)))
        self._make_due(connection, waiting.id)
        assert job_store.redeliver() == 0

    def test_one_that_was_never_sent_is_sent_though_others_wait(
        self, job_store: JobStore, claimed: Job, make_order: MakeOrder, connection: Connection
    ) -> None:
        job_store.admit(make_order())
        assert job_store.fail(claimed.id, claimed.epoch, FAILURE, retries=1, delay_s=0.01) == "queued"
        length = connection.llen("coronal:pool.default")
        time.sleep(0.02)
        assert job_store.redeliver() == 1
        assert connection.llen("coronal:pool.default") == length + 1

    def test_no_more_are_sent_than_was_asked_and_the_most_overdue_first(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        orders = [make_order() for _ in range(5)]
        for order in orders:
            job_store.admit(order)
        for number, order in enumerate(orders):
            connection.hdel(f"coronal:job:{order.id}", "notified_ms")
            connection.zadd("coronal:outbox", {order.id: number})
        connection.delete("coronal:pool.default")
        assert job_store.redeliver(limit=2) == 2
        sent = [one for one in orders if self._due_s(connection, one.id) > 0]
        assert sent == orders[:2]

    def test_janitors_that_ring_at_once_ring_once(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        orders = [make_order() for _ in range(50)]
        for order in orders:
            job_store.admit(order)
            connection.hdel(f"coronal:job:{order.id}", "notified_ms")
        connection.delete("coronal:pool.default")
        self._make_due(connection, *(order.id for order in orders))
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(lambda _: job_store.redeliver(), range(8))) == 50
        assert connection.llen("coronal:pool.default") == 50


class TestClaim:
    def test_the_claim_gives_the_record_and_takes_the_job_out_of_the_outbox(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job = _claimed(job_store, order)
        assert job == job_store.get(order.id)
        assert (job.state, job.epoch) == (State.RUNNING, 1)
        assert job.started_ms > 0
        assert connection.zcard("coronal:outbox") == 0
        assert connection.zrange("coronal:jobs:running", 0, -1) == [order.id]
        assert connection.zcard("coronal:jobs:queued") == 0

    def test_a_second_notification_finds_nothing(self, job_store: JobStore, claimed: Job) -> None:
        assert job_store.claim(claimed.id, "default", lease_s=60) is None
        assert job_store.get(claimed.id) == claimed

    def test_of_many_that_claim_at_once_one_gets_the_job(self, job_store: JobStore, order: Order) -> None:
        job_store.admit(order)
        claims: list[Job | None] = []
        threads = [
            threading.Thread(target=lambda: claims.append(job_store.claim(order.id, "default", lease_s=60)))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter(claim is None for claim in claims) == {True: 19, False: 1}

    @pytest.mark.parametrize("pool", ["other", "", "default "])
    def test_another_pool_gets_nothing(self, job_store: JobStore, order: Order, pool: str) -> None:
        job_store.admit(order)
        assert job_store.claim(order.id, pool, lease_s=60) is None
        assert job_store.get(order.id).state is State.QUEUED

    @pytest.mark.parametrize("forged", ["", "0" * 26, "*", "../x", "a b\r\n"])
    def test_a_forged_id_gets_nothing_and_leaves_nothing(
        self, job_store: JobStore, connection: Connection, forged: str
    ) -> None:
        assert job_store.claim(forged, "default", lease_s=60) is None
        assert connection.dbsize() == 0

    def test_the_second_stage_group_is_for_the_second_pool_alone(
        self, job_store: JobStore, make_order: MakeOrder, two_stage_groups: tuple[StageGroup, ...]
    ) -> None:
        first = _claimed(job_store, make_order(stage_groups=two_stage_groups))
        job_store.commit(first, snapshot=SNAPSHOT)
        assert job_store.claim(first.id, "here", lease_s=60) is None
        second = job_store.claim(first.id, "there", lease_s=60)
        assert second is not None
        assert (second.stage_group, second.snapshot, second.epoch) == (1, SNAPSHOT, 2)
        assert second.started_ms == first.started_ms


class TestReport:
    def test_progress_stands_in_the_record(self, job_store: JobStore, claimed: Job) -> None:
        assert job_store.report(claimed.id, claimed.epoch, Report("otsu", 1 / 3))
        job = job_store.get(claimed.id)
        assert (job.stage, job.progress) == ("otsu", 0.3333)
        assert job.revision == claimed.revision + 1

    def test_a_claim_that_is_no_longer_the_last_is_not_heard(self, job_store: JobStore, claimed: Job) -> None:
        job_store.release(claimed.id, claimed.epoch)
        again = job_store.claim(claimed.id, "default", lease_s=60)
        assert again is not None
        assert not job_store.report(claimed.id, claimed.epoch, Report("otsu", 0.9))
        assert job_store.get(claimed.id) == again


class TestCommit:
    def test_the_last_stage_group_ends_the_job(
        self, job_store: JobStore, claimed: Job, connection: Connection
    ) -> None:
        artifacts = _artifacts(overlay=PICTURE, numbers=NUMBERS)
        assert job_store.commit(claimed, artifacts=artifacts) == Committed("succeeded", ())
        job = job_store.get(claimed.id)
        assert (job.state, job.artifacts, job.progress) == (State.SUCCEEDED, tuple(artifacts), 1.0)
        assert (job.stage, job.snapshot, job.failure) == ("", None, None)
        assert job.finished_ms > 0
        assert _refs(connection) == {IMAGE: 1, PICTURE: 1, NUMBERS: 1}
        assert connection.zcard("coronal:outbox") == 0

    def test_any_other_stage_group_keeps_the_case_and_rings_for_the_next(
        self,
        job_store: JobStore,
        make_order: MakeOrder,
        two_stage_groups: tuple[StageGroup, ...],
        connection: Connection,
    ) -> None:
        first = _claimed(job_store, make_order(stage_groups=two_stage_groups))
        assert job_store.commit(first, snapshot=SNAPSHOT) == Committed("queued", ())
        job = job_store.get(first.id)
        assert (job.state, job.stage_group, job.pool, job.snapshot) == (State.QUEUED, 1, "there", SNAPSHOT)
        assert _refs(connection) == {IMAGE: 1, SNAPSHOT: 1}
        assert connection.llen("coronal:pool.there") == 1
        assert connection.zrange("coronal:outbox", 0, -1) == [first.id]

    def test_the_case_between_two_stage_groups_may_go_when_the_second_is_committed(
        self, job_store: JobStore, midway: Job, connection: Connection
    ) -> None:
        assert job_store.commit(midway) == Committed("succeeded", (SNAPSHOT,))
        assert _refs(connection) == {IMAGE: 1}

    def test_the_same_commit_again_gets_the_same_answer_and_changes_nothing(
        self, job_store: JobStore, claimed: Job, connection: Connection
    ) -> None:
        first = job_store.commit(claimed, artifacts=_artifacts(overlay=PICTURE))
        before = job_store.get(claimed.id), _refs(connection)
        assert job_store.commit(claimed, artifacts=_artifacts(overlay=PICTURE)) == first
        assert job_store.commit(claimed, artifacts=_artifacts(other=NUMBERS)) == first
        assert (job_store.get(claimed.id), _refs(connection)) == before

    def test_the_same_commit_of_a_first_stage_group_rings_once_also_when_the_second_runs_or_has_ended(
        self,
        job_store: JobStore,
        make_order: MakeOrder,
        two_stage_groups: tuple[StageGroup, ...],
        connection: Connection,
    ) -> None:
        first = _claimed(job_store, make_order(stage_groups=two_stage_groups))
        job_store.commit(first, snapshot=SNAPSHOT)
        assert job_store.commit(first, snapshot=SNAPSHOT) == Committed("queued", ())
        assert connection.llen("coronal:pool.there") == 1
        second = job_store.claim(first.id, "there", lease_s=60)
        assert second is not None
        assert job_store.commit(first, snapshot=SNAPSHOT) == Committed("queued", ())
        assert job_store.get(first.id) == second
        job_store.commit(second)
        assert job_store.commit(first, snapshot=SNAPSHOT).answer == "stale"
        assert _refs(connection) == {IMAGE: 1}

    def test_a_claim_that_is_no_longer_the_last_commits_nothing(
        self, job_store: JobStore, claimed: Job, connection: Connection
    ) -> None:
        job_store.release(claimed.id, claimed.epoch)
        waiting = job_store.get(claimed.id)
        assert job_store.commit(claimed, artifacts=_artifacts(overlay=PICTURE)) == Committed("stale", ())
        assert job_store.get(claimed.id) == waiting
        again = job_store.claim(claimed.id, "default", lease_s=60)
        assert again is not None
        assert job_store.commit(claimed, artifacts=_artifacts(overlay=PICTURE)).answer == "stale"
        assert job_store.commit(again).answer == "succeeded"
        assert job_store.commit(claimed, artifacts=_artifacts(overlay=PICTURE)).answer == "stale"
        assert _refs(connection) == {IMAGE: 1}

    def test_another_stage_group_than_the_due_one_is_not_committed(
        self, job_store: JobStore, midway: Job
    ) -> None:
        assert (
            job_store.commit(midway.model_copy(update={"stage_group": 0}), snapshot=SNAPSHOT).answer
            == "stale"
        )
        assert job_store.get(midway.id) == midway

    def test_a_job_that_was_deleted_is_not_committed(
        self, job_store: JobStore, claimed: Job, connection: Connection
    ) -> None:
        job_store.delete(claimed.id)
        assert job_store.commit(claimed, artifacts=_artifacts(overlay=PICTURE)).answer == "stale"
        assert connection.keys("coronal:job:*") == []
        assert _refs(connection) == {}


class TestFail:
    def test_a_failure_is_final(self, job_store: JobStore, claimed: Job) -> None:
        assert job_store.fail(claimed.id, claimed.epoch, FAILURE) == "failed"
        job = job_store.get(claimed.id)
        assert (job.state, job.failure) == (State.FAILED, FAILURE)
        assert job.finished_ms > 0
        assert job_store.claim(claimed.id, "default", lease_s=60) is None
        assert job_store.commit(claimed).answer == "stale"
        assert not job_store.release(claimed.id, claimed.epoch)
        assert not job_store.report(claimed.id, claimed.epoch, Report("otsu", 0.5))
        assert job_store.get(claimed.id) == job

    def test_the_same_failure_again_gets_the_same_answer_and_changes_nothing(
        self, job_store: JobStore, claimed: Job
    ) -> None:
        job_store.fail(claimed.id, claimed.epoch, FAILURE)
        before = job_store.get(claimed.id)
        assert job_store.fail(claimed.id, claimed.epoch, FAILURE) == "failed"
        assert job_store.get(claimed.id) == before

    def test_the_case_between_two_stage_groups_is_kept_for_a_retry(
        self, job_store: JobStore, midway: Job, connection: Connection
    ) -> None:
        assert job_store.fail(midway.id, midway.epoch, FAILURE) == "failed"
        assert _refs(connection) == {IMAGE: 1, SNAPSHOT: 1}
        assert job_store.get(midway.id).snapshot == SNAPSHOT
        assert set(job_store.delete(midway.id).unreferenced) == {IMAGE, SNAPSHOT}
        assert _refs(connection) == {}

    def test_a_claim_that_is_no_longer_the_last_fails_nothing(
        self, job_store: JobStore, claimed: Job
    ) -> None:
        job_store.release(claimed.id, claimed.epoch)
        assert job_store.fail(claimed.id, claimed.epoch, FAILURE) == "stale"
        again = job_store.claim(claimed.id, "default", lease_s=60)
        assert job_store.fail(claimed.id, claimed.epoch, FAILURE) == "stale"
        assert job_store.get(claimed.id) == again

    def test_what_has_succeeded_does_not_fail(self, job_store: JobStore, claimed: Job) -> None:
        job_store.commit(claimed)
        assert job_store.fail(claimed.id, claimed.epoch, FAILURE) == "stale"
        assert job_store.get(claimed.id).state is State.SUCCEEDED


class TestRelease:
    def test_the_job_waits_again_and_is_notified(
        self, job_store: JobStore, claimed: Job, connection: Connection
    ) -> None:
        job_store.report(claimed.id, claimed.epoch, Report("otsu", 0.7))
        connection.delete("coronal:pool.default")
        assert job_store.release(claimed.id, claimed.epoch)
        job = job_store.get(claimed.id)
        assert (job.state, job.stage, job.progress, job.stage_group) == (State.QUEUED, "", 0.0, 0)
        assert connection.llen("coronal:pool.default") == 1
        assert connection.zrange("coronal:outbox", 0, -1) == [claimed.id]

    def test_a_second_release_is_too_late(
        self, job_store: JobStore, claimed: Job, connection: Connection
    ) -> None:
        job_store.release(claimed.id, claimed.epoch)
        assert not job_store.release(claimed.id, claimed.epoch)
        assert connection.llen("coronal:pool.default") == 2

    def test_the_case_between_two_stage_groups_stays(
        self, job_store: JobStore, midway: Job, connection: Connection
    ) -> None:
        job_store.release(midway.id, midway.epoch)
        again = job_store.claim(midway.id, "there", lease_s=60)
        assert again is not None
        assert (again.snapshot, again.stage_group) == (SNAPSHOT, 1)
        assert _refs(connection) == {IMAGE: 1, SNAPSHOT: 1}


class TestRestart:
    def test_the_job_waits_for_its_first_stage_group_and_the_case_may_go(
        self, job_store: JobStore, midway: Job, connection: Connection
    ) -> None:
        job_store.report(midway.id, midway.epoch, Report("otsu", 0.7))
        assert job_store.restart(midway) == Committed("queued", (SNAPSHOT,))
        job = job_store.get(midway.id)
        assert (job.state, job.stage_group, job.pool, job.snapshot) == (State.QUEUED, 0, "here", None)
        assert (job.stage, job.progress, job.restarts) == ("", 0.0, 1)
        assert _refs(connection) == {IMAGE: 1}
        assert connection.zcard("coronal:leases") == 0
        assert connection.zrange("coronal:outbox", 0, -1) == [midway.id]

    def test_the_case_of_another_job_stays(
        self,
        job_store: JobStore,
        midway: Job,
        make_order: MakeOrder,
        two_stage_groups: tuple[StageGroup, ...],
    ) -> None:
        job_store.commit(_claimed(job_store, make_order(stage_groups=two_stage_groups)), snapshot=SNAPSHOT)
        assert job_store.restart(midway) == Committed("queued", ())

    def test_no_commit_resets_how_often_and_a_retry_does(
        self, job_store: JobStore, midway: Job, connection: Connection
    ) -> None:
        def again(claim: Job) -> Job:
            assert job_store.restart(claim).answer == "queued"
            first = job_store.claim(claim.id, "here", lease_s=60)
            assert first is not None
            job_store.commit(first, snapshot=SNAPSHOT)
            return _second(job_store, claim.id)

        last = again(again(midway))
        assert job_store.restart(last) == Committed("spent", ())
        assert job_store.get(midway.id) == last
        assert _refs(connection) == {IMAGE: 1, SNAPSHOT: 1}
        job_store.fail(last.id, last.epoch, FAILURE)
        job_store.retry(last.id)
        assert job_store.restart(_second(job_store, last.id)).answer == "queued"

    def test_the_deaths_and_delays_of_a_stage_group_count_no_more(
        self, job_store: JobStore, midway: Job
    ) -> None:
        job_store.reclaim(midway.id, midway.epoch)
        lost = _second(job_store, midway.id)
        job_store.fail(lost.id, lost.epoch, FAILURE, retries=1, delay_s=0)
        job_store.restart(_second(job_store, midway.id))
        job = job_store.get(midway.id)
        assert (job.crashed_attempts, job.retries, job.restarts) == (0, 0, 1)

    def test_what_was_committed_before_is_not_committed_again(
        self, job_store: JobStore, make_order: MakeOrder, two_stage_groups: tuple[StageGroup, ...]
    ) -> None:
        first = _claimed(job_store, make_order(stage_groups=two_stage_groups))
        job_store.commit(first, snapshot=SNAPSHOT)
        job_store.restart(_second(job_store, first.id))
        waiting = job_store.get(first.id)
        assert job_store.commit(first, snapshot=SNAPSHOT) == Committed("stale", ())
        assert job_store.get(first.id) == waiting


def _second(jobs: JobStore, job_id: str) -> Job:
    claim = jobs.claim(job_id, "there", lease_s=60)
    assert claim is not None
    return claim


def _report_ends(jobs: JobStore, pool: str) -> int:
    """Acknowledge ends of jobs as a worker does that has called its plugins, and return their number."""
    taken = jobs.ended.take(pool, lease_s=60)
    jobs.ended.acknowledge(pool, taken)
    return len(taken)


class TestDelete:
    def test_one_that_waits_is_never_claimed(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job_store.admit(order)
        assert job_store.delete(order.id) == Committed("deleted", (IMAGE,))
        assert job_store.claim(order.id, "default", lease_s=60) is None
        # Its notification alone is left, and finds nothing; the events tell what was.
        assert _report_ends(job_store, "default") == 1
        left = {"coronal:pool.default", "coronal:events", "coronal:changes", "coronal:changes-ms"}
        assert set(connection.keys()) == {*left, UNREFERENCED, REWRITE}

    def test_one_that_runs_commits_nothing(
        self, job_store: JobStore, midway: Job, connection: Connection
    ) -> None:
        job_store.log(midway.id, "a line")
        assert job_store.delete(midway.id) == Committed("deleted", (IMAGE, SNAPSHOT))
        assert job_store.commit(midway).answer == "stale"
        assert job_store.fail(midway.id, midway.epoch, FAILURE) == "stale"
        assert not job_store.report(midway.id, midway.epoch, Report("otsu", 0.5))
        assert not job_store.release(midway.id, midway.epoch)
        job_store.log(midway.id, "another line")
        assert _report_ends(job_store, "there") == 1
        assert set(connection.keys()) == {
            "coronal:pool.here",
            "coronal:pool.there",
            *SHARED,
            UNREFERENCED,
            REWRITE,
        }

    def test_one_that_has_ended_lets_go_of_its_artifacts(
        self, job_store: JobStore, claimed: Job, connection: Connection
    ) -> None:
        job_store.commit(claimed, artifacts=_artifacts(overlay=PICTURE, numbers=NUMBERS))
        assert job_store.delete(claimed.id) == Committed("deleted", (IMAGE, PICTURE, NUMBERS))
        assert _report_ends(job_store, "default") == 1
        assert set(connection.keys()) == {"coronal:pool.default", *SHARED, UNREFERENCED, REWRITE}

    def test_one_that_has_failed_lets_go_of_its_image(self, job_store: JobStore, claimed: Job) -> None:
        job_store.fail(claimed.id, claimed.epoch, FAILURE)
        assert job_store.delete(claimed.id) == Committed("deleted", (IMAGE,))

    def test_an_unknown_one_is_reported(self, job_store: JobStore, order: Order) -> None:
        job_store.admit(order)
        job_store.delete(order.id)
        with pytest.raises(NotFound, match="there is no job"):
            job_store.delete(order.id)

    def test_bytes_may_go_with_the_last_record_that_names_them(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection
    ) -> None:
        jobs = [_claimed(job_store, make_order()) for _ in range(3)]
        for job in jobs[:2]:
            # One names its own input as an artifact, twice: a filter that changes nothing.
            job_store.commit(job, artifacts=_artifacts(image=IMAGE, again=IMAGE, overlay=PICTURE))
        assert _refs(connection) == {IMAGE: 7, PICTURE: 2}
        assert job_store.delete(jobs[0].id).unreferenced == ()
        assert job_store.delete(jobs[1].id).unreferenced == (PICTURE,)
        assert job_store.delete(jobs[2].id).unreferenced == (IMAGE,)
        assert _refs(connection) == {}

    @pytest.mark.parametrize("reference", [IMAGE, PICTURE], ids=["the image itself", "another file"])
    def test_a_reference_is_named_as_the_image_is(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection, reference: str
    ) -> None:
        file = Input(name="drawn.png", sha256=reference, size_bytes=10, format="png")
        order = make_order(reference=file)
        job_store.admit(order)
        assert job_store.get(order.id).reference == file
        assert sum(_refs(connection).values()) == 2
        assert set(job_store.delete(order.id).unreferenced) == {IMAGE, reference}
        assert _refs(connection) == {}


class TestReading:
    def test_a_job_that_is_not_there_is_reported(self, job_store: JobStore) -> None:
        with pytest.raises(NotFound, match="there is no job"):
            job_store.get("0" * 26)

    def test_jobs_are_counted_by_state(self, job_store: JobStore, make_order: MakeOrder) -> None:
        claims = [_claimed(job_store, make_order()) for _ in range(4)]
        job_store.admit(make_order())
        job_store.commit(claims[0])
        job_store.commit(claims[1])
        job_store.fail(claims[2].id, claims[2].epoch, FAILURE)
        assert job_store.counts() == {
            State.QUEUED: 1,
            State.RUNNING: 1,
            State.SUCCEEDED: 2,
            State.FAILED: 1,
            State.CANCELLED: 0,
        }

    def test_every_change_makes_the_revision_grow(
        self, job_store: JobStore, make_order: MakeOrder, two_stage_groups: tuple[StageGroup, ...]
    ) -> None:
        order = make_order(stage_groups=two_stage_groups)
        revisions = [0]

        def note() -> None:
            revisions.append(job_store.get(order.id).revision)
            assert revisions[-1] > revisions[-2]

        job_store.admit(order)
        note()
        first = job_store.claim(order.id, "here", lease_s=60)
        note()
        assert first is not None
        job_store.report(first.id, first.epoch, Report("a", 0.1))
        note()
        job_store.commit(first, snapshot=SNAPSHOT)
        note()
        second = job_store.claim(order.id, "there", lease_s=60)
        note()
        assert second is not None
        job_store.release(second.id, second.epoch)
        note()


class TestPages:
    @staticmethod
    def _all_pages(job_store: JobStore, limit: int, state: State | None = None) -> list[str]:
        ids: list[str] = []
        cursor = ""
        while True:
            page = job_store.page(before=cursor, limit=limit, state=state)
            assert len(page.jobs) <= limit
            ids += [job.id for job in page.jobs]
            cursor = page.cursor
            if not cursor:
                return ids

    def test_no_job_is_a_page_without_a_next(self, job_store: JobStore) -> None:
        page = job_store.page()
        assert (page.jobs, page.cursor) == ((), "")

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 23, 24, 50])
    def test_many_jobs_of_one_millisecond_are_reported_once_each(
        self, job_store: JobStore, make_order: MakeOrder, connection: Connection, limit: int
    ) -> None:
        orders = [make_order() for _ in range(24)]
        for number, order in enumerate(orders):
            job_store.admit(order)
            # Three milliseconds with eight jobs each.
            connection.zadd("coronal:jobs", {order.id: 1_700_000_000_000 + number // 8})
        expected = sorted(((number // 8, order.id) for number, order in enumerate(orders)), reverse=True)
        assert self._all_pages(job_store, limit) == [one for _, one in expected]

    def test_jobs_that_come_and_go_between_two_pages_change_nothing_for_the_others(
        self, job_store: JobStore, make_order: MakeOrder
    ) -> None:
        orders = [make_order() for _ in range(9)]
        for order in orders:
            job_store.admit(order)
        first = job_store.page(limit=4)
        job_store.admit(make_order())
        job_store.delete(first.jobs[0].id)
        job_store.delete(first.jobs[-1].id)  # the very one where the cursor stands
        second = job_store.page(limit=50, before=first.cursor)
        reported = [job.id for job in (*first.jobs, *second.jobs)]
        assert sorted(reported) == sorted(order.id for order in orders)

    def test_a_page_of_a_state_holds_no_other(self, job_store: JobStore, make_order: MakeOrder) -> None:
        claims = [_claimed(job_store, make_order()) for _ in range(5)]
        for job in claims[:3]:
            job_store.commit(job)
        assert sorted(self._all_pages(job_store, 2, State.SUCCEEDED)) == sorted(job.id for job in claims[:3])
        assert sorted(self._all_pages(job_store, 2, State.RUNNING)) == sorted(job.id for job in claims[3:])
        assert self._all_pages(job_store, 2, State.FAILED) == []


class TestLog:
    def test_lines_are_kept_in_their_order(self, job_store: JobStore, order: Order) -> None:
        job_store.admit(order)
        job_store.log(order.id, "one", "zwei ä")
        job_store.log(order.id)
        job_store.log(order.id, "three")
        assert job_store.read_log(order.id) == ["one", "zwei ä", "three"]

    def test_the_oldest_lines_go_where_there_are_too_many(self, job_store: JobStore, order: Order) -> None:
        job_store.admit(order)
        job_store.log(order.id, *(str(number) for number in range(10_500)))
        log = job_store.read_log(order.id)
        assert (len(log), log[0], log[-1]) == (10_000, "500", "10499")

    def test_a_job_without_a_line_has_an_empty_log(self, job_store: JobStore, order: Order) -> None:
        job_store.admit(order)
        assert job_store.read_log(order.id) == []

    def test_an_unknown_job_has_no_log_and_gets_none(
        self, job_store: JobStore, connection: Connection
    ) -> None:
        job_store.log("0" * 26, "a line")
        assert connection.dbsize() == 0
        with pytest.raises(NotFound):
            job_store.read_log("0" * 26)
