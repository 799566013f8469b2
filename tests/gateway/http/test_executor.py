"""Blob store and objects whose blocking calls run in an executor."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from coronal_gateway.http.executor import OffloadedBlobStore, OffloadedObjects
from coronal_jobs.errors import NotFound, TooLarge

T = TypeVar("T")


class RecordingExecutor:
    """Runs calls inline, and records their names."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __call__(self, work: Callable[..., T], *arguments: Any) -> T:
        self.calls.append(getattr(work, "__name__", ""))
        return work(*arguments)


@pytest.fixture
def executor() -> RecordingExecutor:
    return RecordingExecutor()


@pytest.fixture
def blobs(tmp_path: Path, executor: RecordingExecutor) -> OffloadedBlobStore:
    return OffloadedBlobStore((tmp_path / "blobs").as_uri(), executor)


def test_blocking_calls_of_the_blob_store_are_offloaded(
    blobs: OffloadedBlobStore, executor: RecordingExecutor
) -> None:
    with blobs.writer() as writer:
        writer.write(b"pixels" * 50_000)
        blob = writer.commit()
    assert blobs.read(blob.sha256) == b"pixels" * 50_000
    blobs.delete(blob.sha256)
    assert blobs.free_bytes()
    assert executor.calls == [
        "write",
        "commit",
        "stream",
        "next",
        "next",
        "delete",
        "free_bytes",
    ]


def test_a_small_blob_is_offloaded_once_and_one_that_is_discarded_never(
    blobs: OffloadedBlobStore, executor: RecordingExecutor
) -> None:
    with blobs.writer() as writer:
        writer.write(b"pix")
        writer.write(b"els")
        blob = writer.commit()
    assert executor.calls == ["commit"]
    assert blobs.read(blob.sha256) == b"pixels"
    executor.calls.clear()
    with blobs.writer() as writer:
        writer.write(b"other pixels")
    assert executor.calls == []
    with blobs.writer() as writer:
        writer.write(b"pixels" * 50_000)
    assert executor.calls == ["write", "discard"]


def test_blocking_calls_of_the_objects_are_offloaded(
    blobs: OffloadedBlobStore, executor: RecordingExecutor
) -> None:
    objects = OffloadedObjects(blobs.objects, executor)
    objects.put({"a/one": b"1"})
    objects.replace("a/one", b"2")
    assert (objects.get("a/one"), objects.has("a/two"), objects.names("a")) == (b"2", False, ["one"])
    objects.delete(["a/one"])
    assert executor.calls == ["put", "replace", "get", "has", "names", "delete"]
    assert not blobs.objects.has("a/one")


def test_errors_pass_through_the_executor(blobs: OffloadedBlobStore) -> None:
    with pytest.raises(NotFound):
        blobs.stream("0" * 64)
    with blobs.writer(limit_bytes=3) as writer, pytest.raises(TooLarge):
        writer.write(b"pixels")
