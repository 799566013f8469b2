"""Leases: how a claim is kept, and how a job is taken from one that is dead."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from coronal_jobs.job import Failure, Job, State
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.jobs import MOST_RUNS, JobStore

Take = Callable[..., Job]
CARRY = "c" * 64
FAILURE = Failure(code="stage-error", message="no")


def _lease_left_s(connection: Connection, job_id: str) -> float:
    seconds, microseconds = connection.time()
    return float(connection.zscore("coronal:leases", job_id) / 1000 - seconds - microseconds / 1e6)


def _again(job_store: JobStore, job_id: str, pool: str = "default", *, lease_s: float = 60) -> Job:
    job = job_store.claim(job_id, pool, lease_s=lease_s)
    assert job is not None
    return job


class TestBeat:
    def test_a_claim_holds_as_long_as_was_said_and_a_beat_extends_it_from_now_on(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take(lease_s=30)
        assert _lease_left_s(connection, job.id) == pytest.approx(30, abs=2)
        assert job_store.beat(job.id, job.epoch, lease_s=300)
        assert _lease_left_s(connection, job.id) == pytest.approx(300, abs=2)

    def test_it_is_no_change_of_the_record_and_no_event(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take()
        events = connection.xlen("coronal:events")
        job_store.beat(job.id, job.epoch, lease_s=60)
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
            pytest.param(lambda store, job: store.lose(job.id, job.epoch), id="lost"),
        ],
    )
    def test_one_that_is_over_is_told_so_and_gets_no_lease(
        self, job_store: JobStore, take: Take, connection: Connection, end: Callable[..., object]
    ) -> None:
        job = take()
        end(job_store, job)
        assert not job_store.beat(job.id, job.epoch, lease_s=60)
        assert connection.zcard("coronal:leases") == 0

    def test_an_older_claim_does_not_extend_the_new_one(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        old = take()
        job_store.release(old.id, old.epoch)
        _again(job_store, old.id, lease_s=30)
        assert not job_store.beat(old.id, old.epoch, lease_s=3000)
        assert _lease_left_s(connection, old.id) < 31


class TestLose:
    def test_the_job_of_a_dead_process_waits_again_and_the_loss_is_counted(
        self, job_store: JobStore, take: Take, connection: Connection
    ) -> None:
        job = take()
        job_store.report(job, "otsu", 0.5)
        connection.delete("coronal:pool.default")
        assert job_store.lose(job.id, job.epoch) == "queued"
        waiting = job_store.get(job.id)
        assert (waiting.state, waiting.losses, waiting.epoch) == (State.QUEUED, 1, job.epoch + 1)
        assert (waiting.stage, waiting.progress) == ("", 0.0)
        assert connection.llen("coronal:pool.default") == 1
        assert connection.zcard("coronal:leases") == 0

    def test_what_the_dead_one_would_still_write_is_refused(self, job_store: JobStore, midway: Job) -> None:
        job_store.lose(midway.id, midway.epoch)
        before = job_store.get(midway.id)
        assert job_store.commit(midway).answer == "stale"
        assert not job_store.report(midway, "a", 0.5)
        assert job_store.fail(midway.id, midway.epoch, FAILURE) == "stale"
        assert not job_store.release(midway.id, midway.epoch)
        assert job_store.lose(midway.id, midway.epoch) == "stale"
        assert job_store.get(midway.id) == before
        second = _again(job_store, midway.id, "there")
        assert (second.hop, second.carry) == (1, CARRY)
        assert job_store.commit(midway).answer == "stale"
        assert job_store.commit(second).answer == "succeeded"

    def test_a_claim_whose_lease_holds_is_taken_by_nobody_who_does_not_know_it_dead(
        self, job_store: JobStore, take: Take
    ) -> None:
        job = take(lease_s=60)
        assert job_store.overdue() == []
        assert job_store.lose(job.id) == "stale"
        assert job_store.get(job.id) == job

    def test_one_whose_lease_has_ended_is_overdue_and_taken(self, job_store: JobStore, take: Take) -> None:
        job = take(lease_s=0.02)
        time.sleep(0.03)
        assert job_store.overdue() == [job.id]
        assert job_store.lose(job.id) == "queued"
        assert job_store.overdue() == []

    def test_one_that_beats_in_the_last_moment_is_kept(self, job_store: JobStore, take: Take) -> None:
        job = take(lease_s=0.02)
        time.sleep(0.03)
        (overdue,) = job_store.overdue()
        job_store.beat(job.id, job.epoch, lease_s=60)  # between the two steps of a janitor
        assert job_store.lose(overdue) == "stale"
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
        assert job_store.lose(job.id) == "stale"
        assert job_store.lose(job.id, job.epoch) == "stale"

    @pytest.mark.parametrize("is_known_dead", [True, False], ids=["process died", "lease ended"])
    def test_a_job_that_kills_its_worker_is_stopped_after_three_runs(
        self, job_store: JobStore, take: Take, is_known_dead: bool
    ) -> None:
        job = take(lease_s=0.01)
        answers = []
        for run in range(MOST_RUNS):
            time.sleep(0.02)
            answers.append(job_store.lose(job.id, job.epoch if is_known_dead else None))
            if run < MOST_RUNS - 1:
                job = _again(job_store, job.id, lease_s=0.01)
        assert answers == ["queued", "queued", "failed"]
        failed = job_store.get(job.id)
        assert failed.failure is not None
        assert (failed.state, failed.failure.code, failed.losses) == (State.FAILED, "worker-lost", 3)
        assert "3 times" in failed.failure.message
        assert job_store.claim(job.id, "default", lease_s=60) is None

    def test_a_graceful_stop_counts_as_no_loss(self, job_store: JobStore, take: Take) -> None:
        job = take()
        for _ in range(2 * MOST_RUNS):
            job_store.release(job.id, job.epoch)
            job = _again(job_store, job.id)
        assert job.losses == 0

    def test_losses_are_counted_anew_with_each_hop(
        self, job_store: JobStore, take: Take, two_hops: object
    ) -> None:
        job = take(hops=two_hops)
        for _ in range(MOST_RUNS - 1):
            job_store.lose(job.id, job.epoch)
            job = _again(job_store, job.id, "here")
        assert job.losses == 2
        job_store.commit(job, carry=CARRY)
        second = _again(job_store, job.id, "there")
        assert second.losses == 0
        assert job_store.lose(second.id, second.epoch) == "queued"

    def test_of_many_who_take_it_at_once_one_does(self, job_store: JobStore, take: Take) -> None:
        job = take(lease_s=0.01)
        time.sleep(0.02)
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda n: job_store.lose(job.id, job.epoch if n % 2 else None), range(16))
            )
        assert sorted(answers) == ["queued", *["stale"] * 15]
        assert job_store.get(job.id).losses == 1


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
            assert job_store.ring() == 0
            job = _again(job_store, job.id)
        assert connection.llen("coronal:pool.default") == length  # nothing was rung before it was due
        assert job_store.fail(job.id, job.epoch, FAILURE, retries=3, delay_s=10) == "failed"
        assert job_store.get(job.id).failure == FAILURE

    def test_retries_are_counted_anew_with_each_hop(
        self, job_store: JobStore, take: Take, two_hops: object
    ) -> None:
        job = take(hops=two_hops)
        job_store.fail(job.id, job.epoch, FAILURE, retries=1)
        job_store.commit(_again(job_store, job.id, "here"), carry=CARRY)
        second = _again(job_store, job.id, "there")
        assert second.retries == 0
        assert job_store.fail(second.id, second.epoch, FAILURE, retries=1) == "queued"
        assert job_store.get(job.id).carry == CARRY

    def test_a_claim_that_is_over_puts_nothing_off(self, job_store: JobStore, take: Take) -> None:
        job = take()
        assert job_store.fail(job.id, job.epoch, FAILURE, retries=5) == "queued"
        assert job_store.fail(job.id, job.epoch, FAILURE, retries=5) == "stale"
        assert job_store.get(job.id).retries == 1
