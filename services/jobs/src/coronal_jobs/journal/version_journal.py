"""The version journal: versions of data sets and models beside the blobs, so that they outlive Redis."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from coronal_jobs.blobs.objects import Objects
from coronal_jobs.errors import NotFound
from coronal_jobs.journal.submission_journal import Unreadable
from coronal_jobs.records.registry import Named, NewVersion, RegistryKind, Version

__all__ = ["VersionJournal"]

_VERSIONS = "registry"
_FILES = "registry-files"
_NAMES = "registry-names"
_SHARDS = tuple(f"{number:02x}" for number in range(256))

T = TypeVar("T", bound=BaseModel)


class VersionJournal:
    """A write-ahead journal of versions, from before they are published until withdrawn, and of names.

    No version is lost with Redis, its files stay, no withdrawn one comes back, and no number is reused.

    Parameters
    ----------
    objects
        Where the blobs are.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put(self, version: Version) -> None:
        """Write a version; it is durable when this returns.

        Raises
        ------
        StoreFull, StoreUnavailable
            When it can't be kept.
        """
        self._objects.put(dict.fromkeys(_keys(version), version.model_dump_json().encode()))

    def remove(self, version: Version) -> None:
        """Remove a version durably; a missing one is no error."""
        self._objects.delete(_keys(version))

    def has(self, version: Version) -> bool:
        """Return whether there is a version."""
        return self._objects.has(_keys(version)[0])

    def earlier(self, new: NewVersion) -> Version | None:
        """Return the version that an earlier attempt of the job wrote and died before publishing."""
        shard = f"{_VERSIONS}/{new.sha256[:2]}"
        for name in self._objects.names(shard):
            if name.startswith(f"{new.sha256}.{new.kind}.{new.name}."):
                with suppress(NotFound, Unreadable):
                    version = self.read(f"{shard}/{name}")
                    if version.job == new.job:
                        return version
        return None

    def references_blob(self, sha256: str) -> bool:
        """Return whether a version has this blob as a file."""
        shards = (f"{root}/{sha256[:2]}" for root in (_VERSIONS, _FILES))
        return any(name.startswith(sha256) for shard in shards for name in self._objects.names(shard))

    def places(self) -> Iterator[str]:
        """Yield the key of each version."""
        for shard in _SHARDS:
            for name in self._objects.names(f"{_VERSIONS}/{shard}"):
                yield f"{_VERSIONS}/{shard}/{name}"

    def read(self, place: str) -> Version:
        """Return a version.

        Raises
        ------
        NotFound
            When there is none.
        Unreadable
            When it can't be read.
        """
        return self._read(place, Version)

    def put_name(self, named: Named) -> None:
        """Replace the last number and aliases of a name."""
        self._objects.replace(_name_key(named.kind, named.name), named.model_dump_json().encode())

    def name(self, kind: RegistryKind, name: str) -> Named:
        """Return the last number and aliases of a name; none where it is new."""
        with suppress(NotFound, Unreadable):
            return self._read(_name_key(kind, name), Named)
        return Named(kind=kind, name=name)

    def names(self) -> Iterator[Named]:
        """Yield the last number and aliases of each name; unreadable ones are skipped."""
        for name in self._objects.names(_NAMES):
            with suppress(NotFound, Unreadable):
                yield self._read(f"{_NAMES}/{name}", Named)

    def _read(self, key: str, model: type[T]) -> T:
        content = self._objects.get(key)
        try:
            return model.model_validate_json(content)
        except ValidationError as broken:
            raise Unreadable("an entry of the version journal can't be read") from broken


def _keys(version: Version) -> list[str]:
    """Return the keys of a version: by its model or data file, and by each further file."""
    roots = (_VERSIONS, *(_FILES for _ in version.digests[1:]))
    suffix = f"{version.kind}.{version.name}.{version.version}"
    return [
        f"{root}/{sha256[:2]}/{sha256}.{suffix}" for root, sha256 in zip(roots, version.digests, strict=True)
    ]


def _name_key(kind: RegistryKind, name: str) -> str:
    return f"{_NAMES}/{kind}.{name}"
