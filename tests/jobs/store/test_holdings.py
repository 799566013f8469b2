"""Which bytes may go, and the races in which they must not."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_jobs.job import Artifact, Input, Job, Order
from coronal_jobs.store import holdings as module
from coronal_jobs.store.blobs import BlobStore
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.holdings import Holdings
from coronal_jobs.store.jobs import JobStore

BYTES = b"pixels"
DIGEST = sha256(BYTES).hexdigest()
IMAGE = Input(name="a", sha256=DIGEST, size_bytes=len(BYTES), format="png")


@pytest.fixture
def holdings(connection: Connection, blobs: BlobStore) -> Holdings:
    return Holdings(connection, blobs)


def _is_kept(blobs: BlobStore, digest: str = DIGEST) -> bool:
    try:
        blobs.read(digest)
    except NotFound:
        return False
    return True


def _refs(connection: Connection) -> dict[str, int]:
    return {digest: int(count) for digest, count in connection.hgetall("coronal:blob-refs").items()}


def _end_holds(connection: Connection) -> None:
    """Let the time of all holds be over."""
    connection.zadd("coronal:holds", dict.fromkeys(connection.zrange("coronal:holds", 0, -1), 1))


def test_bytes_that_are_held_stay(holdings: Holdings, blobs: BlobStore) -> None:
    holdings.hold("job", [DIGEST])
    blobs.put(BYTES)
    assert holdings.remove([DIGEST]) == 0
    assert _is_kept(blobs)


def test_bytes_that_nobody_names_or_holds_go(
    holdings: Holdings, blobs: BlobStore, connection: Connection
) -> None:
    blobs.put(BYTES)
    assert holdings.remove([DIGEST, DIGEST, "b" * 64]) == 3
    assert not _is_kept(blobs)
    assert connection.dbsize() == 0


def test_a_record_takes_over_what_was_held_for_it(
    holdings: Holdings,
    blobs: BlobStore,
    job_store: JobStore,
    make_order: Callable[..., Order],
    connection: Connection,
) -> None:
    order = make_order(input=IMAGE)
    holdings.hold(order.id, [DIGEST])
    blobs.put(BYTES)
    job_store.admit(order)
    assert _refs(connection) == {DIGEST: 1}
    assert connection.zcard("coronal:holds") == 0
    assert holdings.end_old_holds() == []
    assert holdings.remove([DIGEST]) == 0
    assert holdings.remove(job_store.delete(order.id).unnamed) == 1
    assert not _is_kept(blobs)


def test_a_commit_takes_over_what_was_held_for_its_claim(
    holdings: Holdings, job_store: JobStore, take: Callable[..., Job], connection: Connection
) -> None:
    job = take()
    other = "e" * 64
    holdings.hold(f"{job.id}/{job.epoch}", [DIGEST, other, DIGEST])
    made = [
        Artifact(name=name, media_type="x/y", size_bytes=1, sha256=digest)
        for name, digest in (("a", DIGEST), ("b", other), ("c", DIGEST))
    ]
    job_store.commit(job, artifacts=made)
    assert connection.zcard("coronal:holds") == 0
    assert _refs(connection) == {"a" * 64: 1, DIGEST: 2, other: 1}


def test_what_a_refused_commit_had_held_goes_with_its_time(
    holdings: Holdings,
    blobs: BlobStore,
    job_store: JobStore,
    take: Callable[..., Job],
    connection: Connection,
) -> None:
    job = take()
    holdings.hold(f"{job.id}/{job.epoch}", [DIGEST])
    blobs.put(BYTES)
    job_store.cancel(job.id)
    made = Artifact(name="a", media_type="x/y", size_bytes=1, sha256=DIGEST)
    assert job_store.commit(job, artifacts=[made]).answer == "stale"
    assert holdings.end_old_holds() == []
    _end_holds(connection)
    assert holdings.remove(holdings.end_old_holds()) == 1
    assert not _is_kept(blobs)
    assert _refs(connection) == {"a" * 64: 1}


def test_the_same_hold_twice_is_one_and_those_of_two_are_two(
    holdings: Holdings, blobs: BlobStore, connection: Connection
) -> None:
    blobs.put(BYTES)
    for holder in ("one", "one", "two"):
        holdings.hold(holder, [DIGEST])
    assert _refs(connection) == {DIGEST: 2}
    connection.zadd("coronal:holds", {f"{DIGEST} one": 1})
    assert holdings.end_old_holds() == []
    assert holdings.remove([DIGEST]) == 0
    connection.zadd("coronal:holds", {f"{DIGEST} two": 1})
    assert holdings.end_old_holds() == [DIGEST]


def test_a_hold_again_makes_it_last_longer(holdings: Holdings, connection: Connection) -> None:
    holdings.hold("one", [DIGEST])
    _end_holds(connection)
    holdings.hold("one", [DIGEST])
    assert holdings.end_old_holds() == []
    assert _refs(connection) == {DIGEST: 1}


def test_a_hold_ends_by_itself(holdings: Holdings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HOLD_S", 0.02)
    holdings.hold("one", [DIGEST])
    assert holdings.end_old_holds() == []
    time.sleep(0.03)
    assert holdings.end_old_holds() == [DIGEST]
    assert holdings.end_old_holds() == []


def test_of_many_holds_that_are_over_no_more_end_than_was_asked(
    holdings: Holdings, connection: Connection
) -> None:
    digests = [sha256(bytes([number])).hexdigest() for number in range(10)]
    holdings.hold("one", digests)
    _end_holds(connection)
    first, second = holdings.end_old_holds(most=7), holdings.end_old_holds(most=7)
    assert (len(first), len(second)) == (7, 3)
    assert {*first, *second} == set(digests)


def test_who_wants_bytes_that_are_just_being_removed_waits_and_then_writes_them_anew(
    connection: Connection, blobs: BlobStore, tmp_path: object
) -> None:
    """The race that holds close: the bytes are found, so they aren't written, and then removed."""
    removing, may_go_on = threading.Event(), threading.Event()

    class Slow(BlobStore):
        def delete(self, *digests: str) -> None:
            removing.set()
            may_go_on.wait(5)
            super().delete(*digests)

    blobs.put(BYTES)
    slow = Slow(f"file://{blobs._folder}")
    with ThreadPoolExecutor(2) as pool:
        removal = pool.submit(Holdings(connection, slow).remove, [DIGEST])
        removing.wait(5)

        def send() -> None:
            Holdings(connection, blobs).hold("job", ["b" * 64, DIGEST])
            blobs.put(BYTES)

        sent = pool.submit(send)
        time.sleep(0.1)
        assert not sent.done()
        assert connection.zcard("coronal:holds") == 0  # all or nothing
        # A second who removes would let the writer go on too early, or be the slower one himself.
        assert Holdings(connection, blobs).remove([DIGEST]) == 0
        time.sleep(0.05)
        assert not sent.done()
        may_go_on.set()
        assert removal.result() == 1
        sent.result(5)
    assert _is_kept(blobs)
    assert _refs(connection) == {DIGEST: 1, "b" * 64: 1}


def test_a_removal_that_does_not_end_is_told(
    holdings: Holdings, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_WAITS", 3)
    connection.set(f"coronal:doomed:{DIGEST}", 1, px=60_000)
    with pytest.raises(StoreUnavailable, match="being removed at this moment"):
        holdings.hold("job", [DIGEST])


def test_one_who_dies_while_it_removes_stands_in_the_way_for_a_minute_at_most(
    connection: Connection, blobs: BlobStore
) -> None:
    class Dying(BlobStore):
        def delete(self, *digests: str) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Holdings(connection, Dying(f"file://{blobs._folder}")).remove([DIGEST])
    assert 0 < connection.pttl(f"coronal:doomed:{DIGEST}") <= 60_000


def test_sending_and_removing_the_same_bytes_at_once_a_hundred_times_loses_none(
    connection: Connection, blobs: BlobStore, job_store: JobStore, make_order: Callable[..., Order]
) -> None:
    holdings = Holdings(connection, blobs)
    stop = threading.Event()

    def sweep() -> None:
        while not stop.wait(0.001):
            holdings.remove([DIGEST])

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(100):
            order = make_order(input=IMAGE)
            holdings.hold(order.id, [DIGEST])
            blobs.put(BYTES)
            job_store.admit(order)
            assert _is_kept(blobs)
            holdings.remove(job_store.delete(order.id).unnamed)
    finally:
        stop.set()
        sweeper.join()
    assert _refs(connection) == {}
