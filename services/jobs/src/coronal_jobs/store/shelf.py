"""The shelf: the versions of data sets and models, kept beside the blobs, so that they outlive Redis."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from coronal_jobs.errors import NotFound
from coronal_jobs.registry import Named, NewVersion, RegistryKind, Version
from coronal_jobs.store.intake import Unreadable
from coronal_jobs.store.objects import Objects

__all__ = ["Shelf"]

_VERSIONS = "registry"
_FILES = "registry-files"
_NAMES = "registry-names"
_SHARDS = tuple(f"{number:02x}" for number in range(256))

T = TypeVar("T", bound=BaseModel)


class Shelf:
    """Versions, each from before it is published until it is withdrawn, and what is known of their names.

    So no version is lost with Redis, its files stay, none that was deleted comes back, and no number is given
    a second time.

    Parameters
    ----------
    objects
        Where the blobs are.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put(self, version: Version) -> None:
        """Lay a version here; it is here for good when this returns.

        Raises
        ------
        StoreFull, StoreUnavailable
            When it can't be kept.
        """
        self._objects.put(dict.fromkeys(_keys(version), version.model_dump_json().encode()))

    def remove(self, version: Version) -> None:
        """Take a version away for good; one that isn't here is no error."""
        self._objects.delete(_keys(version))

    def has(self, version: Version) -> bool:
        """Tell whether a version lies here."""
        return self._objects.has(_keys(version)[0])

    def earlier(self, new: NewVersion) -> Version | None:
        """Give what the same job has laid here of the same content: it died before it could publish it."""
        shard = f"{_VERSIONS}/{new.sha256[:2]}"
        for name in self._objects.names(shard):
            if name.startswith(f"{new.sha256}.{new.kind}.{new.name}."):
                with suppress(NotFound, Unreadable):
                    version = self.read(f"{shard}/{name}")
                    if version.job == new.job:
                        return version
        return None

    def names_blob(self, sha256: str) -> bool:
        """Tell whether a version that lies here has this file."""
        shards = (f"{root}/{sha256[:2]}" for root in (_VERSIONS, _FILES))
        return any(name.startswith(sha256) for shard in shards for name in self._objects.names(shard))

    def places(self) -> Iterator[str]:
        """Give where each version lies."""
        for shard in _SHARDS:
            for name in self._objects.names(f"{_VERSIONS}/{shard}"):
                yield f"{_VERSIONS}/{shard}/{name}"

    def read(self, place: str) -> Version:
        """Give a version.

        Raises
        ------
        NotFound
            When there is none.
        Unreadable
            When it can't be read.
        """
        return self._read(place, Version)

    def put_name(self, named: Named) -> None:
        """Keep what is known of a name, in place of what was before."""
        self._objects.replace(_name_key(named.kind, named.name), named.model_dump_json().encode())

    def name(self, kind: RegistryKind, name: str) -> Named:
        """Give what is known of a name: nothing, where it is new."""
        with suppress(NotFound, Unreadable):
            return self._read(_name_key(kind, name), Named)
        return Named(kind=kind, name=name)

    def names(self) -> Iterator[Named]:
        """Give what is known of all names; what can't be read is left out."""
        for name in self._objects.names(_NAMES):
            with suppress(NotFound, Unreadable):
                yield self._read(f"{_NAMES}/{name}", Named)

    def _read(self, key: str, model: type[T]) -> T:
        content = self._objects.get(key)
        try:
            return model.model_validate_json(content)
        except ValidationError as broken:
            raise Unreadable("what lies beside the blobs can't be read") from broken


def _keys(version: Version) -> list[str]:
    """Give where a version lies: by its own file, and by each that stays with it."""
    roots = (_VERSIONS, *(_FILES for _ in version.digests[1:]))
    suffix = f"{version.kind}.{version.name}.{version.version}"
    return [
        f"{root}/{sha256[:2]}/{sha256}.{suffix}" for root, sha256 in zip(roots, version.digests, strict=True)
    ]


def _name_key(kind: RegistryKind, name: str) -> str:
    return f"{_NAMES}/{kind}.{name}"
