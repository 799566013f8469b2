"""What a real worker logs of the jobs that it runs: each change once, in JSON, and Celery's lines too."""

import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.records.job import Job, State
from coronal_jobs.records.state_changes import JOB_LOG

Eventually = Callable[..., None]
Lines = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def site(
    make_redis: Callable[..., Any],
    make_site: Callable[[str, Path], Any],
    behaviours: Path,
    far_plugin: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """Yield a site with two pools, whose workers log in JSON."""
    folder = tmp_path_factory.mktemp("site")
    one = make_site(make_redis().url, folder)
    options = {"log_format": "json", "test_gate": str(folder / "gate"), "stage_limit_s": "3"}
    one.start_worker(plugins=behaviours, **options)
    one.start_worker("far", plugins=far_plugin, **options)
    yield one
    one.close()


@pytest.fixture(autouse=True)
def gate(site: Any) -> Iterator[Path]:
    gate: Path = site.folder / "gate"
    gate.unlink(missing_ok=True)
    yield gate
    gate.touch()


@pytest.fixture
def lines(site: Any) -> Lines:
    """Return what both workers have logged of a job, in order."""

    def of(job_id: str) -> list[dict[str, Any]]:
        logged = [line for worker in site.workers for line in _lines_of(worker)]
        return sorted((line for line in logged if line.get("job") == job_id), key=lambda line: line["time"])

    return of


def _lines_of(worker: Any) -> list[dict[str, Any]]:
    whole, _, _ = worker.log.rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def _events(lines: list[dict[str, Any]]) -> list[str]:
    return [line["event"] for line in lines]


def _at_the_gate(site: Any, png: bytes, pipeline: str, eventually: Eventually) -> str:
    job_id: str = site.submit(png, pipeline)
    eventually(lambda: any("at the gate" in line for line in site.jobs.read_log(job_id)), "it is at the gate")
    return job_id


def _pid(site: Any, job_id: str) -> int:
    (line,) = (line for line in site.jobs.read_log(job_id) if "report: pid" in line)
    return int(line.rpartition(" ")[2])


def test_the_life_of_a_job_of_two_pools(
    site: Any, cell_png: bytes, lines: Lines, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, JOB_LOG.name):
        job = site.ended(site.submit(cell_png, "[report, far, report]"))
    assert job.state is State.SUCCEEDED
    assert [record.message for record in caplog.records if record.name == JOB_LOG.name] == ["job.queued"]
    eventually(lambda: lines(job.id)[-1]["event"] == "job.succeeded", "its end is logged")
    found = lines(job.id)
    near, far = (
        [
            (line["event"], line["epoch"], line["pool"])
            for line in found
            if line["worker"].endswith(f"-{worker.pid}")
        ]
        for worker in site.workers
    )
    assert near == [
        ("job.claimed", 1, "default"),
        ("job.handed-on", 1, "far"),
        ("job.claimed", 3, "default"),
        ("job.succeeded", 3, "default"),
    ]
    assert far == [("job.claimed", 2, "far"), ("job.handed-on", 2, "default")]
    assert all(line["seconds"] >= 0 for line in found)


def test_a_job_that_fails_is_logged_with_code_and_stage_and_nothing_of_the_image(
    site: Any, cell_png: bytes, lines: Lines, eventually: Eventually
) -> None:
    job = site.ended(site.submit(cell_png, "[otsu, {algorithm: fail, name: second}]", name="DOE^JANE.png"))
    eventually(lambda: len(lines(job.id)) == 2, "its end is logged")
    claimed, failed = lines(job.id)
    assert (claimed["event"], failed["event"]) == ("job.claimed", "job.failed")
    assert (failed["level"], failed["code"], failed["state"]) == ("warning", "stage-error", "failed")
    assert failed["stage"] == "second"
    assert "traceback" not in failed
    logged = [line for worker in site.workers for line in worker.log.splitlines()]
    assert [line for line in logged if "DOE^JANE" in line or "somebody.dcm" in line] == []


def test_a_job_that_is_cancelled_is_logged_by_who_cancels_it_and_by_the_worker_that_leaves_it(
    site: Any, cell_png: bytes, lines: Lines, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = _at_the_gate(site, cell_png, "[await-cancel]", eventually)
    with caplog.at_level(logging.INFO, JOB_LOG.name):
        site.jobs.cancel(job_id)
    assert [record.message for record in caplog.records if record.name == JOB_LOG.name] == ["job.cancelled"]
    eventually(lambda: len(lines(job_id)) == 2, "the worker has left it")
    claimed, abandoned = lines(job_id)
    assert (claimed["event"], abandoned["event"]) == ("job.claimed", "job.abandoned")
    assert (abandoned["cause"], abandoned["epoch"]) == ("claim-void", claimed["epoch"])


def test_a_job_whose_process_is_killed_is_logged_as_reclaimed_and_the_end_of_the_process_too(
    site: Any, cell_png: bytes, gate: Path, lines: Lines, eventually: Eventually
) -> None:
    job_id = _at_the_gate(site, cell_png, "[report, gate]", eventually)
    os.kill(_pid(site, job_id), signal.SIGKILL)
    gate.touch()
    assert site.ended(job_id).state is State.SUCCEEDED
    eventually(lambda: lines(job_id)[-1]["event"] == "job.succeeded", "its end is logged")
    claimed, reclaimed, again, succeeded = lines(job_id)
    events = ["job.claimed", "job.reclaimed", "job.claimed", "job.succeeded"]
    assert _events([claimed, reclaimed, again, succeeded]) == events
    assert (reclaimed["cause"], reclaimed["crashed_attempts"], reclaimed["stage"]) == (
        "process-died",
        1,
        "gate",
    )
    assert reclaimed["pid"] == site.workers[0].pid
    of_libraries = [line for line in _lines_of(site.workers[0]) if "event" not in line]
    assert any(line["logger"] == "multiprocessing" and "SIGKILL" in line["message"] for line in of_libraries)


def test_a_job_that_takes_too_long_is_logged_as_failed_once(
    site: Any, cell_png: bytes, lines: Lines, eventually: Eventually
) -> None:
    job_id = _at_the_gate(site, cell_png, "[gate]", eventually)
    job: Job = site.ended(job_id)
    assert job.failure is not None
    after = site.ended(site.submit(cell_png, "[otsu]"))
    eventually(lambda: len(lines(after.id)) == 2, "the next job is logged")
    assert _events(lines(job_id)) == ["job.claimed", "job.failed"]
    assert (lines(job_id)[-1]["code"], lines(job_id)[-1]["stage"]) == ("timeout", "gate")


def test_every_line_of_a_worker_has_its_name(site: Any, cell_png: bytes) -> None:
    site.ended(site.submit(cell_png, "[otsu]"))
    for worker in site.workers:
        lines = _lines_of(worker)
        assert lines[0]["event"] == "worker.started"
        assert {line["process"] for line in lines} == {"worker"}
        assert {line["worker"].rpartition("-")[2] for line in lines} == {str(worker.pid)}
