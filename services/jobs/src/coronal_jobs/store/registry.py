"""The registry in Redis: data sets and models under their names."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coronal_jobs.errors import NotFound, VersionInUse
from coronal_jobs.registry import LATEST, Named, NewVersion, RegistryKind, Version, Wanted
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.paging import older
from coronal_jobs.store.scripts import source_of
from coronal_jobs.store.shelf import Shelf

__all__ = ["NewestPage", "Registry"]

_NOUNS: Mapping[RegistryKind, str] = {"datasets": "data set", "models": "model"}


@dataclass(frozen=True, slots=True)
class NewestPage:
    """The newest version of some names, the last published first, and where the next page starts."""

    versions: tuple[Version, ...]
    cursor: str


class Registry:
    """The versions of data sets and models, and the aliases of models.

    Parameters
    ----------
    connection
        The Redis.
    shelf
        Where the same lies beside the blobs.

    Attributes
    ----------
    shelf
        The same.
    """

    def __init__(self, connection: Connection, shelf: Shelf) -> None:
        self.shelf = shelf
        self._redis = connection
        self._publish, self._restore, self._withdraw, self._promote, self._rollback = (
            connection.register_script(source_of(name))
            for name in ("publish", "restore", "withdraw", "promote", "rollback")
        )

    def prepare(self, new: NewVersion) -> Version:
        """Give what is about to be published its number, and lay it beside the blobs.

        The same content is the same version: where it is published already, that one is given. So is what the
        same job has prepared before.

        Raises
        ------
        StoreFull, StoreUnavailable
            When it can't be kept.
        """
        known = self._published(new) or self.shelf.earlier(new)
        if known is not None:
            return known
        self.restore(self.shelf.name(new.kind, new.name))
        version = new.numbered(
            self._redis.execute_command("HINCRBY", f"coronal:{new.kind}:{new.name}", "last", 1)
        )
        self.shelf.put(version)
        self._remember(new.kind, new.name)
        return version

    def settle(self, version: Version) -> None:
        """Leave beside the blobs what is published, and nothing of what isn't: after the commit."""
        published = self._read(version.kind, version.name, version.version)
        if published != version:
            self.shelf.remove(version)
        elif not self.shelf.has(version):
            self.shelf.put(version)

    def publish(self, version: Version) -> bool:
        """Publish a version again that lies beside the blobs; False where it is known."""
        return bool(self._publish(args=[version.model_dump_json()]) == "published")

    def restore(self, named: Named) -> None:
        """Let Redis know again what it has forgotten of a name."""
        aliases = (text for alias, stood in named.aliases.items() for text in (alias, json.dumps(stood)))
        self._restore(args=[named.kind, named.name, named.last, *aliases])

    def get(self, kind: RegistryKind, wanted: Wanted) -> Version:
        """Give the version that is wanted.

        Raises
        ------
        NotFound
            When there is none, or no such alias.
        """
        number = wanted.version or self._number(kind, wanted)
        version = self._read(kind, wanted.name, number)
        if version is None:
            raise NotFound(_NOUNS[kind], f"{wanted.name}@{wanted.version or wanted.alias}")
        return version

    def names(self, kind: RegistryKind) -> list[str]:
        """Give all names, the last published first."""
        return list(self._redis.execute_command("ZREVRANGE", f"coronal:{kind}", 0, -1))

    def versions(self, kind: RegistryKind, name: str) -> list[Version]:
        """Give the versions of a name, newest first; NotFound when there is none."""
        found = self._redis.execute_command("HGETALL", f"coronal:{kind}:{name}")
        versions = [Version.model_validate_json(text) for field, text in found.items() if field != "last"]
        if not versions:
            raise NotFound(_NOUNS[kind], name)
        return sorted(versions, key=lambda version: -version.version)

    def newest(self, kind: RegistryKind, *, before: str = "", limit: int = 50) -> NewestPage:
        """Give the newest version of some names.

        Parameters
        ----------
        kind
            Data sets or models.
        before
            The cursor of the page before; empty for the first.
        limit
            How many at most.
        """
        names, cursor = older(self._redis, f"coronal:{kind}", before, limit)
        keys = [f"coronal:{kind}:{name}" for name in names]
        numbers = map(_largest, self._redis.ask_all(*(("HKEYS", key) for key in keys)))
        texts = self._redis.ask_all(
            *(("HGET", key, number) for key, number in zip(keys, numbers, strict=True))
        )
        # One that was deleted just now is left out.
        return NewestPage(tuple(Version.model_validate_json(text) for text in texts if text), cursor)

    def withdraw(self, version: Version) -> list[str]:
        """Remove a version for good; give the SHA-256 of blobs that no record names any more.

        Raises
        ------
        NotFound
            When there is none.
        VersionInUse
            When an alias stands for it.
        """
        if version.kind == "models":
            _refuse_in_use(version, self.aliases(version.name))
        # First what would bring it back: of two steps the second may never be taken.
        self.shelf.remove(version)
        answer, *unnamed = self._withdraw(args=[version.kind, version.name, version.version])
        if answer == "unknown":
            raise NotFound(_NOUNS[version.kind], str(version))
        if answer != "withdrawn":
            self.shelf.put(version)  # an alias was given to it just now
            raise VersionInUse(str(version), answer)
        return list(unnamed)

    def aliases(self, name: str) -> dict[str, int]:
        """Give the aliases of a model, and for which version each stands."""
        return self.aliases_of([name])[0]

    def aliases_of(self, names: Sequence[str]) -> list[dict[str, int]]:
        """Give the same of several models."""
        found = self._redis.ask_all(*(("HGETALL", f"coronal:aliases:{name}") for name in names))
        return [{alias: json.loads(stood)[0] for alias, stood in sorted(each.items())} for each in found]

    def promote(self, name: str, alias: str, version: int) -> None:
        """Let an alias of a model stand for a version; NotFound when there is none."""
        if self._promote(args=[name, alias, version]) == "unknown":
            raise NotFound("model", f"{name}@{version}")
        self._remember("models", name)

    def roll_back(self, name: str, alias: str) -> int:
        """Let an alias stand for what it stood for before, and give that version's number.

        Raises
        ------
        NotFound
            When there is no such alias, or it stood for nothing before that is still there.
        """
        number = int(self._rollback(args=[name, alias]))
        if number < 0:
            raise NotFound("model", f"{name}@{alias}")
        if not number:
            raise NotFound("earlier version of", f"{name}@{alias}")
        self._remember("models", name)
        return number

    def forget_alias(self, name: str, alias: str) -> None:
        """Let an alias stand for nothing any more; NotFound when there is none."""
        if not self._redis.execute_command("HDEL", f"coronal:aliases:{name}", alias):
            raise NotFound("model", f"{name}@{alias}")
        self._remember("models", name)

    def _published(self, new: NewVersion) -> Version | None:
        try:
            versions = self.versions(new.kind, new.name)
        except NotFound:
            return None
        return next((version for version in versions if version.sha256 == new.sha256), None)

    def _remember(self, kind: RegistryKind, name: str) -> None:
        """Keep what is known of a name beside the blobs, however many change it at once."""
        kept = None
        while (known := self._named(kind, name)) != kept:
            self.shelf.put_name(known)
            kept = known

    def _named(self, kind: RegistryKind, name: str) -> Named:
        last, aliases = self._redis.ask_at_once(
            ("HGET", f"coronal:{kind}:{name}", "last"), ("HGETALL", f"coronal:aliases:{name}")
        )
        stood = {alias: json.loads(text) for alias, text in aliases.items()} if kind == "models" else {}
        return Named(kind=kind, name=name, last=int(last or 0), aliases=stood)

    def _read(self, kind: RegistryKind, name: str, number: int) -> Version | None:
        text = number and self._redis.execute_command("HGET", f"coronal:{kind}:{name}", number)
        return Version.model_validate_json(text) if text else None

    def _number(self, kind: RegistryKind, wanted: Wanted) -> int:
        """Give the number of an alias; 0 where it stands for none."""
        if wanted.alias == LATEST:
            return _largest(self._redis.execute_command("HKEYS", f"coronal:{kind}:{wanted.name}"))
        return self.aliases(wanted.name).get(wanted.alias, 0) if kind == "models" else 0


def _largest(fields: Sequence[str]) -> int:
    return max((int(field) for field in fields if field != "last"), default=0)


def _refuse_in_use(version: Version, aliases: Mapping[str, int]) -> None:
    for alias, number in aliases.items():
        if number == version.version:
            raise VersionInUse(str(version), alias)
