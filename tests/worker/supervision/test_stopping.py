"""A worker that is stopped, and a Redis that goes away, while a job runs."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.records.job import State

Eventually = Callable[..., None]


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """Return the file that lets jobs through."""
    return tmp_path / "gate"


@pytest.fixture
def options(behaviours: Path, gate: Path) -> dict[str, Any]:
    """Return options of a worker with a short grace period."""
    return {"plugins": behaviours, "test_gate": str(gate), "shutdown_grace_s": "0.2"}


@pytest.fixture
def own_redis(make_redis: Callable[..., Any]) -> Any:
    """Return a durable Redis that may be killed."""
    return make_redis("--appendonly", "yes", "--appendfsync", "always")


@pytest.fixture
def frail_site(own_redis: Any, make_site: Callable[[str, Path], Any], tmp_path: Path) -> Iterator[Any]:
    one = make_site(own_redis.url, tmp_path)
    yield one
    one.close()


def _at_the_gate(site: Any, png: bytes, eventually: Eventually) -> str:
    """Submit a job, and return its id once its second stage runs."""
    job_id: str = site.submit(png, "[otsu, gate, shape]")
    eventually(lambda: any("at the gate" in line for line in site.jobs.read_log(job_id)), "it is at the gate")
    return job_id


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_a_worker_that_is_stopped_releases_its_job_and_another_finishes_it(
    site: Any, cell_png: bytes, options: dict[str, Any], eventually: Eventually, how: signal.Signals
) -> None:
    first = site.start_worker(**options)
    job_id = _at_the_gate(site, cell_png, eventually)
    first.send(how)
    assert first.join() == 0
    job = site.jobs.get(job_id)
    assert (job.state, job.stage, job.progress, job.epoch) == (State.QUEUED, "", 0.0, 1)
    assert site.connection.zrange("coronal:outbox", 0, -1) == [job_id]
    assert site.catalogue.read().pools[0].workers == 0
    Path(options["test_gate"]).touch()
    site.start_worker(**options)
    assert (site.ended(job_id).state, site.jobs.get(job_id).epoch) == (State.SUCCEEDED, 2)


def test_a_stage_group_that_ends_within_the_grace_is_committed(
    site: Any, cell_png: bytes, options: dict[str, Any], gate: Path, eventually: Eventually
) -> None:
    worker = site.start_worker(**{**options, "shutdown_grace_s": "30"})
    job_id = _at_the_gate(site, cell_png, eventually)
    worker.send(signal.SIGTERM)
    gate.touch()
    assert worker.join() == 0
    assert (site.jobs.get(job_id).state, site.jobs.get(job_id).epoch) == (State.SUCCEEDED, 1)


def test_an_idle_worker_stops_at_once(site: Any) -> None:
    worker = site.start_worker(shutdown_grace_s="60")
    worker.send(signal.SIGTERM)
    assert worker.join(10) == 0
    assert site.catalogue.read().pools[0].workers == 0


def test_a_job_ends_though_redis_was_away_while_it_ran(
    frail_site: Any, own_redis: Any, cell_png: bytes, options: dict[str, Any], eventually: Eventually
) -> None:
    worker = frail_site.start_worker(**options)
    job_id = _at_the_gate(frail_site, cell_png, eventually)
    own_redis.kill()
    Path(options["test_gate"]).touch()  # the stages end while Redis is away
    own_redis.start()
    job = frail_site.ended(job_id)
    assert (job.state, job.epoch) == (State.SUCCEEDED, 1)
    assert frail_site.ended(frail_site.submit(cell_png, "[otsu]")).state is State.SUCCEEDED
    assert worker.is_running


def test_a_worker_stops_also_while_redis_is_away(
    frail_site: Any, own_redis: Any, cell_png: bytes, options: dict[str, Any], eventually: Eventually
) -> None:
    worker = frail_site.start_worker(**options)
    _at_the_gate(frail_site, cell_png, eventually)
    own_redis.kill()
    worker.send(signal.SIGTERM)
    worker.join()
