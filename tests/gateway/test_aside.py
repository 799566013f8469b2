"""Blobs that are written and read aside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from coronal_gateway.aside import BlobsAside
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


def test_what_is_wrong_is_told_as_ever(blobs: BlobsAside) -> None:
    with pytest.raises(NotFound):
        blobs.stream("0" * 64)
    with blobs.writer(limit_bytes=3) as writer, pytest.raises(TooLarge):
        writer.write(b"pixels")
