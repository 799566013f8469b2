"""Blobs that are written and read aside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from coronal_gateway.aside import BlobsAside, ObjectsAside
from coronal_jobs.errors import NotFound, TooLarge

T = TypeVar("T")


class Aside:
    """Does what it is told here and now, and notes what it was."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def __call__(self, work: Callable[..., T], *arguments: Any) -> T:
        self.done.append(getattr(work, "__name__", ""))
        return work(*arguments)


@pytest.fixture
def aside() -> Aside:
    return Aside()


@pytest.fixture
def blobs(tmp_path: Path, aside: Aside) -> BlobsAside:
    return BlobsAside((tmp_path / "blobs").as_uri(), aside)


def test_all_that_a_slow_disk_could_hold_up_is_done_aside(blobs: BlobsAside, aside: Aside) -> None:
    with blobs.writer() as writer:
        writer.write(b"pixels")
        blob = writer.commit()
    assert blobs.read(blob.sha256) == b"pixels"
    blobs.delete(blob.sha256)
    assert blobs.free_bytes()
    assert aside.done == [
        "_WriterAside",
        "write",
        "commit",
        "discard",
        "stream",
        "next",
        "next",
        "delete",
        "free_bytes",
    ]


def test_so_is_what_lies_beside_the_blobs(blobs: BlobsAside, aside: Aside) -> None:
    objects = ObjectsAside(blobs.objects, aside)
    objects.put({"a/one": b"1"})
    objects.replace("a/one", b"2")
    assert (objects.get("a/one"), objects.has("a/two"), objects.names("a")) == (b"2", False, ["one"])
    objects.delete(["a/one"])
    assert aside.done == ["put", "replace", "get", "has", "names", "delete"]
    assert not blobs.objects.has("a/one")


def test_what_is_wrong_is_told_as_ever(blobs: BlobsAside) -> None:
    with pytest.raises(NotFound):
        blobs.stream("0" * 64)
    with blobs.writer(limit_bytes=3) as writer, pytest.raises(TooLarge):
        writer.write(b"pixels")
