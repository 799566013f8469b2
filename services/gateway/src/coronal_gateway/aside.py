"""Work that would hold up all other requests, done beside them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, Protocol, TypeVar

from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.store.blobs import Blob, BlobStore, BlobWriter
from coronal_jobs.store.intake import Entry, Intake, names_of
from coronal_jobs.store.objects import Objects

__all__ = ["Aside", "BlobsAside", "IntakeAside", "ObjectsAside", "directly", "each_aside"]

T = TypeVar("T")

_AT_ONCE = 8


class Aside(Protocol):
    """Does a piece of work elsewhere, and gives what it gives, while other requests go on."""

    def __call__(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do it."""


def directly(work: Callable[..., T], *arguments: Any) -> T:
    """Do a piece of work here and now: for a server that gives each request a thread of its own."""
    return work(*arguments)


def each_aside(aside: Aside, things: Iterable[T]) -> Iterator[T]:
    """Give what there is to give one by one, each made elsewhere; what is None ends it."""
    left = iter(things)
    while (one := aside(next, left, None)) is not None:
        yield one


class BlobsAside(BlobStore):
    """A blob store of which a slow disk holds up those only who wait for it.

    Parameters
    ----------
    url
        As of a `BlobStore`.
    aside
        Where it is written and read.
    """

    def __init__(self, url: str, aside: Aside) -> None:
        super().__init__(url)
        self._aside = aside

    def writer(self, *, limit_bytes: int | None = None) -> BlobWriter:
        """Start to write a blob."""
        return self._aside(_WriterAside, self, limit_bytes, self._aside)

    def stream(self, sha256: str, size_bytes: int | None = None) -> Iterator[bytes]:
        """Return the bytes of a blob piece by piece; the last when all are checked."""
        return each_aside(self._aside, self._aside(super().stream, sha256, size_bytes))

    def look(self, sha256: str, head_bytes: int) -> tuple[Blob, bytes]:
        """Tell of a blob, with its first bytes; NotFound when there is none."""
        return self._aside(super().look, sha256, head_bytes)

    def scratch(self) -> BinaryIO:
        """Give an empty file without a name."""
        return self._aside(super().scratch)

    def delete(self, *digests: str) -> None:
        """Remove blobs."""
        self._aside(super().delete, *digests)

    def free_bytes(self) -> int | None:
        """Tell how much the disk can take."""
        return self._aside(super().free_bytes)


class ObjectsAside(Objects):
    """Small objects of which a slow disk holds up those only who wait for it.

    Parameters
    ----------
    objects
        The same, here and now.
    aside
        Where they are written and read.
    """

    def __init__(self, objects: Objects, aside: Aside) -> None:
        self.store = objects.store
        self.folder = objects.folder
        self._objects = objects
        self._aside = aside

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Write objects."""
        self._aside(self._objects.put, contents)

    def replace(self, key: str, content: bytes) -> None:
        """Write an object in place of another."""
        self._aside(self._objects.replace, key, content)

    def get(self, key: str) -> bytes:
        """Read an object."""
        return self._aside(self._objects.get, key)

    def has(self, key: str) -> bool:
        """Tell whether there is an object."""
        return self._aside(self._objects.has, key)

    def delete(self, keys: Collection[str]) -> None:
        """Remove objects."""
        self._aside(self._objects.delete, keys)

    def names(self, under: str) -> list[str]:
        """Give the names of the objects right under a prefix."""
        return self._aside(self._objects.names, under)


class IntakeAside(Intake):
    """An intake that keeps the many entries of a batch a few at a time."""

    def put(self, *entries: Entry) -> None:
        """Keep entries: a disk syncs several in hardly more time than one."""
        put = super().put
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            puts = [pool.submit(put, entry) for entry in entries]
        try:
            for one in puts:
                one.result()
        except StoreUnavailable:
            self.remove(name for entry in entries for name in names_of(entry.order))
            raise


class _WriterAside(BlobWriter):
    def __init__(self, store: BlobStore, limit_bytes: int | None, aside: Aside) -> None:
        super().__init__(store, limit_bytes)
        self._aside = aside

    def write(self, piece: bytes) -> int:
        return self._aside(super().write, piece)

    def commit(self) -> Blob:
        return self._aside(super().commit)

    def discard(self) -> None:
        self._aside(super().discard)
