"""The lease supervisor beside real processes and a real store; it is called in this process."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.events import EventStore
from coronal_jobs.records.job import Job, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings
from coronal_worker.supervision.claims import NO_EPOCH, ClaimFile, is_alive
from coronal_worker.supervision.lease_supervisor import LeaseSupervisor, Times

Take = Callable[..., Job]
Eventually = Callable[..., None]
Start = Callable[..., subprocess.Popen[str]]

TIMES = Times(lease_s=60.0, renew_every_s=0.02, cancel_grace_s=0.1)

# A process as a worker's: the leader of its group, with a claim, and with a child of its own.
PROCESS = """
import os, subprocess, sys, time
from pathlib import Path
from coronal_worker.supervision.claims import ClaimFile

folder, job, epoch, limit_s, obeys = sys.argv[1:]
os.setpgid(0, 0)
child = subprocess.Popen(["sleep", "120"])
claim = ClaimFile(Path(folder))
claim.begin(job, int(epoch), ends_s=time.monotonic() + 100)
claim.enter("otsu", ends_s=time.monotonic() + float(limit_s))
claim.log(["otsu begins"])
print(child.pid, flush=True)
while not (obeys == "obeys" and claim.is_cancelled()):
    time.sleep(0.01)
claim.end()
child.kill()
child.wait()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "claims"
    folder.mkdir()
    return folder


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start processes that run a job, and ignore cancellation unless they obey."""
    started: list[subprocess.Popen[str]] = []

    def do(job: Job, *, limit_s: float = 100.0, obeys: bool = False) -> subprocess.Popen[str]:
        arguments = [str(folder), job.id, str(job.epoch), str(limit_s), "obeys" if obeys else "ignores"]
        started.append(
            subprocess.Popen([sys.executable, "-c", PROCESS, *arguments], stdout=subprocess.PIPE, text=True)
        )
        assert started[-1].stdout is not None
        started[-1].child_pid = int(started[-1].stdout.readline())  # type: ignore[attr-defined]
        return started[-1]

    yield do
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@dataclass(frozen=True)
class Supervisors:
    """Starts lease supervisors over the claims of a folder."""

    folder: Path
    eventually: Eventually
    made: list[LeaseSupervisor] = field(default_factory=list)

    def start(self, jobs: JobStore, times: Times = TIMES) -> LeaseSupervisor:
        self.made.append(LeaseSupervisor(jobs, self.folder, times))
        self.made[-1].start()
        return self.made[-1]

    def look(self, supervisor: LeaseSupervisor) -> None:
        """Wait until one has looked at all claims as they are now."""
        before = supervisor.rounds
        self.eventually(lambda: supervisor.rounds >= before + 2, "it has looked at all claims")


@pytest.fixture
def supervisors(folder: Path, eventually: Eventually) -> Iterator[Supervisors]:
    one = Supervisors(folder, eventually)
    yield one
    for supervisor in one.made:
        supervisor.stop()


def _lease_end_ms(connection: Connection, job: Job) -> float:
    return float(connection.zscore("coronal:leases", job.id) or math.inf)


def _steps(jobs: JobStore) -> list[str]:
    return [event.step for event in EventStore(jobs._redis).history()]


def _has_ended(process: Any) -> bool:
    return not is_alive(process.pid) and not is_alive(process.child_pid)


def test_a_lease_is_extended_as_long_as_the_process_works(
    supervisors: Supervisors,
    connection: Connection,
    take: Take,
    start: Start,
    eventually: Eventually,
) -> None:
    job_store, job = JobStore(connection), take()
    process = start(job)
    first_ms = _lease_end_ms(connection, job)
    supervisors.start(job_store, Times(lease_s=90, renew_every_s=0.02, cancel_grace_s=5))
    eventually(lambda: _lease_end_ms(connection, job) > first_ms + 29_000, "the lease is extended")
    second_ms = _lease_end_ms(connection, job)
    eventually(lambda: _lease_end_ms(connection, job) > second_ms, "it is extended again")
    assert is_alive(process.pid)
    reported = {"stage": "otsu", "revision": job.revision + 1}
    assert job_store.get(job.id) == job.model_copy(update=reported)


class TestWhatAProcessReports:
    @pytest.fixture
    def job(self, take: Take) -> Job:
        return take()

    @pytest.fixture
    def claim(self, folder: Path, job: Job) -> ClaimFile:
        file = ClaimFile(folder)
        file.begin(job.id, job.epoch, ends_s=math.inf)
        return file

    def test_its_progress_and_log_are_reported_while_it_works(
        self,
        supervisors: Supervisors,
        job_store: JobStore,
        job: Job,
        claim: ClaimFile,
        eventually: Eventually,
    ) -> None:
        supervisors.start(job_store)
        claim.enter("otsu", ends_s=math.inf)
        claim.log(["one"])
        eventually(lambda: job_store.read_log(job.id) == ["one"], "its first line is there")
        claim.advance("otsu", 0.25)
        claim.log(["two"])
        eventually(lambda: job_store.get(job.id).progress == 0.25, "its progress is reported")
        eventually(lambda: job_store.read_log(job.id) == ["one", "two"], "each line is there once")
        job_store.commit(job, report=claim.report)
        assert job_store.read_log(job.id) == ["one", "two"]
        assert _steps(job_store)[-1] == "commit"

    def test_what_is_over_at_once_is_not_reported(
        self,
        supervisors: Supervisors,
        job_store: JobStore,
        job: Job,
        claim: ClaimFile,
    ) -> None:
        supervisor = LeaseSupervisor(job_store, supervisors.folder, TIMES)
        claim.enter("otsu", ends_s=math.inf)
        claim.log(["one"])
        (seen,) = supervisor._claims.claims()
        supervisor._supervise(seen)
        assert _steps(job_store) == ["admit", "claim"]
        supervisor._supervise(seen)
        assert _steps(job_store) == ["admit", "claim", "log", "report"]

    def test_of_one_that_is_killed_nothing_is_lost_and_the_record_says_where_it_was(
        self, supervisors: Supervisors, job_store: JobStore, take: Take, start: Start, eventually: Eventually
    ) -> None:
        job = take()
        process = start(job)
        process.kill()
        process.wait()
        supervisors.start(job_store)
        eventually(lambda: job_store.get(job.id).state is State.QUEUED, "the job waits again", 5)
        assert job_store.read_log(job.id) == ["otsu begins"]

    def test_its_last_words_after_a_cancel_are_reported_and_none_after_the_next_claim(
        self, job_store: JobStore, job: Job, claim: ClaimFile
    ) -> None:
        claim.log(["one"])
        job_store.cancel(job.id)
        assert not job_store.report(job.id, job.epoch, claim.report)
        assert job_store.read_log(job.id) == ["one"]
        job_store.retry(job.id)
        assert job_store.claim(job.id, "default", lease_s=60) is not None
        claim.log(["two"])
        assert not job_store.report(job.id, job.epoch, claim.report)
        assert job_store.read_log(job.id) == ["one"]

    def test_an_end_that_plugins_are_called_for_has_no_lease_and_a_limit(
        self, supervisors: Supervisors, job_store: JobStore, claim: ClaimFile, job: Job
    ) -> None:
        claim.begin(job.id, NO_EPOCH, ends_s=math.inf)
        supervisor = supervisors.start(job_store)
        for _ in range(3):
            supervisors.look(supervisor)
        assert _steps(job_store) == ["admit", "claim"]
        assert not claim.is_cancelled()


class TestAChunk:
    """Jobs that a process has claimed together, and runs one after the other."""

    @pytest.fixture
    def jobs(self, take: Take, job_store: JobStore) -> list[Job]:
        """Claim four jobs; the first is committed, and the second runs."""
        jobs = [take() for _ in range(4)]
        job_store.commit(jobs[0])
        return jobs

    @pytest.fixture
    def process(self, folder: Path, jobs: list[Job], start: Start) -> subprocess.Popen[str]:
        """Start the process that runs them."""
        process = start(jobs[1])
        claims = json.dumps([math.inf, [(job.id, job.epoch) for job in jobs]])
        (folder / f"{process.pid}.chunk").write_text(claims)
        return process

    def _states(self, job_store: JobStore, jobs: list[Job]) -> list[tuple[State, int]]:
        records = (job_store.get(job.id) for job in jobs)
        return [(record.state, record.crashed_attempts) for record in records]

    def _begin(self, folder: Path, jobs: list[Job], *, lasts_s: float) -> ClaimFile:
        claim = ClaimFile(folder)
        claim.begin_chunk([(job.id, job.epoch) for job in jobs], ends_s=time.monotonic() + lasts_s)
        claim.begin(jobs[1].id, jobs[1].epoch, ends_s=math.inf)
        return claim

    def test_where_its_process_is_killed_the_job_that_ran_has_crashed_and_the_others_have_not(
        self,
        supervisors: Supervisors,
        job_store: JobStore,
        jobs: list[Job],
        process: subprocess.Popen[str],
        eventually: Eventually,
    ) -> None:
        process.kill()
        supervisor = supervisors.start(job_store)
        eventually(lambda: not list(supervisor._claims.claims()), "the claim is forgotten", 5)
        assert self._states(job_store, jobs) == [
            (State.SUCCEEDED, 0),
            (State.QUEUED, 1),
            (State.QUEUED, 0),
            (State.QUEUED, 0),
        ]
        assert not list(supervisors.folder.glob("*.chunk"))

    def test_where_it_lasts_its_process_keeps_the_job_that_runs_and_others_take_the_rest(
        self, supervisors: Supervisors, folder: Path, job_store: JobStore, jobs: list[Job]
    ) -> None:
        claim = self._begin(folder, jobs, lasts_s=-1)
        assert not claim.is_dissolved
        supervisors.look(supervisors.start(job_store))
        assert claim.is_dissolved
        states = [State.SUCCEEDED, State.RUNNING, State.QUEUED, State.QUEUED]
        assert self._states(job_store, jobs) == [(state, 0) for state in states]

    def test_it_is_left_while_it_lasts_no_longer_than_it_may(
        self, supervisors: Supervisors, folder: Path, job_store: JobStore, jobs: list[Job]
    ) -> None:
        claim = self._begin(folder, jobs, lasts_s=100)
        supervisors.look(supervisors.start(job_store))
        assert not claim.is_dissolved
        assert [state for state, _ in self._states(job_store, jobs[1:])] == [State.RUNNING] * 3
        claim.end()
        assert claim.is_dissolved

    def test_its_jobs_are_released_by_a_worker_that_stops(
        self, folder: Path, job_store: JobStore, jobs: list[Job], process: subprocess.Popen[str]
    ) -> None:
        LeaseSupervisor(job_store, folder, TIMES).release_all()
        assert process.wait(5) == -signal.SIGKILL
        states = [State.SUCCEEDED, State.QUEUED, State.QUEUED, State.QUEUED]
        assert self._states(job_store, jobs) == [(state, 0) for state in states]


def test_a_process_that_hangs_in_a_hook_is_ended(
    supervisors: Supervisors, job_store: JobStore, take: Take, start: Start
) -> None:
    job = take()
    process = start(job.model_copy(update={"epoch": NO_EPOCH}), limit_s=0.2)
    supervisors.start(job_store)
    assert process.wait(5) == -signal.SIGKILL
    assert job_store.get(job.id) == job


def test_a_stopped_process_keeps_its_job_until_its_time_limit(
    supervisors: Supervisors,
    connection: Connection,
    take: Take,
    start: Start,
    eventually: Eventually,
) -> None:
    job_store, job = JobStore(connection), take()
    process = start(job, limit_s=2.0)
    process.send_signal(signal.SIGSTOP)
    first_ms = _lease_end_ms(connection, job)
    supervisors.start(job_store)
    eventually(lambda: _lease_end_ms(connection, job) > first_ms, "its lease is extended")
    eventually(lambda: job_store.get(job.id).state is State.FAILED, "its limit is over")
    eventually(lambda: _has_ended(process), "it is ended")


def test_the_job_of_a_killed_process_waits_again_at_once_and_what_it_had_started_is_ended(
    supervisors: Supervisors,
    job_store: JobStore,
    take: Take,
    start: Start,
    eventually: Eventually,
) -> None:
    job = take()  # its lease is a minute: the test doesn't wait for that
    process = start(job)
    supervisor = supervisors.start(job_store)
    process.kill()
    eventually(lambda: job_store.get(job.id).state is State.QUEUED, "the job waits again", 5)
    assert job_store.get(job.id).crashed_attempts == 1
    eventually(lambda: _has_ended(process), "its child is ended", 5)
    eventually(lambda: not list(supervisor._claims.claims()), "the claim is forgotten", 5)
    supervisors.look(supervisor)
    assert job_store.get(job.id).crashed_attempts == 1


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda jobs, job: jobs.cancel(job.id), id="cancelled"),
        pytest.param(lambda jobs, job: jobs.delete(job.id), id="deleted"),
        pytest.param(lambda jobs, job: jobs.reclaim(job.id, job.epoch), id="given to another"),
    ],
)
def test_a_process_whose_claim_is_void_is_asked_to_stop(
    supervisors: Supervisors,
    job_store: JobStore,
    take: Take,
    start: Start,
    end: Callable[..., object],
) -> None:
    job = take()
    process = start(job, obeys=True)
    supervisors.start(job_store, Times(lease_s=60, renew_every_s=0.02, cancel_grace_s=60))
    end(job_store, job)
    assert process.wait(5) == 0


def test_one_that_does_not_heed_is_killed_with_all_that_it_has_started(
    supervisors: Supervisors,
    job_store: JobStore,
    take: Take,
    start: Start,
    eventually: Eventually,
) -> None:
    job = take()
    process = start(job)
    supervisor = supervisors.start(job_store)
    job_store.cancel(job.id)
    assert process.wait(5) == -signal.SIGKILL
    eventually(lambda: _has_ended(process), "its child is ended", 5)
    supervisors.look(supervisor)
    assert job_store.get(job.id).state is State.CANCELLED


def test_a_stage_that_takes_too_long_fails_its_job_and_is_killed(
    supervisors: Supervisors, job_store: JobStore, take: Take, start: Start, eventually: Eventually
) -> None:
    job = take()
    process = start(job, limit_s=0.2)
    supervisors.start(job_store)
    assert process.wait(5) == -signal.SIGKILL
    eventually(lambda: _has_ended(process), "its child is ended", 5)
    failed = job_store.get(job.id)
    assert failed.failure is not None
    assert (failed.state, failed.crashed_attempts) == (State.FAILED, 0)
    assert (failed.failure.code, failed.failure.stage) == ("timeout", "otsu")
    assert "stage otsu took longer than its time limit" in failed.failure.message


class Impatient(Times):
    """Times by which a worker gives up soon where Redis is silent, long before its leases end."""

    max_outage_s = 0.5


def test_work_ends_before_its_lease_where_redis_is_silent() -> None:
    assert 0 < TIMES.max_outage_s < TIMES.lease_s


def test_one_that_hears_nothing_of_redis_stops_its_work_before_its_lease_ends(
    supervisors: Supervisors,
    make_redis: Callable[..., Any],
    make_order: Callable[..., Any],
    start: Start,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = make_redis()
    jobs = JobStore(connect(StoreSettings(redis_url=server.url, redis_timeout_s=0.1)))
    claims = []
    for _ in range(4):
        order = make_order()
        jobs.admit(order)
        claims.append(jobs.claim(order.id, "default", lease_s=60))
    processes = [start(job) for job in claims]
    supervisors.look(supervisors.start(jobs, Impatient(lease_s=60, renew_every_s=0.05, cancel_grace_s=60)))
    os.kill(server.pid, signal.SIGSTOP)  # it doesn't refuse: each question waits in vain
    try:
        assert [process.wait(30) for process in processes] == [-signal.SIGKILL] * 4
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert jobs.expired_leases() == []
    abandoned = [record.fields for record in caplog.records if record.message == "job.abandoned"]  # type: ignore[attr-defined]
    assert {one["job"] for one in abandoned} == {job.id for job in claims}
    assert [one["cause"] for one in abandoned] == ["store-unavailable"] * 4


def test_a_short_absence_of_redis_ends_nothing(
    supervisors: Supervisors,
    make_redis: Callable[..., Any],
    make_order: Callable[..., Any],
    start: Start,
    eventually: Eventually,
) -> None:
    server = make_redis("--appendonly", "yes", "--appendfsync", "always")
    jobs = JobStore(connect(StoreSettings(redis_url=server.url, redis_timeout_s=0.1)))
    order = make_order()
    jobs.admit(order)
    job = jobs.claim(order.id, "default", lease_s=60)
    assert job is not None
    process = start(job)
    supervisor = supervisors.start(jobs, Times(lease_s=60, renew_every_s=0.05, cancel_grace_s=60))
    server.kill()
    supervisors.look(supervisor)
    server.start()
    eventually(lambda: jobs.renew_lease(job.id, job.epoch, lease_s=60), "Redis is back")
    supervisors.look(supervisor)
    assert is_alive(process.pid)


def test_all_jobs_are_given_back_at_a_stop_and_none_counts_as_a_loss(
    supervisors: Supervisors,
    take: Take,
    start: Start,
    connection: Connection,
    eventually: Eventually,
) -> None:
    job_store = JobStore(connection)
    jobs = [take() for _ in range(3)]
    processes = [start(job) for job in jobs]
    supervisor = supervisors.start(job_store)
    connection.delete("coronal:pool.default")
    supervisor.release_all()
    eventually(lambda: all(map(_has_ended, processes)), "all are ended", 5)
    supervisor.stop()
    records = [job_store.get(job.id) for job in jobs]
    assert [(job.state, job.crashed_attempts, job.epoch) for job in records] == [(State.QUEUED, 0, 1)] * 3
    assert connection.llen("coronal:pool.default") == 3


def test_a_process_that_has_turned_to_another_job_is_not_killed_for_the_last(
    supervisors: Supervisors, job_store: JobStore, take: Take, start: Start, folder: Path
) -> None:
    old, new = take(), take()
    process = start(new)
    supervisor = LeaseSupervisor(job_store, folder, TIMES)
    (claim,) = supervisor._claims.claims()
    job_store.cancel(old.id)
    assert not supervisor._terminate(type(claim)(old.id, old.epoch, claim.pid, "otsu", 0.0))
    assert process.poll() is None


def test_one_that_was_never_begun_can_stop(job_store: JobStore, folder: Path) -> None:
    LeaseSupervisor(job_store, folder, TIMES).stop()
