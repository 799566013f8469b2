"""Jobs whose process, or whose whole worker, is killed, stopped, cancelled or too slow."""

import logging
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.records.events import EventStore
from coronal_jobs.records.job import State
from coronal_jobs.records.state_changes import JOB_LOG
from coronal_worker.supervision.claims import ClaimFolder, is_alive

Eventually = Callable[..., None]
SETTINGS = {
    "lease_s": "1.5",
    "cancel_grace_s": "0.5",
    "memory_bytes": str(2 << 30),
    "shutdown_grace_s": "0.2",
}


@pytest.fixture(scope="module")
def shared(
    make_redis: Callable[..., Any],
    make_site: Callable[[str, Path], Any],
    behaviours: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """Yield a site whose one worker loses processes, and never itself."""
    folder = tmp_path_factory.mktemp("site")
    one = make_site(make_redis().url, folder)
    one.start_worker(plugins=behaviours, processes=2, test_gate=str(folder / "gate"), **SETTINGS)
    yield one
    one.close()


@pytest.fixture
def janitor(site: Any) -> Iterator[Janitor]:
    """Yield a janitor that goes its rounds."""
    one = Janitor(site.jobs, BlobReferences(site.connection, site.blobs), keep_s=3600.0)
    stopped = threading.Event()
    thread = threading.Thread(target=one.run, args=[stopped.wait], kwargs={"every_s": 0.1})
    thread.start()
    yield one
    stopped.set()
    thread.join()


@pytest.fixture
def options(behaviours: Path, tmp_path: Path) -> dict[str, Any]:
    return {"plugins": behaviours, "test_gate": str(tmp_path / "gate"), **SETTINGS}


def _logged(site: Any, job_id: str, start: str) -> list[str]:
    return [line.partition(start)[2].strip() for line in site.jobs.read_log(job_id) if start in line]


def _at(site: Any, png: bytes, pipeline: str, word: str, eventually: Eventually) -> str:
    """Submit a job, and return its id when a stage has logged a word."""
    job_id: str = site.submit(png, pipeline)
    eventually(lambda: bool(_logged(site, job_id, word)), f"job {job_id} has logged {word!r}")
    return job_id


def _is_idle(site: Any, worker: Any, pid: int) -> bool:
    claims = ClaimFolder(site.folder / f"coronal-worker-{worker.pid}").claims()
    return pid not in [claim.pid for claim in claims]


def _steps(site: Any, job_id: str) -> list[str]:
    quiet = ("report", "log")
    history = EventStore(site.connection).history()
    return [event.step for event in history if event.job == job_id and event.step not in quiet]


def _worker_lives(site: Any, png: bytes) -> bool:
    return site.ended(site.submit(png, "[otsu]")).state is State.SUCCEEDED and site.workers[0].is_running


class TestAProcess:
    @pytest.fixture(autouse=True)
    def gate(self, shared: Any) -> Iterator[Path]:
        gate: Path = shared.folder / "gate"
        gate.unlink(missing_ok=True)
        yield gate
        gate.touch()

    def test_that_is_killed_during_a_stage_group_loses_nothing(
        self, shared: Any, cell_png: bytes, gate: Path, eventually: Eventually
    ) -> None:
        job_id = _at(shared, cell_png, "[report, otsu, gate, shape]", "at the gate", eventually)
        (pid,) = _logged(shared, job_id, "report: pid")
        os.kill(int(pid), signal.SIGKILL)
        eventually(lambda: len(_logged(shared, job_id, "at the gate")) == 2, "it runs again", 10)
        gate.touch()
        job = shared.ended(job_id)
        assert (job.state, job.epoch, job.crashed_attempts) == (State.SUCCEEDED, 3, 0)
        assert _steps(shared, job_id) == ["admit", "claim", "reclaim", "claim", "commit"]
        direct = shared.ended(shared.submit(cell_png, "[report, otsu, shape]"))
        for name in ("labels.png", "measurements.csv"):
            assert shared.artifact(job, name) == shared.artifact(direct, name)

    def test_that_its_own_job_kills_is_lost_three_times_and_the_neighbour_ends(
        self, shared: Any, cell_png: bytes
    ) -> None:
        killer = shared.submit(cell_png, "[kill]")
        neighbour = shared.submit(cell_png, "[otsu, shape]")
        assert shared.ended(neighbour).state is State.SUCCEEDED
        job = shared.ended(killer)
        assert (job.state, job.failure.code, job.crashed_attempts) == (State.FAILED, "worker-lost", 3)
        pids = _logged(shared, killer, "kill: kills")
        assert len(set(pids)) == len(pids) == 3
        assert _worker_lives(shared, cell_png)

    def test_whose_job_is_cancelled_is_ended_with_what_it_had_started(
        self, shared: Any, cell_png: bytes, eventually: Eventually
    ) -> None:
        job_id = _at(shared, cell_png, "[report, spawn]", "spawn: started", eventually)
        pids = [int(_logged(shared, job_id, word)[0]) for word in ("report: pid", "spawn: started")]
        assert all(map(is_alive, pids))
        assert shared.jobs.cancel(job_id) is State.CANCELLED
        eventually(lambda: not any(map(is_alive, pids)), "both are ended", 5)
        assert _worker_lives(shared, cell_png)
        assert shared.jobs.get(job_id).state is State.CANCELLED
        assert _steps(shared, job_id) == ["admit", "claim", "cancel"]

    def test_whose_stage_heeds_a_cancel_lives_on(
        self, shared: Any, cell_png: bytes, eventually: Eventually
    ) -> None:
        job_id = _at(shared, cell_png, "[report, await-cancel]", "at the gate", eventually)
        (pid,) = _logged(shared, job_id, "report: pid")
        shared.jobs.cancel(job_id)
        assert _worker_lives(shared, cell_png)
        eventually(lambda: _is_idle(shared, shared.workers[0], int(pid)), "it has stopped", 5)
        assert is_alive(int(pid))
        assert shared.jobs.get(job_id).failure is None

    @pytest.mark.parametrize(
        ("pipeline", "message"),
        [
            ("[{algorithm: gate, limit_s: 0.5}]", "stage gate took longer than its time limit"),
            ("limit_s: 0.5\nstages: [otsu, gate]", "stage gate took longer than its time limit"),
        ],
        ids=["of a stage", "of the whole job"],
    )
    def test_that_passes_a_time_limit_is_ended_and_its_job_fails(
        self, shared: Any, cell_png: bytes, pipeline: str, message: str
    ) -> None:
        job = shared.ended(shared.submit(cell_png, pipeline), 10)
        assert (job.state, job.failure.code, job.failure.stage) == (State.FAILED, "timeout", "gate")
        assert (job.failure.message, job.epoch) == (message, 1)
        assert _worker_lives(shared, cell_png)

    def test_that_wants_too_much_memory_fails_its_job_and_lives(self, shared: Any, cell_png: bytes) -> None:
        job_id = shared.submit(cell_png, "[report, grow]")
        job = shared.ended(job_id)
        (pid,) = _logged(shared, job_id, "report: pid")
        assert (job.failure.code, job.failure.stage) == ("out-of-memory", "grow")
        assert is_alive(int(pid))


@pytest.mark.usefixtures("janitor")
def test_the_job_of_a_worker_that_is_killed_whole_comes_back_with_its_lease(
    site: Any, cell_png: bytes, options: dict[str, Any], eventually: Eventually
) -> None:
    first = site.start_worker(**options)
    job_id = _at(site, cell_png, "[otsu, gate]", "at the gate", eventually)
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    eventually(lambda: not first.processes(), "its processes have ended with it", 5)
    eventually(lambda: site.jobs.get(job_id).state is State.QUEUED, "the lease has ended", 5)
    assert site.jobs.get(job_id).crashed_attempts == 1
    (site.folder / "gate").touch()
    second = site.start_worker(**options)
    assert site.ended(job_id).state is State.SUCCEEDED
    assert _steps(site, job_id) == ["admit", "claim", "reclaim", "claim", "commit"]
    second.kill()


@pytest.mark.usefixtures("janitor")
def test_a_zombie_that_wakes_after_its_lease_commits_nothing(
    site: Any,
    cell_png: bytes,
    options: dict[str, Any],
    eventually: Eventually,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, JOB_LOG.name)
    zombie = site.start_worker(**options)
    job_id = _at(site, cell_png, "[otsu, gate]", "at the gate", eventually)
    (child,) = zombie.children()
    for pid in (zombie.pid, child):  # the parent too: it would renew the lease
        os.kill(pid, signal.SIGSTOP)
    eventually(lambda: site.jobs.get(job_id).state is State.QUEUED, "the lease has ended", 5)
    (site.folder / "gate").touch()
    other = site.start_worker(**options)
    job = site.ended(job_id)
    os.kill(child, signal.SIGCONT)
    eventually(lambda: _is_idle(site, zombie, child), "the zombie is done with it")
    assert is_alive(child)
    assert site.jobs.get(job_id) == job
    assert _steps(site, job_id) == ["admit", "claim", "reclaim", "claim", "commit"]
    assert [record.message for record in caplog.records if record.name == JOB_LOG.name] == [
        "job.queued",
        "job.reclaimed",
    ]
    assert re.findall(rf"event=(\S+) job={job_id} epoch=(\d)", zombie.log) == [
        ("job.claimed", "1"),
        ("job.abandoned", "1"),
    ]
    assert re.findall(rf"event=(\S+) job={job_id} epoch=(\d)", other.log) == [
        ("job.claimed", "3"),
        ("job.succeeded", "3"),
    ]
    zombie.kill()
    other.kill()


def test_a_worker_whose_processes_cannot_start_says_so_and_ends(
    site: Any, options: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    with suppress(AssertionError):  # whether it is ready for a moment is chance
        site.start_worker(**options, blobs_url=(tmp_path / "file" / "blobs").as_uri())
    (worker,) = site.workers
    worker.join(20)
    assert "a process of the pool can't start, so the worker stops" in worker.log
    assert "Not a directory" in worker.log
