"""Data sets and models, as they are told."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Self

from pydantic import Field, JsonValue

from coronal_gateway.bodies.body import Body, time_of
from coronal_gateway.bodies.jobs import job_path
from coronal_jobs.job import Artifact
from coronal_jobs.registry import RegistryKind, Version

__all__ = ["DatasetsBody", "ModelBody", "ModelsBody", "VersionBody", "VersionsBody", "version_path"]

_NO_ALIASES: Mapping[str, int] = MappingProxyType({})


class FileBody(Body):
    """A file that stays with a version."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    link: str

    @classmethod
    def of(cls, version: Version, file: Artifact) -> Self:
        """Tell of a file, and where it is."""
        return cls(**file.model_dump(), link=f"{version_path(version)}/files/{file.name}")


class VersionLinks(Body):
    """Where more is told."""

    itself: str = Field(serialization_alias="self")
    job: str = Field(description="The job that has made it; it may be gone.")


class VersionBody(Body):
    """A data set or a model, as it will always be."""

    kind: RegistryKind
    name: str
    version: int
    sha256: str = Field(description="The digest of its file.")
    size_bytes: int
    created: datetime
    facts: dict[str, JsonValue] = Field(description="What is told of it: counts, parameters, metrics.")
    files: tuple[FileBody, ...]
    aliases: tuple[str, ...] = Field(default=(), description="Those that stand for it now.")
    links: VersionLinks

    @classmethod
    def of(cls, version: Version, aliases: Mapping[str, int] = _NO_ALIASES) -> Self:
        """Tell of a version what the registry says."""
        return cls(
            **{name: getattr(version, name) for name in ("kind", "name", "version", "sha256", "size_bytes")},
            created=time_of(version.created_ms),
            facts=version.facts,
            files=tuple(FileBody.of(version, file) for file in version.files),
            aliases=tuple(alias for alias, number in aliases.items() if number == version.version),
            links=VersionLinks(itself=version_path(version), job=job_path(version.job)),
        )


class VersionsBody(Body):
    """All versions of a data set, newest first."""

    name: str
    versions: tuple[VersionBody, ...]


class ModelBody(VersionsBody):
    """All versions of a model, newest first, and what its aliases stand for."""

    aliases: dict[str, int]


class DatasetsBody(Body):
    """The newest version of each data set."""

    datasets: tuple[VersionBody, ...]
    next: str | None = Field(description="Where the next page is; null at the end.")


class ModelsBody(Body):
    """The newest version of each model."""

    models: tuple[VersionBody, ...]
    next: str | None = Field(description="Where the next page is; null at the end.")


def version_path(version: Version) -> str:
    """Give the path of a version."""
    return f"/v1/{version.kind}/{version.name}/{version.version}"
