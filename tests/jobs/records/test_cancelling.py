"""Cancel and retry: what is acknowledged is final, and what was made is used."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from coronal_jobs.errors import NotFound
from coronal_jobs.ids import new_job_id
from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Artifact, Failure, Job, Order, State
from coronal_jobs.records.job_store import JobStore

Take = Callable[..., Job]
IMAGE, SNAPSHOT, PICTURE = ("a" * 64, "c" * 64, "d" * 64)
FAILURE = Failure(code="stage-error", message="no", stage="otsu")
ARTIFACT = Artifact(name="a.png", media_type="image/png", size_bytes=1, sha256=PICTURE)


def _refs(connection: Connection) -> dict[str, int]:
    return {digest: int(count) for digest, count in connection.hgetall("coronal:blob-refs").items()}


class TestCancel:
    def test_one_that_waits_is_over_at_once_and_its_notification_finds_nothing(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job_store.admit(order)
        assert job_store.cancel(order.id) is State.CANCELLED
        job = job_store.get(order.id)
        assert (job.state, job.epoch, job.failure) == (State.CANCELLED, 1, None)
        assert job.finished_ms >= job.created_ms
        assert connection.zcard("coronal:outbox") == 0
        assert job_store.claim(order.id, "default", lease_s=60) is None

    def test_one_that_runs_is_over_at_once_and_its_worker_can_write_nothing(
        self, job_store: JobStore, midway: Job, connection: Connection
    ) -> None:
        assert job_store.cancel(midway.id) is State.CANCELLED
        before = job_store.get(midway.id)
        assert before.snapshot == SNAPSHOT
        assert job_store.commit(midway, artifacts=[ARTIFACT]).answer == "stale"
        assert job_store.fail(midway.id, midway.epoch, FAILURE, retries=5) == "stale"
        assert job_store.reclaim(midway.id, midway.epoch) == "stale"
        assert not job_store.release(midway.id, midway.epoch)
        assert not job_store.report(midway.id, midway.epoch, Report("otsu", 0.9))
        assert job_store.get(midway.id) == before
        assert _refs(connection) == {IMAGE: 1, SNAPSHOT: 1}
        assert connection.zcard("coronal:leases") == 0

    @pytest.mark.parametrize("end", [State.SUCCEEDED, State.FAILED, State.CANCELLED])
    def test_one_that_is_over_stays_as_it_is(self, job_store: JobStore, take: Take, end: State) -> None:
        job = take()
        match end:
            case State.SUCCEEDED:
                job_store.commit(job)
            case State.FAILED:
                job_store.fail(job.id, job.epoch, FAILURE)
            case _:
                job_store.cancel(job.id)
        before = job_store.get(job.id)
        assert job_store.cancel(job.id) is end
        assert job_store.get(job.id) == before

    def test_an_unknown_one_is_reported(self, job_store: JobStore) -> None:
        with pytest.raises(NotFound, match="there is no job"):
            job_store.cancel(new_job_id())

    def test_against_a_commit_a_thousand_times_exactly_one_wins(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        jobs = [take() for _ in range(1000)]
        with ThreadPoolExecutor(2) as pool:
            pairs = []
            for number, job in enumerate(jobs):
                steps = [
                    lambda job=job: pool.submit(job_store.commit, job, artifacts=[ARTIFACT]),
                    lambda job=job: pool.submit(job_store.cancel, job.id),
                ]
                # Each is first in turn: that one alone would always win shows nothing.
                first, second = steps[number % 2](), steps[1 - number % 2]()
                pairs.append((second, first) if number % 2 else (first, second))
            ends = [(commit.result(), cancel.result()) for commit, cancel in pairs]
        states = [job_store.get(job.id).state for job in jobs]
        for (committed, cancelled), state in zip(ends, states, strict=True):
            assert cancelled is state
            assert (committed.answer == "succeeded") == (state is State.SUCCEEDED)
            assert (committed.answer == "stale") == (state is State.CANCELLED)
        counts = Counter(states)
        assert counts.keys() == {State.SUCCEEDED, State.CANCELLED}
        assert _refs(connection)[PICTURE] == counts[State.SUCCEEDED]


class TestRetry:
    def test_a_failed_one_starts_at_the_stage_group_that_failed_with_what_was_made_before(
        self, job_store: JobStore, midway: Job, connection: Connection
    ) -> None:
        job_store.fail(midway.id, midway.epoch, FAILURE)
        connection.delete("coronal:pool.there")
        assert job_store.retry(midway.id) is State.QUEUED
        job = job_store.get(midway.id)
        assert (job.state, job.stage_group, job.snapshot, job.progress) == (State.QUEUED, 1, SNAPSHOT, 0.0)
        assert (job.failure, job.finished_ms, job.stage) == (None, 0, "")
        assert connection.llen("coronal:pool.there") == 1
        assert connection.zcard("coronal:finished") == 0
        again = job_store.claim(job.id, "there", lease_s=60)
        assert again is not None
        assert (again.stage_group, again.snapshot, again.epoch) == (1, SNAPSHOT, midway.epoch + 1)
        assert job_store.commit(again).unreferenced == (SNAPSHOT,)

    def test_one_that_was_cancelled_starts_again_and_its_old_worker_is_not_heard(
        self, job_store: JobStore, midway: Job
    ) -> None:
        job_store.cancel(midway.id)
        assert job_store.retry(midway.id) is State.QUEUED
        assert job_store.commit(midway).answer == "stale"
        again = job_store.claim(midway.id, "there", lease_s=60)
        assert again is not None
        assert job_store.commit(midway).answer == "stale"
        assert (again.stage_group, again.snapshot) == (1, SNAPSHOT)
        assert job_store.commit(again).answer == "succeeded"

    def test_crashed_attempts_and_retries_are_counted_again(self, job_store: JobStore, take: Take) -> None:
        job = take()
        for _ in range(2):
            job_store.reclaim(job.id, job.epoch)
            again = job_store.claim(job.id, "default", lease_s=60)
            assert again is not None
            job = again
        assert job_store.reclaim(job.id, job.epoch) == "failed"
        job_store.retry(job.id)
        fresh = job_store.get(job.id)
        assert (fresh.crashed_attempts, fresh.retries) == (0, 0)

    def test_one_that_is_not_over_or_has_succeeded_stays_as_it_is(
        self, job_store: JobStore, order: Order, connection: Connection
    ) -> None:
        job_store.admit(order)
        assert job_store.retry(order.id) is State.QUEUED
        assert connection.llen("coronal:pool.default") == 1
        job = job_store.claim(order.id, "default", lease_s=60)
        assert job is not None
        assert job_store.retry(order.id) is State.RUNNING
        job_store.commit(job)
        assert job_store.retry(order.id) is State.SUCCEEDED
        assert job_store.claim(order.id, "default", lease_s=60) is None

    def test_an_unknown_one_is_reported(self, job_store: JobStore) -> None:
        with pytest.raises(NotFound, match="there is no job"):
            job_store.retry(new_job_id())

    def test_two_at_once_ring_once(self, job_store: JobStore, take: Take, connection: Connection) -> None:
        job = take()
        job_store.fail(job.id, job.epoch, FAILURE)
        connection.delete("coronal:pool.default")
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _: job_store.retry(job.id), range(8))) == {State.QUEUED}
        assert connection.llen("coronal:pool.default") == 1
