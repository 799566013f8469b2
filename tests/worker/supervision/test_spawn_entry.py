"""A worker whose processes are spawned."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.records.job import State


@pytest.fixture(scope="module")
def site(
    make_redis: Callable[..., Any],
    make_site: Callable[[str, Path], Any],
    behaviours: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """Yield a site with one such worker of one process."""
    folder = tmp_path_factory.mktemp("site")
    one = make_site(make_redis().url, folder)
    one.start_worker("spawned", plugins=behaviours, start_method="spawn", test_gate=str(folder / "gate"))
    yield one
    one.close()


def _pid(site: Any, png: bytes) -> int:
    job = site.ended(site.submit(png, "[report]", pool="spawned"))
    assert job.state is State.SUCCEEDED, job.failure
    reported = [
        line.partition("report: pid ")[2] for line in site.jobs.read_log(job.id) if "report: pid " in line
    ]
    return int(reported[0])


def test_it_runs_jobs_in_a_process_that_shares_nothing_with_the_worker(site: Any, cell_png: bytes) -> None:
    program = Path(f"/proc/{_pid(site, cell_png)}/cmdline").read_bytes()
    assert b"billiard" in program
    assert b"spawn" in program


def test_another_takes_the_place_of_one_that_dies(site: Any, cell_png: bytes) -> None:
    first = _pid(site, cell_png)
    os.kill(first, signal.SIGKILL)
    assert _pid(site, cell_png) != first


def test_it_logs_under_the_name_of_its_worker(
    site: Any, cell_png: bytes, eventually: Callable[..., None]
) -> None:
    job_id = site.submit(cell_png, "[report]", pool="spawned")
    (worker,) = site.workers
    ended = rf"event=job.succeeded job={job_id} .* worker=\S+-{worker.pid} pid=(?!{worker.pid})"
    eventually(lambda: bool(re.search(ended, worker.log)), "its end is logged")


def test_it_stops_with_all_that_it_has_started(site: Any, cell_png: bytes) -> None:
    _pid(site, cell_png)
    (worker,) = site.workers
    worker.end()
    assert worker.join() == 0
