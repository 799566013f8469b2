"""The intake: what was ordered, kept beside the blobs, so that it outlives the loss of Redis."""

import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coronal.errors import CoronalError
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.job import Job, Order
from coronal_jobs.store.admission import Terms
from coronal_jobs.store.objects import Objects

__all__ = ["Entry", "Intake", "Name", "Unreadable", "names_of"]

_ROOT = "intake"
_REFERENCES = "intake-references"
_SHARDS = tuple(f"{number:02x}" for number in range(256))


class Unreadable(CoronalError):
    """Raised when what lies beside the blobs can't be read: its writer died, or the disk has broken it."""

    code = "unreadable"


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """What an entry is called: in the order of the jobs' ids, which is that of time."""

    job_id: str
    sha256: str
    root: str = _ROOT

    @property
    def key(self) -> str:
        """Where it lies: with all others whose image has a digest that starts alike."""
        return f"{self.root}/{self.sha256[:2]}/{self.sha256}.{self.job_id}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Take the last part of a key apart."""
        sha256, _, job_id = text.partition(".")
        return cls(job_id, sha256)


def names_of(job: Order | Job) -> tuple[Name, ...]:
    """Give what the entry of a job is called: by its image, and by its reference where it has one."""
    names = [Name(job.id, job.input.sha256)]
    if job.reference is not None:
        names.append(Name(job.id, job.reference.sha256, _REFERENCES))
    return tuple(names)


class Entry(BaseModel):
    """An order, and what is needed to admit it again on the same terms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: Order
    key_digest: str = Field(default="", description="What Redis is told of the sender's key.")
    key_ends_s: float = Field(default=0.0, description="Until when it is known, in s since 1970.")

    @classmethod
    def of(cls, order: Order, terms: Terms) -> Self:
        """Write down an order with its key, as Redis is told of it."""
        key = terms.key_digest()
        return cls(order=order, key_digest=key, key_ends_s=time.time() + terms.keep_key_s if key else 0.0)

    def terms(self) -> Terms:
        """Give the terms on which the order is admitted again, however many there are by now."""
        left_s = self.key_ends_s - time.time()
        key = self.key_digest if left_s > 0 else ""
        return Terms(
            most_active=sys.maxsize, known_digest=key, keep_key_s=left_s, first_epoch=round(time.time())
        )

    @property
    def name(self) -> Name:
        """What it is called by its image."""
        return names_of(self.order)[0]


class Intake:
    """Orders, from before they are admitted until their jobs are deleted.

    The order of steps keeps the promise that no job is lost and that none which was deleted comes back: an
    entry is on the disk before its job is admitted, and gone from it before the record goes. As long as there
    is an entry the bytes of its image stay, whatever Redis has forgotten.

    Parameters
    ----------
    objects
        Where the blobs are.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put(self, *entries: Entry) -> None:
        """Keep entries; they are there for good when this returns.

        Raises
        ------
        StoreFull
            When the disk is full; then none is there.
        StoreUnavailable
            When they can't be kept for another reason.
        """
        self._objects.put({name.key: _text_of(entry) for entry in entries for name in names_of(entry.order)})

    @contextmanager
    def being_put(self, entry: Entry) -> Iterator[None]:
        """Keep an entry while a block writes its image; both are there for good after the block.

        A disk syncs two files at once in about the time that it takes for one.

        Raises
        ------
        StoreFull, StoreUnavailable
            When it can't be kept, or from the block; then there is no entry.
        """
        try:
            with ThreadPoolExecutor(1) as pool:
                putting = pool.submit(self.put, entry)
                yield
            putting.result()
        except StoreUnavailable:
            self.remove(names_of(entry.order))
            raise

    def read(self, name: Name) -> Entry:
        """Give an entry.

        Raises
        ------
        NotFound
            When there is none.
        Unreadable
            When it can't be read.
        """
        content = self._objects.get(name.key)
        try:
            return Entry.model_validate_json(content)
        except ValidationError as broken:
            raise Unreadable("an entry of the intake can't be read") from broken

    def has(self, name: Name) -> bool:
        """Tell whether there is an entry."""
        return self._objects.has(name.key)

    def remove(self, names: Iterable[Name]) -> None:
        """Remove entries for good, under all their names; one that isn't there is no error.

        Raises
        ------
        StoreUnavailable
            When they can't be removed.
        """
        self._objects.delete([name.key for name in names])

    def names_blob(self, sha256: str) -> bool:
        """Tell whether there is an entry whose image or reference this is."""
        shards = (f"{root}/{sha256[:2]}" for root in (_ROOT, _REFERENCES))
        return any(Name.read(one).sha256 == sha256 for shard in shards for one in self._objects.names(shard))

    def names(self) -> list[Name]:
        """Give the names of all entries, the oldest first."""
        return sorted(self._all())

    def _all(self) -> Iterator[Name]:
        for shard in _SHARDS:
            yield from map(Name.read, self._objects.names(f"{_ROOT}/{shard}"))


def _text_of(entry: Entry) -> bytes:
    """Write an entry; a part of it is no JSON, so that half an entry is never taken for a whole one."""
    return entry.model_dump_json(exclude_defaults=True).encode()
