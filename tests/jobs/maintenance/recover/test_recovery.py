"""Jobs that Redis has forgotten are admitted again, each once; those that it knows are left alone."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from hashlib import sha256

import pytest

from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.journal.submission_journal import Entry, names_of
from coronal_jobs.maintenance.recover.recovery import Outcome, Recovery
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Input, Job, Order, State
from coronal_jobs.records.job_store import JobStore
from coronal_jobs.records.registry import Version

pytestmark = pytest.mark.slow

BYTES = b"pixels"
IMAGE = Input(name="a", sha256=sha256(BYTES).hexdigest(), size_bytes=len(BYTES), format="png")
Accept = Callable[..., Order]


@pytest.fixture
def blob_references(connection: Connection, blobs: BlobStore) -> BlobReferences:
    return BlobReferences(connection, blobs)


@pytest.fixture
def reported() -> list[tuple[str, Outcome]]:
    return []


@pytest.fixture
def recovery(
    job_store: JobStore,
    blob_references: BlobReferences,
    blobs: BlobStore,
    reported: list[tuple[str, Outcome]],
) -> Recovery:
    return Recovery(job_store, blob_references, blobs, lambda *one: reported.append(one))


@pytest.fixture
def accept(
    job_store: JobStore, blob_references: BlobReferences, blobs: BlobStore, make_order: Callable[..., Order]
) -> Accept:
    """Takes an order in, as a gateway does."""

    def do(terms: Terms = Terms(), **changes: object) -> Order:  # noqa: B008 - it is frozen
        order = make_order(**{"input": IMAGE, **changes})
        blob_references.pin(order.id, [IMAGE.sha256])
        blobs.put(BYTES)
        blob_references.submission_journal.put(Entry.of(order, terms))
        assert job_store.admit(order, terms)
        return order

    return do


def _claimed(jobs: JobStore, job_id: str) -> Job:
    job = jobs.claim(job_id, "default", lease_s=60)
    assert job is not None
    return job


def test_after_the_loss_of_everything_each_job_waits_again_in_its_old_order(
    recovery: Recovery, job_store: JobStore, accept: Accept, connection: Connection
) -> None:
    orders = [accept(seed=seed) for seed in range(5)]
    job_store.commit(_claimed(job_store, orders[0].id))
    job_store.cancel(orders[1].id)
    connection.flushall()
    assert recovery.run() == Counter({Outcome.ADMITTED: 5})
    for order in orders:
        job = job_store.get(order.id)
        assert (job.state, job.seed, job.pipeline, job.stage_groups) == (
            State.QUEUED,
            order.seed,
            order.pipeline,
            order.stage_groups,
        )
    notifications = connection.lrange("coronal:pool.default", 0, -1)
    assert [order.id in one for order, one in zip(orders, reversed(notifications), strict=True)] == [True] * 5
    assert connection.hgetall("coronal:blob-refs") == {IMAGE.sha256: "5"}


def test_a_job_that_redis_knows_is_left_alone_and_a_second_run_does_nothing(
    recovery: Recovery, job_store: JobStore, accept: Accept, connection: Connection
) -> None:
    known, forgotten = accept(), accept()
    job_store.commit(_claimed(job_store, known.id))
    before = job_store.get(known.id)
    for key in (f"coronal:job:{forgotten.id}", "coronal:pool.default"):
        connection.delete(key)
    assert recovery.run() == Counter({Outcome.KNOWN: 1, Outcome.ADMITTED: 1})
    assert recovery.run() == Counter({Outcome.KNOWN: 2})
    assert job_store.get(known.id) == before
    assert connection.llen("coronal:pool.default") == 1


def test_what_a_worker_of_before_the_loss_writes_is_refused(
    recovery: Recovery, job_store: JobStore, accept: Accept, connection: Connection
) -> None:
    order = accept()
    zombie = _claimed(job_store, order.id)
    connection.flushall()
    recovery.run()
    _claimed(job_store, order.id)
    assert not job_store.renew_lease(zombie.id, zombie.epoch, lease_s=60)
    assert job_store.commit(zombie).answer == "stale"


def test_there_may_be_more_than_are_taken_from_senders(
    recovery: Recovery, accept: Accept, connection: Connection
) -> None:
    for _ in range(3):
        accept(Terms(max_active=3))
    connection.flushall()
    assert recovery.run()[Outcome.ADMITTED] == 3


def test_a_key_stands_for_its_job_again(
    recovery: Recovery, job_store: JobStore, accept: Accept, connection: Connection, make_order: Accept
) -> None:
    keyed = Terms(key="k", keep_key_s=60)
    order = accept(keyed)
    connection.flushall()
    recovery.run()
    again = job_store.admit(make_order(input=IMAGE), keyed)
    assert (again.is_replayed, again.job_id()) == (True, order.id)


def test_one_sent_again_before_the_recovery_isnt_done_twice(
    recovery: Recovery,
    job_store: JobStore,
    blob_references: BlobReferences,
    accept: Accept,
    connection: Connection,
) -> None:
    keyed = Terms(key="k", keep_key_s=60)
    lost = accept(keyed)
    connection.flushall()
    again = accept(keyed)
    assert recovery.run() == Counter({Outcome.KNOWN: 1, Outcome.REPEATED: 1})
    with pytest.raises(NotFound):
        job_store.get(lost.id)
    assert [name.job_id for name in blob_references.submission_journal.names()] == [again.id]


def test_one_whose_key_came_with_another_order_meanwhile_is_not_lost(
    recovery: Recovery, job_store: JobStore, accept: Accept, connection: Connection
) -> None:
    keyed = Terms(key="k", keep_key_s=60)
    lost = accept(keyed)
    connection.flushall()
    other = accept(keyed, seed=1)
    assert recovery.run() == Counter({Outcome.KNOWN: 1, Outcome.ADMITTED: 1})
    assert job_store.known([lost.id, other.id]) == {lost.id, other.id}
    assert connection.hgetall("coronal:blob-refs") == {IMAGE.sha256: "2"}


def test_bad_entries_are_reported_and_stop_no_other(
    recovery: Recovery,
    accept: Accept,
    connection: Connection,
    blobs: BlobStore,
    reported: list[tuple[str, Outcome]],
) -> None:
    other = blobs.put(b"other")
    torn, without, good = accept(), accept(input=IMAGE.model_copy(update={"sha256": other.sha256})), accept()
    assert blobs.objects.folder is not None
    (blobs.objects.folder / Entry.of(torn, Terms()).name.key).write_text("{")
    blobs.delete(other.sha256)
    connection.flushall()
    counts = Counter({Outcome.UNREADABLE: 1, Outcome.NO_IMAGE: 1, Outcome.ADMITTED: 1})
    assert recovery.run() == counts
    assert reported == [(torn.id, Outcome.UNREADABLE), (without.id, Outcome.NO_IMAGE)]
    assert JobStore(connection).known([torn.id, without.id, good.id]) == {good.id}


def test_one_that_a_gateway_is_writing_is_left_to_it(
    recovery: Recovery,
    blob_references: BlobReferences,
    blobs: BlobStore,
    reported: list[tuple[str, Outcome]],
    make_order: Callable[..., Order],
) -> None:
    order = make_order(input=IMAGE)
    blob_references.pin(order.id, [IMAGE.sha256])
    blob_references.submission_journal.put(Entry.of(order, Terms()))
    assert recovery.run() == Counter({Outcome.ON_ITS_WAY: 1})
    assert reported == []
    blobs.put(BYTES)
    assert recovery.run() == Counter({Outcome.ADMITTED: 1})


def test_one_whose_gateway_takes_it_back_meanwhile_is_deleted_again(
    recovery: Recovery,
    job_store: JobStore,
    blob_references: BlobReferences,
    accept: Accept,
    connection: Connection,
) -> None:
    order = accept()
    connection.flushall()
    admit = job_store.admit

    def refused_at_that_moment(*given: object) -> object:
        blob_references.submission_journal.remove(names_of(order))
        return admit(*given)  # type: ignore[arg-type]

    object.__setattr__(job_store, "admit", refused_at_that_moment)
    assert recovery.run() == Counter({Outcome.GONE: 1})
    with pytest.raises(NotFound):
        job_store.get(order.id)


@pytest.fixture
def environment(empty_redis: str, blobs: BlobStore) -> dict[str, str]:
    assert blobs.objects.folder is not None
    return {
        **os.environ,
        "CORONAL_REDIS_URL": empty_redis,
        "CORONAL_BLOBS_URL": blobs.objects.folder.as_uri(),
    }


def _run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coronal_jobs.maintenance.recover"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_as_a_process_it_tells_what_it_counted(
    environment: dict[str, str], accept: Accept, connection: Connection, blobs: BlobStore
) -> None:
    accept()
    connection.flushall()
    ended = _run(environment)
    assert (ended.returncode, ended.stderr.count("event=job.queued"), ended.stderr.count("\n")) == (0, 1, 1)
    assert ended.stdout.startswith("looked at 1 jobs: 0 known, 1 admitted again, ")
    blobs.delete(IMAGE.sha256)
    connection.flushall()
    ended = _run(environment)
    assert (ended.returncode, ended.stderr.count("without their image")) == (1, 1)


def test_as_a_process_it_publishes_data_sets_and_models_too(
    environment: dict[str, str], blob_references: BlobReferences, connection: Connection, blobs: BlobStore
) -> None:
    blob = blobs.put(BYTES)
    version = Version(
        kind="datasets",
        name="cells",
        version=1,
        sha256=blob.sha256,
        size_bytes=blob.size_bytes,
        created_ms=1,
        job="j",
    )
    blob_references.registry.version_journal.put(version)
    ended = _run(environment)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "looked at 1 data sets and models: 0 known, 1 published again, " in ended.stdout
    assert blob_references.registry.versions("datasets", "cells") == [version]
    blobs.delete(blob.sha256)
    ended = _run(environment)
    assert (ended.returncode, ended.stderr.count("without their files")) == (1, 1)


def test_as_a_process_it_says_when_redis_is_away(environment: dict[str, str], accept: Accept) -> None:
    accept()
    ended = _run({**environment, "CORONAL_REDIS_URL": "redis://127.0.0.1:9/0"})
    assert ended.returncode == 4
    assert "doesn't answer; run it again" in ended.stderr


def test_a_blob_store_that_is_away_is_no_empty_one(
    recovery: Recovery, accept: Accept, blobs: BlobStore, connection: Connection
) -> None:
    accept()
    connection.flushall()
    assert blobs.objects.folder is not None
    (blobs.objects.folder / "submission_journal").rename(blobs.objects.folder / "elsewhere")
    (blobs.objects.folder / "submission_journal").write_text("no folder")
    with pytest.raises(StoreUnavailable):
        recovery.run()
