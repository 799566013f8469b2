"""Response bodies of data sets and models."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Self

from pydantic import Field, JsonValue

from coronal_gateway.http.schema import Body, Page, time_of
from coronal_gateway.jobs.schemas import job_path
from coronal_jobs.records.job import Artifact
from coronal_jobs.records.registry import RegistryKind, Version

__all__ = ["DatasetsBody", "ModelBody", "ModelsBody", "VersionBody", "VersionsBody", "version_path"]

_NO_ALIASES: Mapping[str, int] = MappingProxyType({})


class FileBody(Body):
    """A file of a version."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    link: str

    @classmethod
    def of(cls, version: Version, file: Artifact) -> Self:
        """Build it, with the link to the file."""
        return cls(**file.described(), link=f"{version_path(version)}/files/{file.name}")


class VersionLinks(Body):
    """Links of a version."""

    itself: str = Field(serialization_alias="self")
    job: str = Field(description="The job that published it; it may have been deleted.")


class VersionBody(Body):
    """A version of a data set or model; it never changes."""

    kind: RegistryKind
    name: str
    version: int
    sha256: str = Field(description="SHA-256 of its file.")
    size_bytes: int
    created: datetime
    facts: dict[str, JsonValue] = Field(description="Counts, parameters, metrics.")
    files: tuple[FileBody, ...]
    aliases: tuple[str, ...] = Field(default=(), description="Aliases that refer to it now.")
    links: VersionLinks

    @classmethod
    def of(cls, version: Version, aliases: Mapping[str, int] = _NO_ALIASES) -> Self:
        """Build it from the registry's version."""
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
    """All versions of a model, newest first, and the versions of its aliases."""

    aliases: dict[str, int]


class DatasetsBody(Page):
    """The newest version of each data set."""

    datasets: tuple[VersionBody, ...]


class ModelsBody(Page):
    """The newest version of each model."""

    models: tuple[VersionBody, ...]


def version_path(version: Version) -> str:
    """Return the path of a version."""
    return f"/v1/{version.kind}/{version.name}/{version.version}"
