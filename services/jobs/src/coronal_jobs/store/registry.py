"""The registry in Redis, and beside the blobs: data sets and models under their names."""

import json
from collections.abc import Mapping
from contextlib import suppress

from pydantic import ValidationError

from coronal_jobs.errors import NotFound, VersionInUse
from coronal_jobs.registry import LATEST, RegistryKind, Version, Wanted
from coronal_jobs.store.connection import Connection
from coronal_jobs.store.objects import Objects
from coronal_jobs.store.scripts import source_of

__all__ = ["Registry"]

_ROOT = "registry"
_FILES = "registry-files"
_SHARDS = tuple(f"{number:02x}" for number in range(256))
_NOUNS: Mapping[RegistryKind, str] = {"datasets": "data set", "models": "model"}


class Registry:
    """The versions of data sets and models, and the aliases of models.

    Each version lies beside the blobs, too, from before it is published until before it is withdrawn: so none
    is lost with Redis, its files stay, and none that was deleted comes back.

    Parameters
    ----------
    connection
        The Redis.
    objects
        Where the blobs are.
    """

    def __init__(self, connection: Connection, objects: Objects) -> None:
        self._redis = connection
        self._objects = objects
        self._reserve, self._publish, self._withdraw, self._promote, self._rollback = (
            connection.register_script(source_of(name))
            for name in ("reserve", "publish", "withdraw", "promote", "rollback")
        )

    def reserve(self, kind: RegistryKind, name: str, sha256: str) -> int:
        """Give the number of the version that has this content, or a new one."""
        return int(self._reserve(args=[kind, name, sha256]))

    def keep(self, version: Version) -> None:
        """Lay a version beside the blobs; it is published by the commit of the job that has made it.

        Raises
        ------
        StoreFull, StoreUnavailable
            When it can't be kept.
        """
        content = version.model_dump_json().encode()
        self._objects.put(dict.fromkeys(_keys(version), content))

    def keep_first(self, version: Version) -> Version:
        """Keep a version, unless its number is published already; give the one that is."""
        try:
            return self.get(version.kind, Wanted(name=version.name, version=version.version))
        except NotFound:
            self.keep(version)
            return version

    def forget_unpublished(self, version: Version) -> None:
        """Take away what lies beside the blobs of a version that was not published after all."""
        try:
            self.get(version.kind, Wanted(name=version.name, version=version.version))
        except NotFound:
            self._objects.delete(_keys(version))

    def get(self, kind: RegistryKind, wanted: Wanted) -> Version:
        """Give the version that is wanted.

        Raises
        ------
        NotFound
            When there is none, or no such alias.
        """
        number = wanted.version or self._number(kind, wanted)
        text = number and self._redis.execute_command("HGET", f"coronal:{kind}:{wanted.name}", number)
        if not text:
            raise NotFound(_NOUNS[kind], f"{wanted.name}@{wanted.version or wanted.alias}")
        return Version.model_validate_json(text)

    def names(self, kind: RegistryKind) -> list[str]:
        """Give all names, by the time of their last version, newest first."""
        return list(self._redis.execute_command("ZREVRANGE", f"coronal:{kind}", 0, -1))

    def versions(self, kind: RegistryKind, name: str) -> list[Version]:
        """Give the versions of a name, newest first; NotFound when there is none."""
        found = self._redis.execute_command("HGETALL", f"coronal:{kind}:{name}")
        versions = [Version.model_validate_json(text) for field, text in found.items() if field != "last"]
        if not versions:
            raise NotFound(_NOUNS[kind], name)
        return sorted(versions, key=lambda version: -version.version)

    def newest(self, kind: RegistryKind) -> list[Version]:
        """Give the newest version of each name."""
        found = []
        for name in self.names(kind):
            with suppress(NotFound):  # it was deleted just now
                found.append(self.get(kind, Wanted(name=name, alias=LATEST)))
        return found

    def withdraw(self, version: Version) -> list[str]:
        """Remove a version for good; give the SHA-256 of blobs that no record names any more.

        Raises
        ------
        NotFound
            When there is none.
        VersionInUse
            When an alias stands for it.
        """
        in_use = [alias for alias, number in self.aliases(version.name).items() if number == version.version]
        if version.kind == "models" and in_use:
            raise VersionInUse(str(version), in_use[0])
        self._objects.delete(_keys(version))
        answer, *unnamed = self._withdraw(args=[version.kind, version.name, version.version])
        if answer == "unknown":
            raise NotFound(_NOUNS[version.kind], str(version))
        if answer != "withdrawn":
            self.keep(version)  # an alias was given to it just now
            raise VersionInUse(str(version), answer)
        return list(unnamed)

    def aliases(self, name: str) -> dict[str, int]:
        """Give the aliases of a model, and for which version each stands."""
        found: dict[str, str] = self._redis.execute_command("HGETALL", f"coronal:aliases:{name}")
        return {alias: json.loads(history)[0] for alias, history in sorted(found.items())}

    def promote(self, name: str, alias: str, version: int) -> None:
        """Let an alias of a model stand for a version; NotFound when there is none."""
        if self._promote(args=[name, alias, version]) == "unknown":
            raise NotFound("model", f"{name}@{version}")

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
        return number

    def names_blob(self, sha256: str) -> bool:
        """Tell whether a version that lies beside the blobs has this file."""
        shards = (f"{root}/{sha256[:2]}" for root in (_ROOT, _FILES))
        return any(name.startswith(sha256) for shard in shards for name in self._objects.names(shard))

    def recover(self) -> int:
        """Publish again each version that lies beside the blobs and that Redis has forgotten; count them."""
        found = 0
        for shard in _SHARDS:
            for name in self._objects.names(f"{_ROOT}/{shard}"):
                with suppress(NotFound, ValidationError):
                    text = self._objects.get(f"{_ROOT}/{shard}/{name}")
                    version = Version.model_validate_json(text)
                    found += self._publish(args=[version.model_dump_json()]) == "published"
        return found

    def _number(self, kind: RegistryKind, wanted: Wanted) -> int:
        if kind == "models" and wanted.alias != LATEST:
            return self.aliases(wanted.name).get(wanted.alias, 0)
        if wanted.alias != LATEST:
            return 0
        fields = self._redis.execute_command("HKEYS", f"coronal:{kind}:{wanted.name}")
        return max((int(field) for field in fields if field != "last"), default=0)


def _keys(version: Version) -> list[str]:
    """Give where a version lies: by its own file, and by each that stays with it."""
    roots = (_ROOT, *(_FILES for _ in version.digests[1:]))
    suffix = f"{version.kind}.{version.name}.{version.version}"
    return [
        f"{root}/{sha256[:2]}/{sha256}.{suffix}" for root, sha256 in zip(roots, version.digests, strict=True)
    ]
