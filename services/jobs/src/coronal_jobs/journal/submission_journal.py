"""The submission journal: orders, written ahead beside the blobs, so that they survive a loss of Redis."""

import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coronal.errors import CoronalError
from coronal_jobs.blobs.objects import Objects
from coronal_jobs.errors import StoreUnavailable
from coronal_jobs.records.admission import Terms
from coronal_jobs.records.job import Job, Order

__all__ = ["Entry", "Name", "SubmissionJournal", "Unreadable", "names_of"]

_ROOT = "submission_journal"
_REFERENCES = "submission_journal-references"
_MAX_WRITERS = 32
"""Entries that are written at once; their threads are started as they are needed, and stay."""

_SHARDS = tuple(f"{number:02x}" for number in range(256))


class Unreadable(CoronalError):
    """Raised when a journal entry can't be parsed: its writer died, or the disk has damaged it."""

    code = "unreadable"


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """The name of an entry; names sort by job id, that is by time."""

    job_id: str
    sha256: str
    root: str = _ROOT

    @property
    def key(self) -> str:
        """Key of the object: in the shard of the digest's first two digits."""
        return f"{self.root}/{self.sha256[:2]}/{self.sha256}.{self.job_id}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Parse the last part of a key."""
        sha256, _, job_id = text.partition(".")
        return cls(job_id, sha256)


def names_of(job: Order | Job) -> tuple[Name, ...]:
    """Return the names of a job's entry: by its image, and by its reference where it has one."""
    names = [Name(job.id, job.input.sha256)]
    if job.reference is not None:
        names.append(Name(job.id, job.reference.sha256, _REFERENCES))
    return tuple(names)


class Entry(BaseModel):
    """An order, with the terms on which it is admitted again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: Order
    key_digest: str = Field(default="", description="Digest of the idempotency key.")
    key_ends_s: float = Field(default=0.0, description="Expiry of the key, in s since 1970.")

    @classmethod
    def of(cls, order: Order, terms: Terms) -> Self:
        """Make an entry of an order and the digest of its key."""
        key = terms.key_digest()
        return cls(order=order, key_digest=key, key_ends_s=time.time() + terms.keep_key_s if key else 0.0)

    def terms(self) -> Terms:
        """Return the terms on which the order is admitted again, however many there are by now."""
        left_s = self.key_ends_s - time.time()
        key = self.key_digest if left_s > 0 else ""
        return Terms(
            max_active=sys.maxsize, known_digest=key, keep_key_s=left_s, first_epoch=round(time.time())
        )

    @property
    def name(self) -> Name:
        """Its name by its image."""
        return names_of(self.order)[0]


class SubmissionJournal:
    """A write-ahead journal of orders, from before they are admitted until their jobs are deleted.

    No job is lost and no deleted job comes back, because an entry is durable before its job is admitted, and
    removed before the record is deleted. While there is an entry the bytes of its image stay, whatever Redis
    has lost.

    Parameters
    ----------
    objects
        Where the blobs are.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._writers = ThreadPoolExecutor(_MAX_WRITERS)

    def put(self, *entries: Entry) -> None:
        """Write entries, several at a time; they are durable when this returns.

        Raises
        ------
        StoreFull
            When the disk is full; then none is there.
        StoreUnavailable
            When they can't be kept for another reason; then none is there.
        """
        with self.write_ahead(*entries):
            pass

    @contextmanager
    def write_ahead(self, *entries: Entry) -> Iterator[None]:
        """Write entries while a block writes their images; all are durable after the block.

        A disk syncs two files at once in about the time that it takes for one.

        Raises
        ------
        StoreFull, StoreUnavailable
            When they can't be kept, or from the block; then there is no entry.
        """
        try:
            puts = [self._writers.submit(self._put_one, entry) for entry in entries]
            try:
                yield
            finally:
                wait(puts)
            for written in puts:
                written.result()
        except StoreUnavailable:
            self.remove(name for entry in entries for name in names_of(entry.order))
            raise

    def read(self, name: Name) -> Entry:
        """Return an entry.

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
            raise Unreadable("an entry of the submission journal can't be read") from broken

    def has(self, name: Name) -> bool:
        """Return whether there is an entry."""
        return self._objects.has(name.key)

    def remove(self, names: Iterable[Name]) -> None:
        """Remove entries durably, under all their names; a missing one is no error.

        Raises
        ------
        StoreUnavailable
            When they can't be removed.
        """
        self._objects.delete([name.key for name in names])

    def references_blob(self, sha256: str) -> bool:
        """Return whether an entry has this blob as its image or reference."""
        shards = (f"{root}/{sha256[:2]}" for root in (_ROOT, _REFERENCES))
        return any(Name.read(one).sha256 == sha256 for shard in shards for one in self._objects.names(shard))

    def names(self) -> list[Name]:
        """Return the names of all entries, the oldest first."""
        return sorted(self._all())

    def _put_one(self, entry: Entry) -> None:
        self._objects.put(dict.fromkeys([name.key for name in names_of(entry.order)], _text_of(entry)))

    def _all(self) -> Iterator[Name]:
        for shard in _SHARDS:
            yield from map(Name.read, self._objects.names(f"{_ROOT}/{shard}"))


def _text_of(entry: Entry) -> bytes:
    """Serialize an entry as JSON: a truncated one does not parse."""
    return entry.model_dump_json(exclude_defaults=True).encode()
