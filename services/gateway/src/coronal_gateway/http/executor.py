"""Blocking work, offloaded so that it doesn't delay other requests."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Protocol, TypeVar

from coronal_jobs.blobs.objects import Objects
from coronal_jobs.blobs.store import Blob, BlobStore, BlobWriter

__all__ = ["Executor", "OffloadedBlobStore", "OffloadedObjects", "each_offloaded", "run_inline"]

T = TypeVar("T")


class Executor(Protocol):
    """Runs a blocking call without delaying other requests, e.g. in a thread pool."""

    def __call__(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run the call and return its result; raises what it raises."""


def run_inline(work: Callable[..., T], *arguments: Any) -> T:
    """Run a call in the calling thread: for a server with a thread for each request."""
    return work(*arguments)


def each_offloaded(executor: Executor, items: Iterable[T]) -> Iterator[T]:
    """Yield items one by one, each produced in the executor; None ends the iteration."""
    iterator = iter(items)
    while (item := executor(next, iterator, None)) is not None:
        yield item


class OffloadedBlobStore(BlobStore):
    """A blob store whose blocking calls run in an executor: a slow disk delays only who waits for it.

    Parameters
    ----------
    url
        URL of the blob store, as of `BlobStore`.
    executor
        Executor of the blocking calls.
    """

    def __init__(self, url: str, executor: Executor) -> None:
        super().__init__(url)
        self._executor = executor

    def writer(self, *, limit_bytes: int | None = None) -> BlobWriter:
        """Start writing a blob."""
        return _OffloadedBlobWriter(self, limit_bytes, self._executor)

    def stream(self, sha256: str, size_bytes: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a blob in pieces; the last only once the digest is verified."""
        return each_offloaded(self._executor, self._executor(super().stream, sha256, size_bytes))

    def look(self, sha256: str, head_bytes: int) -> tuple[Blob, bytes]:
        """Return a blob's facts and first bytes; NotFound when there is none."""
        return self._executor(super().look, sha256, head_bytes)

    def scratch(self) -> BinaryIO:
        """Return an empty temporary file without a name."""
        return self._executor(super().scratch)

    def read_pack(self, name: str) -> bytes:
        """Read a pack, unchecked; NotFound when there is none."""
        return self._executor(super().read_pack, name)

    def delete(self, *names: str) -> int:
        """Delete blobs and packs; return how many were there, where the store says so."""
        return self._executor(super().delete, *names)

    def free_bytes(self) -> int | None:
        """Return the free space on the disk, in bytes."""
        return self._executor(super().free_bytes)


class OffloadedObjects(Objects):
    """Small objects whose blocking calls run in an executor.

    Parameters
    ----------
    objects
        The objects, with blocking calls.
    executor
        Executor of the blocking calls.
    """

    def __init__(self, objects: Objects, executor: Executor) -> None:
        self.store = objects.store
        self.folder = objects.folder
        self._objects = objects
        self._executor = executor

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Write objects."""
        self._executor(self._objects.put, contents)

    def replace(self, key: str, content: bytes) -> None:
        """Write an object, replacing another."""
        self._executor(self._objects.replace, key, content)

    def get(self, key: str) -> bytes:
        """Read an object."""
        return self._executor(self._objects.get, key)

    def has(self, key: str) -> bool:
        """Return whether there is an object."""
        return self._executor(self._objects.has, key)

    def delete(self, keys: Collection[str]) -> None:
        """Delete objects."""
        self._executor(self._objects.delete, keys)

    def names(self, under: str) -> list[str]:
        """Return the names of the objects directly under a prefix."""
        return self._executor(self._objects.names, under)


class _OffloadedBlobWriter(BlobWriter):
    def __init__(self, store: BlobStore, limit_bytes: int | None, executor: Executor) -> None:
        super().__init__(store, limit_bytes)
        self._executor = executor

    def write(self, piece: bytes) -> int:
        return super().write(piece) if self._is_held_with(piece) else self._executor(super().write, piece)

    def commit(self) -> Blob:
        return self._executor(super().commit)

    def discard(self) -> None:
        if self._file is not None:
            self._executor(super().discard)
