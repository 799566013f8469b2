"""A bucket that is away, silent or slow."""

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound, StoreUnavailable

CONTENT = bytes(range(256)) * 64
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def bucket_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], BlobStore]:
    """Open a bucket at a port of this machine."""

    def at(port: int) -> BlobStore:
        for name, value in {
            "AWS_ENDPOINT": f"http://127.0.0.1:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_REGION": "c",
        }.items():
            monkeypatch.setenv(name, value)
        return BlobStore("s3://bucket")

    return at


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes what is sent and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class Bucket(BaseHTTPRequestHandler):
    """Has one object, which it hands out slowly."""

    pieces, pause_s = 8, 0.5
    content = CONTENT
    asked: list[str]

    def do_HEAD(self) -> None:
        self._begin()

    def do_GET(self) -> None:
        if self._begin():
            size = len(self.content) // self.pieces
            for first in range(0, len(self.content), size):
                self.wfile.write(self.content[first : first + size])
                time.sleep(self.pause_s)

    def _begin(self) -> bool:
        type(self).asked.append(f"{self.command} {self.path}")
        is_there = self.path.endswith(DIGEST)
        self.send_response(200 if is_there else 404)
        self.send_header("Content-Length", str(len(self.content) if is_there else 0))
        self.send_header("Last-Modified", "Sat, 28 Nov 2026 12:00:00 GMT")
        self.send_header("ETag", '"a"')
        self.end_headers()
        return is_there

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def slow() -> Iterator[int]:
    Bucket.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Bucket) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def operations(store: BlobStore) -> list[Callable[[], object]]:
    return [
        lambda: store.put(b"pixels"),
        lambda: store.read(DIGEST),
        lambda: store.has(DIGEST),
        lambda: store.look(DIGEST, 3),
        lambda: store.delete(DIGEST),
        lambda: store.objects.put({"submission_journal/a": b"order"}),
        lambda: store.objects.get("submission_journal/a"),
        lambda: store.objects.names("submission_journal"),
        lambda: store.objects.delete(["submission_journal/a"]),
    ]


def test_a_bucket_that_refuses_connections_is_away(bucket_at) -> None:
    for operation in operations(bucket_at(9)):
        with pytest.raises(StoreUnavailable, match="doesn't answer"):
            operation()


def test_a_bucket_that_never_answers_is_away_and_many_who_ask_wait_once(bucket_at, silent: int) -> None:
    store = bucket_at(silent)
    failed: list[StoreUnavailable] = []

    def ask(operation: Callable[[], object]) -> None:
        try:
            operation()
        except StoreUnavailable as away:
            failed.append(away)

    with pytest.raises(StoreUnavailable, match="doesn't answer"):
        store.put(b"pixels")
    # One after the other they would take 45 s, if each waited for the bucket.
    threads = [threading.Thread(target=ask, args=(one,), daemon=True) for one in 2 * operations(store)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 4.9
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    assert len(failed) == len(threads)


def test_a_bucket_that_answers_again_is_asked_again(bucket_at, slow: int, eventually) -> None:
    store = bucket_at(9)
    with pytest.raises(StoreUnavailable):
        store.has(DIGEST)
    there = bucket_at(slow)
    store.objects.store = there.objects.store
    eventually(lambda: store.has(DIGEST), "it is asked again")


def test_a_large_object_may_take_longer_than_an_answer(bucket_at, slow: int) -> None:
    assert Bucket.pieces * Bucket.pause_s > 2.5
    assert bucket_at(slow).read(DIGEST) == Bucket.content


def test_what_isnt_in_a_bucket_is_not_found_and_the_bucket_not_away(bucket_at, slow: int) -> None:
    store = bucket_at(slow)
    for _ in range(2):
        with pytest.raises(NotFound):
            store.read("b" * 64)
        assert not store.has("b" * 64)
    assert [one for one in Bucket.asked if not one.endswith("b" * 64)] == []
