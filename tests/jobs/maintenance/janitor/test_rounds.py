"""Rounds of the janitor, on a real server and a real folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.journal.submission_journal import Entry, Name, SubmissionJournal
from coronal_jobs.maintenance.janitor.rounds import Janitor, Round
from coronal_jobs.maintenance.janitor.settings import JanitorSettings
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.connection import Connection, connect
from coronal_jobs.records.job import Failure, Input, Job, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.settings import StoreSettings

Take = Callable[..., Job]
BYTES = b"pixels"
IMAGE = Input(name="a", sha256=sha256(BYTES).hexdigest(), size_bytes=len(BYTES), format="png")
FAILURE = Failure(code="stage-error", message="no")
DAY_S = 24 * 3600.0


@pytest.fixture
def make_janitor(connection: Connection, blobs: BlobStore) -> Callable[[float], Janitor]:
    return lambda keep_s: Janitor(JobStore(connection), BlobReferences(connection, blobs), keep_s)


@pytest.fixture
def janitor(make_janitor: Callable[[float], Janitor]) -> Janitor:
    return make_janitor(DAY_S)


def test_where_all_is_in_order_a_round_does_nothing_but_tell_that_it_was(
    janitor: Janitor, job_store: JobStore, take: Take
) -> None:
    job = take()
    assert job_store.janitor_lag_s() is None
    assert janitor.round() == Round()
    assert job_store.get(job.id) == job
    lag_s = job_store.janitor_lag_s()
    assert lag_s is not None
    assert 0 <= lag_s < 5


def test_the_lag_grows_while_no_janitor_lives(
    janitor: Janitor, job_store: JobStore, connection: Connection
) -> None:
    janitor.round()
    connection.incrby("coronal:janitor", -90_000)
    assert job_store.janitor_lag_s() == pytest.approx(90, abs=2)
    janitor.round()
    assert (job_store.janitor_lag_s() or 0) < 5


def test_a_job_whose_worker_is_silent_is_taken_from_it_and_after_three_fails(
    janitor: Janitor, job_store: JobStore, take: Take, connection: Connection
) -> None:
    job = take()
    for _ in range(2):
        connection.zadd("coronal:leases", {job.id: 0})
        assert janitor.round() == Round(reclaimed=1)
        again = job_store.claim(job.id, "default", lease_s=60)
        assert again is not None
    connection.zadd("coronal:leases", {job.id: 0})
    assert janitor.round() == Round(reclaimed=1)
    failure = job_store.get(job.id).failure
    assert failure is not None
    assert failure.code == "worker-lost"
    assert janitor.round() == Round()


def test_lost_notifications_are_sent_again(
    janitor: Janitor, job_store: JobStore, take: Take, connection: Connection
) -> None:
    job = take()
    job_store.release(job.id, job.epoch)
    connection.delete("coronal:pool.default")
    connection.zadd("coronal:outbox", {job.id: 0})
    assert janitor.round() == Round(redelivered=1)
    assert connection.llen("coronal:pool.default") == 1


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.FAILED, State.CANCELLED])
def test_a_job_is_kept_so_long_after_its_end_and_then_goes_with_its_bytes(
    make_janitor: Callable[[float], Janitor], blobs: BlobStore, take: Take, connection: Connection, end: State
) -> None:
    job_store = JobStore(connection)
    blobs.put(BYTES)
    job = take(input=IMAGE)
    match end:
        case State.SUCCEEDED:
            job_store.commit(job)
        case State.FAILED:
            job_store.fail(job.id, job.epoch, FAILURE)
        case _:
            job_store.cancel(job.id)
    ended_ms = connection.zscore("coronal:finished", job.id)
    connection.zadd("coronal:finished", {job.id: ended_ms - 60_000})
    assert make_janitor(70.0).round() == Round()
    assert job_store.get(job.id).state is end
    assert make_janitor(50.0).round() == Round(expired=1, removed=1)
    with pytest.raises(NotFound):
        job_store.get(job.id)
    with pytest.raises(NotFound):
        blobs.read(IMAGE.sha256)
    assert connection.hlen("coronal:blob-refs") == 0


def test_what_waits_or_runs_never_expires(
    make_janitor: Callable[[float], Janitor], job_store: JobStore, take: Take, connection: Connection
) -> None:
    waiting, running, retried = (take() for _ in range(3))
    job_store.release(waiting.id, waiting.epoch)
    job_store.cancel(retried.id)
    job_store.retry(retried.id)
    assert make_janitor(-1000.0).round().expired == 0
    assert {job.id for job in job_store.page().jobs} == {waiting.id, running.id, retried.id}


def test_the_bytes_of_an_upload_that_was_never_admitted_go(
    janitor: Janitor, blobs: BlobStore, connection: Connection
) -> None:
    janitor.blob_references.pin("never", [IMAGE.sha256])
    blobs.put(BYTES)
    assert janitor.round() == Round()
    connection.zadd("coronal:pins", {f"{IMAGE.sha256} never": 1})
    assert janitor.round() == Round(removed=1)


def test_bytes_that_another_job_names_stay(
    make_janitor: Callable[[float], Janitor],
    job_store: JobStore,
    blobs: BlobStore,
    take: Take,
    connection: Connection,
) -> None:
    blobs.put(BYTES)
    first, second = take(input=IMAGE), take(input=IMAGE)
    job_store.commit(first)
    connection.zadd("coronal:finished", {first.id: 1})
    assert make_janitor(50.0).round() == Round(expired=1, removed=0)
    assert blobs.read(second.input.sha256) == BYTES


def test_bytes_are_removed_though_who_unreferenced_them_has_died(
    janitor: Janitor, job_store: JobStore, blobs: BlobStore, take: Take, connection: Connection
) -> None:
    blobs.put(BYTES)
    job_store.delete(take(input=IMAGE).id)  # and no more is done
    assert janitor.round() == Round(removed=1)
    with pytest.raises(NotFound):
        blobs.read(IMAGE.sha256)
    assert not connection.exists("coronal:unreferenced")


def test_bytes_are_removed_though_who_removed_them_has_died(
    janitor: Janitor, job_store: JobStore, blobs: BlobStore, take: Take, connection: Connection
) -> None:
    blobs.put(BYTES)
    job_store.delete(take(input=IMAGE).id)
    connection.set(f"coronal:deleting:{IMAGE.sha256}", 1, px=60_000)
    assert janitor.round() == Round()
    connection.delete(f"coronal:deleting:{IMAGE.sha256}")  # its minute is over
    assert janitor.round() == Round(removed=1)


def test_bytes_that_are_named_again_stay(
    janitor: Janitor, job_store: JobStore, blobs: BlobStore, take: Take, connection: Connection
) -> None:
    blobs.put(BYTES)
    job_store.delete(take(input=IMAGE).id)
    take(input=IMAGE)
    assert janitor.round() == Round()
    assert blobs.read(IMAGE.sha256) == BYTES
    assert not connection.exists("coronal:unreferenced")


def test_what_a_killed_writer_left_goes_after_a_day(janitor: Janitor, blobs: BlobStore) -> None:
    folder = blobs.objects.folder
    assert folder is not None
    writers = [blobs.writer() for _ in range(3)]
    for writer in writers:
        writer.write(b"pixels" * 50_000)
    old, young, other = sorted((folder / "incoming").iterdir())
    other.rename(folder / "incoming" / "of-somebody-else")
    for left in (old, folder / "incoming" / "of-somebody-else"):
        os.utime(left, (0, time.time() - 1.01 * DAY_S))
    os.utime(young, (0, time.time() - 0.99 * DAY_S))
    assert janitor.round() == Round(swept=1)
    assert sorted((folder / "incoming").iterdir()) == sorted(
        (young, folder / "incoming" / "of-somebody-else")
    )
    for writer in writers:
        writer.discard()


def test_an_expired_job_goes_from_the_submission_journal_before_its_record(
    make_janitor: Callable[[float], Janitor],
    take: Take,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    janitor, job = make_janitor(50.0), take(input=IMAGE)
    janitor.blob_references.submission_journal.put(Entry.of(job.order(), Terms()))
    janitor.jobs.commit(job)
    connection.zadd("coronal:finished", {job.id: 1})
    with monkeypatch.context() as dying:
        dying.setattr(JobStore, "delete", _die)
        with pytest.raises(KeyboardInterrupt):
            janitor.round()
    assert janitor.blob_references.submission_journal.names() == []
    assert janitor.round().expired == 1


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_job_that_is_retried_while_it_is_about_to_go_stays(
    make_janitor: Callable[[float], Janitor],
    job_store: JobStore,
    take: Take,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    janitor, job = make_janitor(50.0), take(input=IMAGE)
    janitor.blob_references.submission_journal.put(Entry.of(job.order(), Terms()))
    job_store.fail(job.id, job.epoch, FAILURE)
    connection.zadd("coronal:finished", {job.id: 1})
    remove = SubmissionJournal.remove

    def while_it_is_retried(submission_journal: SubmissionJournal, names: Iterable[Name]) -> None:
        remove(submission_journal, names)
        assert job_store.retry(job.id) is State.QUEUED

    monkeypatch.setattr(SubmissionJournal, "remove", while_it_is_retried)
    assert janitor.round().expired == 0
    assert job_store.get(job.id).state is State.QUEUED
    (name,) = janitor.blob_references.submission_journal.names()
    assert janitor.blob_references.submission_journal.read(name).order == job.order()


def test_two_at_once_do_each_thing_once(
    make_janitor: Callable[[float], Janitor],
    job_store: JobStore,
    take: Take,
    connection: Connection,
    blobs: BlobStore,
) -> None:
    blobs.put(BYTES)
    silent = [take(input=IMAGE) for _ in range(40)]
    over = [take(input=IMAGE) for _ in range(40)]
    lost = [take(input=IMAGE) for _ in range(40)]
    for job in over:
        job_store.commit(job)
        connection.zadd("coronal:finished", {job.id: 1})
    for job in lost:
        job_store.fail(job.id, job.epoch, FAILURE, retries=1)
        connection.zadd("coronal:outbox", {job.id: 0})
    connection.zadd("coronal:leases", dict.fromkeys([job.id for job in silent], 0))
    janitors = [make_janitor(50.0) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(Janitor.round, janitors))
    assert sum(one.reclaimed for one in rounds) == 40
    assert sum(one.redelivered for one in rounds) == 40
    assert sum(one.expired for one in rounds) == 40
    assert sum(one.removed for one in rounds) == 0
    assert {job_store.get(job.id).crashed_attempts for job in silent} == {1}
    assert int(connection.hget("coronal:blob-refs", IMAGE.sha256)) == 80


def test_it_goes_on_when_redis_was_away(
    make_redis: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = make_redis()
    connection = connect(StoreSettings(redis_url=server.url, redis_timeout_s=0.3))
    jobs = JobStore(connection)
    janitor = Janitor(jobs, BlobReferences(connection, BlobStore((tmp_path / "blobs").as_uri())), DAY_S)
    waits: list[float] = []

    def is_stopped(every_s: float) -> bool:
        waits.append(every_s)
        if len(waits) == 1:
            server.kill()
        if len(waits) == 3:
            assert "the store of records doesn't answer: the round is skipped" in caplog.text
            server.start()
        return len(waits) == 5

    janitor.run(is_stopped, every_s=0.5)
    assert waits == [0.5] * 5
    lag_s = jobs.janitor_lag_s()
    assert lag_s is not None
    assert lag_s < 5


def test_alone_it_says_that_redis_is_away(tmp_path: Path) -> None:
    connection = connect(StoreSettings(redis_url="redis://127.0.0.1:9/0"))
    janitor = Janitor(
        JobStore(connection), BlobReferences(connection, BlobStore((tmp_path / "b").as_uri())), 1.0
    )
    with pytest.raises(StoreUnavailable):
        janitor.round()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_as_a_process_it_takes_jobs_back_until_it_is_reported_to_stop(
    take: Take, empty_redis: str, tmp_path: Path, eventually: Callable[..., None], how: signal.Signals
) -> None:
    job_store = JobStore(connect(StoreSettings(redis_url=empty_redis)))
    job = take(lease_s=0.01)
    settings = {
        "CORONAL_REDIS_URL": empty_redis,
        "CORONAL_BLOBS_URL": (tmp_path / "blobs").as_uri(),
        "CORONAL_JANITOR_EVERY_S": "0.05",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "coronal_jobs.maintenance.janitor"], env={**os.environ, **settings}
    )
    try:
        eventually(lambda: job_store.get(job.id).state is State.QUEUED, "the job is taken back")
        process.send_signal(how)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def test_its_settings_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (JanitorSettings().janitor_every_s, JanitorSettings().keep_s) == (1.0, 7 * DAY_S)
    monkeypatch.setenv("CORONAL_KEEP_S", "60")
    assert JanitorSettings().keep_s == 60
    monkeypatch.setenv("CORONAL_KEEP_S", "0")
    with pytest.raises(ValueError, match="greater than 0"):
        JanitorSettings()
