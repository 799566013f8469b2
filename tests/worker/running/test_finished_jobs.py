"""The plugins that watch are called for every end of a job, with its code, by whoever is there."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from coronal import CoronalError, Plugins, hookimpl
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.maintenance.janitor.rounds import Janitor
from coronal_jobs.records.claim_store import MAX_ATTEMPTS
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.ended_jobs import MAX_HOOK_ATTEMPTS
from coronal_jobs.records.job import Failure, Job, Order, State
from coronal_jobs.records.job_store import JobStore
from coronal_worker.running.finished_jobs import report_ends

LEASE_S = 60.0


class Watcher:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []

    @hookimpl
    def job_finished(self, job: str, error: CoronalError | None) -> None:
        self.seen.append((job, error.code if error else "", str(error or "")))


class Dying(Watcher):
    @hookimpl
    def job_finished(self, job: str, error: CoronalError | None) -> None:
        super().job_finished(job, error)
        raise KeyboardInterrupt  # as a signal ends a process; no exception of a plugin


@contextmanager
def unlimited(_: str) -> Iterator[None]:
    yield


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def report(job_store: JobStore, watcher: Watcher) -> Callable[..., None]:
    def do(pool: str = "default", *, by: object = watcher, lease_s: float = LEASE_S) -> None:
        plugins = Plugins()
        if by is not None:
            plugins.add("watcher", by)
        report_ends(job_store.ended, pool, plugins, lease_s, unlimited)

    return do


@pytest.fixture
def queued(job_store: JobStore, make_order: Callable[..., Order]) -> Callable[[], str]:
    def do() -> str:
        order = make_order()
        job_store.admit(order)
        return order.id

    return do


@pytest.fixture
def claimed(job_store: JobStore, queued: Callable[[], str]) -> Callable[[], Job]:
    def do() -> Job:
        job = job_store.claim(queued(), "default", lease_s=LEASE_S)
        assert job is not None
        return job

    return do


def succeed(jobs: JobStore, job: Job) -> None:
    assert jobs.commit(job).answer == "succeeded"


def fail_with(code: str) -> Callable[[JobStore, Job], None]:
    def do(jobs: JobStore, job: Job) -> None:
        failure = Failure(code=code, message=f"it is {code}", stage="otsu")
        assert jobs.fail(job.id, job.epoch, failure) == "failed"

    return do


def crash(jobs: JobStore, job: Job) -> None:
    for _ in range(MAX_ATTEMPTS - 1):
        assert jobs.reclaim(job.id, job.epoch) == "queued"
        again = jobs.claim(job.id, "default", lease_s=LEASE_S)
        assert again is not None
        job = again
    assert jobs.reclaim(job.id, job.epoch) == "failed"


def cancel(jobs: JobStore, job: Job) -> None:
    jobs.cancel(job.id)
    jobs.cancel(job.id)


def delete(jobs: JobStore, job: Job) -> None:
    jobs.delete(job.id)


@pytest.mark.parametrize(
    "ending",
    [
        (succeed, ""),
        (fail_with("bad-image"), "bad-image"),
        (fail_with("timeout"), "timeout"),
        (crash, "worker-lost"),
        (cancel, "cancelled"),
        (delete, "cancelled"),
    ],
    ids=["succeeded", "failed", "timeout", "worker-lost", "cancelled", "deleted"],
)
def test_each_end_of_a_running_job_is_reported_once_with_its_code(
    job_store: JobStore,
    claimed: Callable[[], Job],
    report: Callable[..., None],
    watcher: Watcher,
    ending: tuple[Callable[[JobStore, Job], None], str],
) -> None:
    (end, code), job = ending, claimed()
    report()
    assert watcher.seen == []
    end(job_store, job)
    report()
    report()
    assert [(one, found) for one, found, _ in watcher.seen] == [(job.id, code)]


@pytest.mark.parametrize("end", ["cancel", "delete"])
def test_a_job_that_is_cancelled_or_deleted_before_its_start_is_reported(
    job_store: JobStore, queued: Callable[[], str], report: Callable[..., None], watcher: Watcher, end: str
) -> None:
    job_id = queued()
    getattr(job_store, end)(job_id)
    report()
    assert watcher.seen == [(job_id, "cancelled", "the job was cancelled")]


def test_an_end_that_changes_nothing_is_not_reported_again(
    job_store: JobStore, claimed: Callable[[], Job], report: Callable[..., None], watcher: Watcher
) -> None:
    job = claimed()
    succeed(job_store, job)
    succeed(job_store, job)
    assert job_store.fail(job.id, job.epoch, Failure(code="late", message="late")) == "stale"
    job_store.cancel(job.id)
    job_store.delete(job.id)
    report()
    assert watcher.seen == [(job.id, "", "")]


def test_a_job_that_is_retried_ends_again(
    job_store: JobStore, claimed: Callable[[], Job], report: Callable[..., None], watcher: Watcher
) -> None:
    job = claimed()
    fail_with("stage-error")(job_store, job)
    job_store.retry(job.id)
    again = job_store.claim(job.id, "default", lease_s=LEASE_S)
    assert again is not None
    succeed(job_store, again)
    report()
    assert [code for _, code, _ in watcher.seen] == ["stage-error", ""]


def test_what_a_process_has_taken_when_it_dies_is_reported_by_another_once_its_lease_is_over(
    job_store: JobStore, claimed: Callable[[], Job], report: Callable[..., None], watcher: Watcher
) -> None:
    job, dying = claimed(), Dying()
    succeed(job_store, job)
    with pytest.raises(KeyboardInterrupt):
        report(by=dying, lease_s=LEASE_S)
    report()
    assert (len(dying.seen), watcher.seen) == (1, [])  # nobody else's while the lease holds
    other = claimed()
    succeed(job_store, other)
    with pytest.raises(KeyboardInterrupt):
        report(by=dying, lease_s=0)
    report()
    assert [one for one, _, _ in watcher.seen] == [other.id]


def test_an_end_in_whose_hook_each_process_dies_is_given_up(
    job_store: JobStore,
    claimed: Callable[[], Job],
    report: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    job, dying = claimed(), Dying()
    succeed(job_store, job)
    for _ in range(MAX_HOOK_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            report(by=dying, lease_s=0)
    report(by=dying, lease_s=0)
    report(by=dying, lease_s=0)
    assert len(dying.seen) == MAX_HOOK_ATTEMPTS
    assert [record.message for record in caplog.records if "given up" in record.message] == [
        f"the hook job_finished is given up for job {job.id}: processes died in it"
    ]


def test_an_end_belongs_to_the_pool_of_its_job_and_is_forgotten_where_nobody_watches(
    job_store: JobStore,
    claimed: Callable[[], Job],
    report: Callable[..., None],
    watcher: Watcher,
    connection: Connection,
) -> None:
    succeed(job_store, claimed())
    report("other")
    assert watcher.seen == []
    report(by=None)
    report()
    assert watcher.seen == []
    assert connection.execute_command("KEYS", "coronal:ended*") == []


def test_a_janitor_notifies_a_pool_before_all_jobs_that_wait_and_not_again_until_somebody_looks(
    job_store: JobStore,
    queued: Callable[[], str],
    report: Callable[..., None],
    connection: Connection,
) -> None:
    connection.execute_command("HSET", "coronal:pools", "default", "digest")
    assert job_store.ended.notify() == 0
    job_store.cancel(queued())
    queued()
    assert [job_store.ended.notify() for _ in range(2)] == [1, 0]
    next_message = json.loads(connection.execute_command("LINDEX", "coronal:pool.default", -1))
    assert json.loads(next_message["body"])[0] == [""]
    report()
    assert job_store.ended.notify() == 0
    job_store.cancel(queued())
    assert job_store.ended.notify() == 1


WATCHER = """
import os
from pathlib import Path

from coronal import hookimpl


class Watcher:
    @hookimpl
    def job_finished(self, job, error):
        with Path(os.environ["CORONAL_TEST_ENDS"]).open("a") as ends:
            ends.write(f"{job} {error.code if error else 'succeeded'}\\n")


watcher = Watcher()
"""


@pytest.fixture
def ends(tmp_path: Path) -> Path:
    path = tmp_path / "ends"
    path.touch()
    return path


@pytest.fixture
def watched_site(
    make_redis: Callable[..., Any],
    make_site: Callable[[str, Path], Any],
    make_distribution: Callable[..., None],
    behaviours: Path,
    ends: Path,
) -> Iterator[Any]:
    make_distribution(behaviours, "test-watcher", WATCHER, watcher="watcher")
    site = make_site(make_redis().url, ends.parent)
    site.start_worker(plugins=behaviours, has_all_plugins=True, test_ends=str(ends))
    yield site
    site.close()


def test_real_processes_report_success_lost_workers_and_cancelled_jobs(
    watched_site: Any, ends: Path, cell_png: bytes, eventually: Callable[..., None]
) -> None:
    site = watched_site
    janitor = Janitor(site.jobs, BlobReferences(site.connection, site.blobs), keep_s=3600)
    expected = {site.ended(site.submit(cell_png, "[otsu]")).id: "succeeded"}
    expected[site.ended(site.submit(cell_png, "[kill]")).id] = "worker-lost"
    running = site.submit(cell_png, "[await-cancel]")
    eventually(lambda: site.jobs.get(running).state is State.RUNNING, "the process is busy")
    queued = site.submit(cell_png, "[otsu]")
    for one in (queued, running):
        site.jobs.cancel(one)
        expected[one] = "cancelled"

    def all_are_reported() -> bool:
        janitor.round()
        return len(ends.read_text().splitlines()) >= len(expected)

    eventually(all_are_reported, "each end is reported")
    assert sorted(ends.read_text().splitlines()) == sorted(f"{job} {code}" for job, code in expected.items())
