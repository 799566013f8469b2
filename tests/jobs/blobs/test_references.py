"""Which bytes may go, and the races in which they must not."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from coronal_jobs.blobs import references as module
from coronal_jobs.blobs.references import BlobReferences
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.job import Artifact, Input, Job, Order
from coronal_jobs.records.job_store import JobStore

BYTES = b"pixels"
DIGEST = sha256(BYTES).hexdigest()
IMAGE = Input(name="a", sha256=DIGEST, size_bytes=len(BYTES), format="png")


@pytest.fixture
def blob_references(connection: Connection, blobs: BlobStore) -> BlobReferences:
    return BlobReferences(connection, blobs)


def _is_kept(blobs: BlobStore, digest: str = DIGEST) -> bool:
    try:
        blobs.read(digest)
    except NotFound:
        return False
    return True


def _refs(connection: Connection) -> dict[str, int]:
    return {digest: int(count) for digest, count in connection.hgetall("coronal:blob-refs").items()}


def _expire_pins(connection: Connection) -> None:
    """Let the time of all holds be over."""
    connection.zadd("coronal:pins", dict.fromkeys(connection.zrange("coronal:pins", 0, -1), 1))


def test_bytes_that_are_pinned_stay(blob_references: BlobReferences, blobs: BlobStore) -> None:
    blob_references.pin("job", [DIGEST])
    blobs.put(BYTES)
    assert blob_references.remove([DIGEST]) == 0
    assert _is_kept(blobs)


def test_bytes_that_nobody_names_or_holds_go(
    blob_references: BlobReferences, blobs: BlobStore, connection: Connection
) -> None:
    blobs.put(BYTES)
    assert blob_references.remove([DIGEST, DIGEST, "b" * 64]) == 1
    assert not _is_kept(blobs)
    assert connection.dbsize() == 0


def test_a_record_takes_over_what_was_pinned_for_it(
    blob_references: BlobReferences,
    blobs: BlobStore,
    job_store: JobStore,
    make_order: Callable[..., Order],
    connection: Connection,
) -> None:
    order = make_order(input=IMAGE)
    blob_references.pin(order.id, [DIGEST])
    blobs.put(BYTES)
    job_store.admit(order)
    assert _refs(connection) == {DIGEST: 1}
    assert connection.zcard("coronal:pins") == 0
    assert blob_references.expire_pins() == []
    assert blob_references.remove([DIGEST]) == 0
    assert blob_references.remove(job_store.delete(order.id).unreferenced) == 1
    assert not _is_kept(blobs)


def test_a_commit_takes_over_what_was_pinned_for_its_claim(
    blob_references: BlobReferences, job_store: JobStore, take: Callable[..., Job], connection: Connection
) -> None:
    job = take()
    other = "e" * 64
    blob_references.pin(f"{job.id}/{job.epoch}", [DIGEST, other, DIGEST])
    made = [
        Artifact(name=name, media_type="x/y", size_bytes=1, sha256=digest)
        for name, digest in (("a", DIGEST), ("b", other), ("c", DIGEST))
    ]
    job_store.commit(job, artifacts=made)
    assert connection.zcard("coronal:pins") == 0
    assert _refs(connection) == {"a" * 64: 1, DIGEST: 2, other: 1}


def test_what_a_refused_commit_had_pinned_goes_with_its_time(
    blob_references: BlobReferences,
    blobs: BlobStore,
    job_store: JobStore,
    take: Callable[..., Job],
    connection: Connection,
) -> None:
    job = take()
    blob_references.pin(f"{job.id}/{job.epoch}", [DIGEST])
    blobs.put(BYTES)
    job_store.cancel(job.id)
    made = Artifact(name="a", media_type="x/y", size_bytes=1, sha256=DIGEST)
    assert job_store.commit(job, artifacts=[made]).answer == "stale"
    assert blob_references.expire_pins() == []
    _expire_pins(connection)
    assert blob_references.remove(blob_references.expire_pins()) == 1
    assert not _is_kept(blobs)
    assert _refs(connection) == {"a" * 64: 1}


def test_the_same_hold_twice_is_one_and_those_of_two_are_two(
    blob_references: BlobReferences, blobs: BlobStore, connection: Connection
) -> None:
    blobs.put(BYTES)
    for holder in ("one", "one", "two"):
        blob_references.pin(holder, [DIGEST])
    assert _refs(connection) == {DIGEST: 2}
    connection.zadd("coronal:pins", {f"{DIGEST} one": 1})
    assert blob_references.expire_pins() == []
    assert blob_references.remove([DIGEST]) == 0
    connection.zadd("coronal:pins", {f"{DIGEST} two": 1})
    assert blob_references.expire_pins() == [DIGEST]


def test_a_hold_again_makes_it_last_longer(blob_references: BlobReferences, connection: Connection) -> None:
    blob_references.pin("one", [DIGEST])
    _expire_pins(connection)
    blob_references.pin("one", [DIGEST])
    assert blob_references.expire_pins() == []
    assert _refs(connection) == {DIGEST: 1}


def test_a_pin_ends_by_itself(
    blob_references: BlobReferences, monkeypatch: pytest.MonkeyPatch, eventually: Callable[..., None]
) -> None:
    monkeypatch.setattr(module, "PIN_S", 0.5)
    blob_references.pin("one", [DIGEST])
    assert blob_references.expire_pins() == []
    eventually(lambda: blob_references.expire_pins() == [DIGEST], "the pin expires")
    assert blob_references.expire_pins() == []


def test_of_many_holds_that_are_over_no_more_end_than_was_asked(
    blob_references: BlobReferences, connection: Connection
) -> None:
    digests = [sha256(bytes([number])).hexdigest() for number in range(10)]
    blob_references.pin("one", digests)
    _expire_pins(connection)
    first, second = blob_references.expire_pins(limit=7), blob_references.expire_pins(limit=7)
    assert (len(first), len(second)) == (7, 3)
    assert {*first, *second} == set(digests)


def test_who_wants_bytes_that_are_just_being_removed_waits_and_then_writes_them_again(
    connection: Connection, blobs: BlobStore, tmp_path: object
) -> None:
    """The race that holds close: the bytes are found, so they aren't written, and then removed."""
    removing, may_go_on = threading.Event(), threading.Event()

    class Slow(BlobStore):
        def delete(self, *names: str) -> int:
            removing.set()
            may_go_on.wait(5)
            return super().delete(*names)

    blobs.put(BYTES)
    slow = Slow(f"file://{blobs._folder}")
    with ThreadPoolExecutor(2) as pool:
        removal = pool.submit(BlobReferences(connection, slow).remove, [DIGEST])
        removing.wait(5)

        def send() -> None:
            BlobReferences(connection, blobs).pin("job", ["b" * 64, DIGEST])
            blobs.put(BYTES)

        sent = pool.submit(send)
        time.sleep(0.1)
        assert not sent.done()
        assert connection.zcard("coronal:pins") == 0  # all or nothing
        # A second who removes would let the writer go on too early, or be the slower one himself.
        assert BlobReferences(connection, blobs).remove([DIGEST]) == 0
        time.sleep(0.05)
        assert not sent.done()
        may_go_on.set()
        assert removal.result() == 1
        sent.result(5)
    assert _is_kept(blobs)
    assert _refs(connection) == {DIGEST: 1, "b" * 64: 1}


def test_a_removal_that_does_not_end_is_reported(
    blob_references: BlobReferences, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_WAITS", 3)
    connection.set(f"coronal:deleting:{DIGEST}", 1, px=60_000)
    with pytest.raises(StoreUnavailable, match="being removed at this moment"):
        blob_references.pin("job", [DIGEST])


def test_one_who_dies_while_it_removes_stands_in_the_way_for_a_minute_at_most(
    connection: Connection, blobs: BlobStore
) -> None:
    class Dying(BlobStore):
        def delete(self, *digests: str) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        BlobReferences(connection, Dying(f"file://{blobs._folder}")).remove([DIGEST])
    assert 0 < connection.pttl(f"coronal:deleting:{DIGEST}") <= 60_000


def test_sending_and_removing_the_same_bytes_at_once_a_hundred_times_loses_none(
    connection: Connection, blobs: BlobStore, job_store: JobStore, make_order: Callable[..., Order]
) -> None:
    blob_references = BlobReferences(connection, blobs)
    stop = threading.Event()

    def sweep() -> None:
        while not stop.wait(0.001):
            blob_references.remove([DIGEST])

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(100):
            order = make_order(input=IMAGE)
            blob_references.pin(order.id, [DIGEST])
            blobs.put(BYTES)
            job_store.admit(order)
            assert _is_kept(blobs)
            blob_references.remove(job_store.delete(order.id).unreferenced)
    finally:
        stop.set()
        sweeper.join()
    assert _refs(connection) == {}
