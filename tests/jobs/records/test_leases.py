"""Leases: how a claim is kept, and how a job is taken from one that is dead."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from coronal_jobs.records.claim_report import Report
from coronal_jobs.records.claim_store import MAX_ATTEMPTS
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Failure, Job, State
from coronal_jobs.records.job_store import JobStore

Take = Callable[..., Job]
SNAPSHOT = "c" * 64
FAILURE = Failure(code="stage-error", message="no")


def _lease_left_s(connection: Connection, job_id: str) -> float:
    seconds, microseconds = connection.time()
    return float(connection.zscore("coronal:leases", job_id) / 1000 - seconds - microseconds / 1e6)


def _again(job_store: JobStore, job_id: str, pool: str = "default", *, lease_s: float = 60) -> Job:
    job = job_store.claim(job_id, pool, lease_s=lease_s)
    assert job is not None
    return job


def _end_leases(connection: Connection) -> None:
    for job_id in connection.zrange("coronal:leases", 0, -1):
        connection.zadd("coronal:leases", {job_id: 0})


class TestRenewLease:
    def test_a_claim_holds_as_long_as_was_said_and_a_renewal_extends_it_from_now_on(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take(lease_s=30)
        assert _lease_left_s(connection, job.id) == pytest.approx(30, abs=2)
        assert job_store.renew_lease(job.id, job.epoch, lease_s=300)
        assert _lease_left_s(connection, job.id) == pytest.approx(300, abs=2)

    def test_it_is_no_change_of_the_record_and_no_event(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take()
        events = connection.xlen("coronal:events")
        job_store.renew_lease(job.id, job.epoch, lease_s=60)
        assert job_store.get(job.id) == job
        assert connection.xlen("coronal:events") == events

    @pytest.mark.parametrize(
        "end",
        [
            pytest.param(lambda store, job: store.cancel(job.id), id="cancelled"),
            pytest.param(lambda store, job: store.delete(job.id), id="deleted"),
            pytest.param(lambda store, job: store.commit(job), id="committed"),
            pytest.param(lambda store, job: store.fail(job.id, job.epoch, FAILURE), id="failed"),
            pytest.param(lambda store, job: store.release(job.id, job.epoch), id="released"),
            pytest.param(lambda store, job: store.reclaim(job.id, job.epoch), id="lost"),
        ],
    )
    def test_one_that_is_over_is_reported_so_and_gets_no_lease(
        self, job_store: JobStore, take: Take, connection: Connection, end: Callable[..., object]
    ) -> None:
        job = take()
        end(job_store, job)
        assert not job_store.renew_lease(job.id, job.epoch, lease_s=60)
        assert connection.zcard("coronal:leases") == 0

    def test_an_older_claim_does_not_extend_the_new_one(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        old = take()
        job_store.release(old.id, old.epoch)
        _again(job_store, old.id, lease_s=30)
        assert not job_store.renew_lease(old.id, old.epoch, lease_s=3000)
        assert _lease_left_s(connection, old.id) < 31


class TestReclaim:
    def test_the_job_of_a_dead_process_waits_again_and_the_loss_is_counted(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take()
        job_store.report(job.id, job.epoch, Report("otsu", 0.5))
        connection.delete("coronal:pool.default")
        assert job_store.reclaim(job.id, job.epoch) == "queued"
        waiting = job_store.get(job.id)
        assert (waiting.state, waiting.crashed_attempts, waiting.epoch) == (State.QUEUED, 1, job.epoch + 1)
        assert (waiting.stage, waiting.progress) == ("", 0.0)
        assert connection.llen("coronal:pool.default") == 1
        assert connection.zcard("coronal:leases") == 0

    def test_what_the_dead_one_would_still_write_is_refused(self, job_store: JobStore, midway: Job) -> None:
        job_store.reclaim(midway.id, midway.epoch)
        before = job_store.get(midway.id)
        assert job_store.commit(midway).answer == "stale"
        assert not job_store.report(midway.id, midway.epoch, Report("a", 0.5))
        assert job_store.fail(midway.id, midway.epoch, FAILURE) == "stale"
        assert not job_store.release(midway.id, midway.epoch)
        assert job_store.reclaim(midway.id, midway.epoch) == "stale"
        assert job_store.get(midway.id) == before
        second = _again(job_store, midway.id, "there")
        assert (second.stage_group, second.snapshot) == (1, SNAPSHOT)
        assert job_store.commit(midway).answer == "stale"
        assert job_store.commit(second).answer == "succeeded"

    def test_a_claim_whose_lease_holds_is_taken_by_nobody_who_does_not_know_it_dead(
        self, job_store: JobStore, take: Take
    ) -> None:
        job = take(lease_s=60)
        assert job_store.expired_leases() == []
        assert job_store.reclaim(job.id) == "stale"
        assert job_store.get(job.id) == job

    def test_one_whose_lease_has_ended_is_overdue_and_taken(
        self, job_store: JobStore, take: Take, eventually: Callable[..., None]
    ) -> None:
        job = take(lease_s=0.02)
        eventually(lambda: job_store.expired_leases() == [job.id], "its lease ends")
        assert job_store.reclaim(job.id) == "queued"
        assert job_store.expired_leases() == []

    def test_one_that_is_renewed_in_the_last_moment_is_kept(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take()
        _end_leases(connection)
        (overdue,) = job_store.expired_leases()
        job_store.renew_lease(job.id, job.epoch, lease_s=60)  # between the two steps of a janitor
        assert job_store.reclaim(overdue) == "stale"
        assert job_store.commit(job).answer == "succeeded"

    @pytest.mark.parametrize("end", ["succeeded", "cancelled", "queued", "unknown"])
    def test_what_does_not_run_cannot_be_lost(self, job_store: JobStore, take: Take, end: str) -> None:
        job = take()
        match end:
            case "succeeded":
                job_store.commit(job)
            case "cancelled":
                job_store.cancel(job.id)
            case "queued":
                job_store.release(job.id, job.epoch)
            case "unknown":
                job_store.delete(job.id)
        assert job_store.reclaim(job.id) == "stale"
        assert job_store.reclaim(job.id, job.epoch) == "stale"

    @pytest.mark.parametrize("is_known_dead", [True, False], ids=["process died", "lease ended"])
    def test_a_job_that_kills_its_worker_is_stopped_after_three_runs(
        self, job_store: JobStore, take: Take, connection: Connection, is_known_dead: bool
    ) -> None:
        job = take()
        answers = []
        for run in range(MAX_ATTEMPTS):
            _end_leases(connection)
            answers.append(job_store.reclaim(job.id, job.epoch if is_known_dead else None))
            if run < MAX_ATTEMPTS - 1:
                job = _again(job_store, job.id)
        assert answers == ["queued", "queued", "failed"]
        failed = job_store.get(job.id)
        assert failed.failure is not None
        assert (failed.state, failed.failure.code, failed.crashed_attempts) == (
            State.FAILED,
            "worker-lost",
            3,
        )
        assert "3 times" in failed.failure.message
        assert job_store.claim(job.id, "default", lease_s=60) is None

    def test_a_graceful_stop_counts_as_no_loss(self, job_store: JobStore, take: Take) -> None:
        job = take()
        for _ in range(2 * MAX_ATTEMPTS):
            job_store.release(job.id, job.epoch)
            job = _again(job_store, job.id)
        assert job.crashed_attempts == 0

    def test_crashed_attempts_are_counted_again_with_each_stage_group(
        self, job_store: JobStore, take: Take, two_stage_groups: object
    ) -> None:
        job = take(stage_groups=two_stage_groups)
        for _ in range(MAX_ATTEMPTS - 1):
            job_store.reclaim(job.id, job.epoch)
            job = _again(job_store, job.id, "here")
        assert job.crashed_attempts == 2
        job_store.commit(job, snapshot=SNAPSHOT)
        second = _again(job_store, job.id, "there")
        assert second.crashed_attempts == 0
        assert job_store.reclaim(second.id, second.epoch) == "queued"

    def test_of_many_who_take_it_at_once_one_does(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take()
        _end_leases(connection)
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda n: job_store.reclaim(job.id, job.epoch if n % 2 else None), range(16))
            )
        assert sorted(answers) == ["queued", *["stale"] * 15]
        assert job_store.get(job.id).crashed_attempts == 1


class TestAutomaticRetries:
    def test_a_failure_that_can_pass_puts_the_job_off_ever_longer_and_at_last_is_final(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take()
        length = connection.llen("coronal:pool.default")
        for number, delay_s in enumerate([10, 20, 40], 1):
            answer = job_store.fail(job.id, job.epoch, FAILURE, retries=3, delay_s=10)
            waiting = job_store.get(job.id)
            assert (answer, waiting.state, waiting.retries) == ("queued", State.QUEUED, number)
            assert waiting.failure is None
            due_s = connection.zscore("coronal:outbox", job.id) / 1000 - connection.time()[0]
            assert due_s == pytest.approx(delay_s, abs=2)
            assert job_store.redeliver() == 0
            job = _again(job_store, job.id)
        assert connection.llen("coronal:pool.default") == length  # nothing was sent before it was due
        assert job_store.fail(job.id, job.epoch, FAILURE, retries=3, delay_s=10) == "failed"
        assert job_store.get(job.id).failure == FAILURE

    def test_retries_are_counted_again_with_each_stage_group(
        self, job_store: JobStore, take: Take, two_stage_groups: object
    ) -> None:
        job = take(stage_groups=two_stage_groups)
        job_store.fail(job.id, job.epoch, FAILURE, retries=1)
        job_store.commit(_again(job_store, job.id, "here"), snapshot=SNAPSHOT)
        second = _again(job_store, job.id, "there")
        assert second.retries == 0
        assert job_store.fail(second.id, second.epoch, FAILURE, retries=1) == "queued"
        assert job_store.get(job.id).snapshot == SNAPSHOT

    def test_a_claim_that_is_over_puts_nothing_off(self, job_store: JobStore, take: Take) -> None:
        job = take()
        assert job_store.fail(job.id, job.epoch, FAILURE, retries=5) == "queued"
        assert job_store.fail(job.id, job.epoch, FAILURE, retries=5) == "stale"
        assert job_store.get(job.id).retries == 1
