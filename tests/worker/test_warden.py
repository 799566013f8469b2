"""The warden beside real processes and a real store; it is called in this process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.job import Job, State
from coronal_jobs.settings import StoreSettings
from coronal_jobs.store.connection import Connection, connect
from coronal_jobs.store.jobs import JobStore
from coronal_worker.claims import is_alive
from coronal_worker.warden import Times, Warden

Take = Callable[..., Job]
Eventually = Callable[..., None]
Start = Callable[..., subprocess.Popen[str]]

TIMES = Times(lease_s=60.0, beat_s=0.02, cancel_s=0.1)

# A process as a worker's: the leader of its group, with a claim, and with a child of its own.
PROCESS = """
import os, subprocess, sys, time
from pathlib import Path
from coronal_worker.claims import ClaimFile

folder, job, epoch, limit_s, heeds = sys.argv[1:]
os.setpgid(0, 0)
child = subprocess.Popen(["sleep", "120"])
claim = ClaimFile(Path(folder))
claim.begin(job, int(epoch), ends_s=time.monotonic() + 100)
claim.enter("otsu", ends_s=time.monotonic() + float(limit_s))
print(child.pid, flush=True)
while not (heeds == "heeds" and claim.is_cancelled()):
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
    """Starts processes that work on a job, and stop for nobody unless it is said."""
    started: list[subprocess.Popen[str]] = []

    def do(job: Job, *, limit_s: float = 100.0, heeds: bool = False) -> subprocess.Popen[str]:
        arguments = [str(folder), job.id, str(job.epoch), str(limit_s), "heeds" if heeds else "ignores"]
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


@pytest.fixture
def make_warden(folder: Path) -> Iterator[Callable[..., Warden]]:
    wardens: list[Warden] = []

    def make(jobs: JobStore, times: Times = TIMES) -> Warden:
        wardens.append(Warden(jobs, folder, times))
        wardens[-1].start()
        return wardens[-1]

    yield make
    for warden in wardens:
        warden.stop()


def _has_ended(process: Any) -> bool:
    return not is_alive(process.pid) and not is_alive(process.child_pid)


def test_a_lease_is_extended_as_long_as_the_process_works(
    make_warden: Callable[..., Warden], job_store: JobStore, take: Take, start: Start
) -> None:
    job = take(lease_s=0.5)
    process = start(job)
    make_warden(job_store, Times(lease_s=0.5, beat_s=0.05, cancel_s=5))
    for _ in range(10):
        time.sleep(0.1)
        assert job_store.overdue() == []
    assert is_alive(process.pid)
    assert job_store.get(job.id) == job


def test_a_stopped_process_keeps_its_job_until_its_time_limit(
    make_warden: Callable[..., Warden], job_store: JobStore, take: Take, start: Start, eventually: Eventually
) -> None:
    job = take(lease_s=0.3)
    process = start(job, limit_s=0.8)
    process.send_signal(signal.SIGSTOP)
    make_warden(job_store, Times(lease_s=0.3, beat_s=0.05, cancel_s=5))
    time.sleep(0.5)
    assert job_store.overdue() == []
    eventually(lambda: job_store.get(job.id).state is State.FAILED, "its limit is over")
    eventually(lambda: _has_ended(process), "it is ended")


def test_the_job_of_a_killed_process_waits_again_at_once_and_what_it_had_started_is_ended(
    make_warden: Callable[..., Warden], job_store: JobStore, take: Take, start: Start, eventually: Eventually
) -> None:
    job = take()  # its lease holds for a minute: nobody waits for that
    process = start(job)
    warden = make_warden(job_store)
    process.kill()
    eventually(lambda: job_store.get(job.id).state is State.QUEUED, "the job waits again", 5)
    assert job_store.get(job.id).losses == 1
    eventually(lambda: _has_ended(process), "its child is ended", 5)
    eventually(lambda: not list(warden._claims.claims()), "the claim is forgotten", 5)
    time.sleep(0.1)
    assert job_store.get(job.id).losses == 1


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda jobs, job: jobs.cancel(job.id), id="cancelled"),
        pytest.param(lambda jobs, job: jobs.delete(job.id), id="deleted"),
        pytest.param(lambda jobs, job: jobs.lose(job.id, job.epoch), id="given to another"),
    ],
)
def test_a_process_whose_claim_is_void_is_asked_to_stop(
    make_warden: Callable[..., Warden],
    job_store: JobStore,
    take: Take,
    start: Start,
    end: Callable[..., object],
) -> None:
    job = take()
    process = start(job, heeds=True)
    make_warden(job_store, Times(lease_s=60, beat_s=0.02, cancel_s=60))
    end(job_store, job)
    assert process.wait(5) == 0


def test_one_that_does_not_heed_is_killed_with_all_that_it_has_started(
    make_warden: Callable[..., Warden],
    job_store: JobStore,
    take: Take,
    start: Start,
    eventually: Eventually,
) -> None:
    job = take()
    process = start(job)
    make_warden(job_store)
    job_store.cancel(job.id)
    assert process.wait(5) == -signal.SIGKILL
    eventually(lambda: _has_ended(process), "its child is ended", 5)
    time.sleep(0.1)
    assert job_store.get(job.id).state is State.CANCELLED


def test_a_stage_that_takes_too_long_fails_its_job_and_is_killed(
    make_warden: Callable[..., Warden], job_store: JobStore, take: Take, start: Start, eventually: Eventually
) -> None:
    job = take()
    process = start(job, limit_s=0.2)
    make_warden(job_store)
    assert process.wait(5) == -signal.SIGKILL
    eventually(lambda: _has_ended(process), "its child is ended", 5)
    failed = job_store.get(job.id)
    assert failed.failure is not None
    assert (failed.state, failed.losses) == (State.FAILED, 0)
    assert (failed.failure.code, failed.failure.stage) == ("timeout", "otsu")
    assert "stage otsu took longer than its time limit" in failed.failure.message


def test_one_that_hears_nothing_of_redis_stops_its_work_before_its_lease_ends(
    make_warden: Callable[..., Warden],
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
        claims.append(jobs.claim(order.id, "default", lease_s=1.5))
    processes = [start(job) for job in claims]
    make_warden(jobs, Times(lease_s=1.5, beat_s=0.05, cancel_s=60))
    time.sleep(0.2)
    os.kill(server.pid, signal.SIGSTOP)  # it doesn't refuse: each question waits in vain
    stopped = time.monotonic()
    try:
        assert [process.wait(5) for process in processes] == [-signal.SIGKILL] * 4
        assert 1.0 < time.monotonic() - stopped < 1.5
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert "Redis has been away" in caplog.text


def test_a_short_absence_of_redis_ends_nothing(
    make_warden: Callable[..., Warden],
    make_redis: Callable[..., Any],
    make_order: Callable[..., Any],
    start: Start,
    eventually: Eventually,
) -> None:
    server = make_redis("--appendonly", "yes", "--appendfsync", "always")
    jobs = JobStore(connect(StoreSettings(redis_url=server.url, redis_timeout_s=0.1)))
    order = make_order()
    jobs.admit(order)
    job = jobs.claim(order.id, "default", lease_s=5)
    assert job is not None
    process = start(job)
    make_warden(jobs, Times(lease_s=5, beat_s=0.05, cancel_s=60))
    server.kill()
    time.sleep(0.3)
    server.start()
    eventually(lambda: jobs.beat(job.id, job.epoch, lease_s=5), "Redis is back")
    time.sleep(0.2)
    assert is_alive(process.pid)


def test_all_jobs_are_given_back_at_a_stop_and_none_counts_as_a_loss(
    make_warden: Callable[..., Warden],
    take: Take,
    start: Start,
    connection: Connection,
    eventually: Eventually,
) -> None:
    job_store = JobStore(connection)
    jobs = [take() for _ in range(3)]
    processes = [start(job) for job in jobs]
    warden = make_warden(job_store)
    connection.delete("coronal:pool.default")
    warden.give_back()
    eventually(lambda: all(map(_has_ended, processes)), "all are ended", 5)
    time.sleep(0.1)
    records = [job_store.get(job.id) for job in jobs]
    assert [(job.state, job.losses, job.epoch) for job in records] == [(State.QUEUED, 0, 1)] * 3
    assert connection.llen("coronal:pool.default") == 3


def test_a_process_that_has_turned_to_another_job_is_not_killed_for_the_last(
    make_warden: Callable[..., Warden], job_store: JobStore, take: Take, start: Start, folder: Path
) -> None:
    old, new = take(), take()
    process = start(new)
    warden = Warden(job_store, folder, TIMES)
    (claim,) = warden._claims.claims()
    job_store.cancel(old.id)
    warden._end(type(claim)(old.id, old.epoch, claim.pid, "otsu", 0.0))
    time.sleep(0.1)
    assert process.poll() is None


def test_one_that_was_never_begun_can_stop(job_store: JobStore, folder: Path) -> None:
    Warden(job_store, folder, TIMES).stop()
