"""The registry of data sets and models, in Redis."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coronal_jobs.errors import NotFound, VersionInUse
from coronal_jobs.journal.version_journal import VersionJournal
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.paging import older
from coronal_jobs.records.registry import LATEST, Named, NewVersion, RegistryKind, Version, VersionSelector
from coronal_jobs.records.scripts import source_of

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
    version_journal
        The journal of the versions, beside the blobs.

    Attributes
    ----------
    version_journal
        The same.
    """

    def __init__(self, connection: Connection, version_journal: VersionJournal) -> None:
        self.version_journal = version_journal
        self._redis = connection
        self._publish, self._restore, self._withdraw, self._promote, self._rollback = (
            connection.register_script(source_of(name))
            for name in ("publish", "restore", "withdraw", "promote", "rollback")
        )

    def prepare(self, new: NewVersion) -> Version:
        """Assign a number to a version that is about to be published, and write it to the journal.

        The same content is the same version: one that is published already is returned, and so is what an
        earlier attempt of the job has prepared.

        Raises
        ------
        StoreFull, StoreUnavailable
            When it can't be kept.
        """
        known = self._published(new) or self.version_journal.earlier(new)
        if known is not None:
            return known
        self.restore(self.version_journal.name(new.kind, new.name))
        version = new.numbered(
            self._redis.execute_command("HINCRBY", f"coronal:{new.kind}:{new.name}", "last", 1)
        )
        self.version_journal.put(version)
        self._remember(new.kind, new.name)
        return version

    def settle(self, version: Version) -> None:
        """Make the journal agree with Redis after a commit: keep a published version, remove any other."""
        published = self._read(version.kind, version.name, version.version)
        if published != version:
            self.version_journal.remove(version)
        elif not self.version_journal.has(version):
            self.version_journal.put(version)

    def publish(self, version: Version) -> bool:
        """Publish a version of the journal again; False where it is known."""
        return bool(self._publish(args=[version.model_dump_json()]) == "published")

    def restore(self, named: Named) -> None:
        """Restore the last number and aliases of a name in Redis."""
        aliases = (text for alias, stood in named.aliases.items() for text in (alias, json.dumps(stood)))
        self._restore(args=[named.kind, named.name, named.last, *aliases])

    def get(self, kind: RegistryKind, selector: VersionSelector) -> Version:
        """Return the selected version.

        Raises
        ------
        NotFound
            When there is none, or no such alias.
        """
        number = selector.version or self._number(kind, selector)
        version = self._read(kind, selector.name, number)
        if version is None:
            raise NotFound(_NOUNS[kind], f"{selector.name}@{selector.version or selector.alias}")
        return version

    def names(self, kind: RegistryKind) -> list[str]:
        """Return all names, the last published first."""
        return list(self._redis.execute_command("ZREVRANGE", f"coronal:{kind}", 0, -1))

    def versions(self, kind: RegistryKind, name: str) -> list[Version]:
        """Return the versions of a name, newest first; NotFound when there is none."""
        found = self._redis.execute_command("HGETALL", f"coronal:{kind}:{name}")
        versions = [Version.model_validate_json(text) for field, text in found.items() if field != "last"]
        if not versions:
            raise NotFound(_NOUNS[kind], name)
        return sorted(versions, key=lambda version: -version.version)

    def newest(self, kind: RegistryKind, *, before: str = "", limit: int = 50) -> NewestPage:
        """Return the newest version of some names.

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
        """Remove a version for good, and return the SHA-256 of blobs that no record references any more.

        Raises
        ------
        NotFound
            When there is none.
        VersionInUse
            When an alias stands for it.
        """
        if version.kind == "models":
            _refuse_in_use(version, self.aliases(version.name))
        # The journal first: a crash between the two steps must not bring the version back.
        self.version_journal.remove(version)
        answer, *unreferenced = self._withdraw(args=[version.kind, version.name, version.version])
        if answer == "unknown":
            raise NotFound(_NOUNS[version.kind], str(version))
        if answer != "withdrawn":
            self.version_journal.put(version)  # an alias was given to it just now
            raise VersionInUse(str(version), answer)
        return list(unreferenced)

    def aliases(self, name: str) -> dict[str, int]:
        """Return the aliases of a model, and for which version each stands."""
        return self.aliases_of([name])[0]

    def aliases_of(self, names: Sequence[str]) -> list[dict[str, int]]:
        """Return the same of several models."""
        found = self._redis.ask_all(*(("HGETALL", f"coronal:aliases:{name}") for name in names))
        return [{alias: json.loads(stood)[0] for alias, stood in sorted(each.items())} for each in found]

    def promote(self, name: str, alias: str, version: int) -> None:
        """Point an alias of a model to a version; NotFound when there is none."""
        if self._promote(args=[name, alias, version]) == "unknown":
            raise NotFound("model", f"{name}@{version}")
        self._remember("models", name)

    def roll_back(self, name: str, alias: str) -> int:
        """Point an alias to its previous target, and return that version's number.

        Raises
        ------
        NotFound
            When there is no such alias, or none of its earlier targets still exists.
        """
        number = int(self._rollback(args=[name, alias]))
        if number < 0:
            raise NotFound("model", f"{name}@{alias}")
        if not number:
            raise NotFound("earlier version of", f"{name}@{alias}")
        self._remember("models", name)
        return number

    def forget_alias(self, name: str, alias: str) -> None:
        """Delete an alias; NotFound when there is none."""
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
        """Write a name's last number and aliases to the journal, until they agree with Redis."""
        kept = None
        while (known := self._named(kind, name)) != kept:
            self.version_journal.put_name(known)
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

    def _number(self, kind: RegistryKind, selector: VersionSelector) -> int:
        """Return the number of an alias; 0 where it stands for none."""
        if selector.alias == LATEST:
            return _largest(self._redis.execute_command("HKEYS", f"coronal:{kind}:{selector.name}"))
        return self.aliases(selector.name).get(selector.alias, 0) if kind == "models" else 0


def _largest(fields: Sequence[str]) -> int:
    return max((int(field) for field in fields if field != "last"), default=0)


def _refuse_in_use(version: Version, aliases: Mapping[str, int]) -> None:
    for alias, number in aliases.items():
        if number == version.version:
            raise VersionInUse(str(version), alias)
