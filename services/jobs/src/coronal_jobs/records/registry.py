"""What is kept under a name, with versions: data sets and models."""

import re
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from coronal.errors import BadParameter, shown
from coronal_jobs.records.job import Artifact

__all__ = [
    "LATEST",
    "VERSIONED_NAME",
    "Named",
    "NewVersion",
    "RegistryKind",
    "Version",
    "VersionSelector",
    "parse_selector",
]

RegistryKind: TypeAlias = Literal["datasets", "models"]

VERSIONED_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a data set, a model and an alias may be called."""

LATEST = "latest"
"""The alias of the newest version: no other may be called so."""

_MAX_NAME_LENGTH = 100
_MAX_DIGITS = 9


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewVersion(_Plain):
    """What is about to become a version of a data set or a model."""

    kind: RegistryKind
    name: str
    sha256: str = Field(description="The digest of its file.")
    size_bytes: int
    created_ms: int
    job: str = Field(description="The job that has made it.")
    files: tuple[Artifact, ...] = Field(default=(), description="What stays with it: a picture, a report.")
    facts: dict[str, JsonValue] = Field(default_factory=dict, description="What is known about it.")

    @property
    def digests(self) -> tuple[str, ...]:
        """The SHA-256 of its file and of all that stays with it, each once."""
        return tuple(dict.fromkeys((self.sha256, *(file.sha256 for file in self.files))))

    def numbered(self, version: int) -> "Version":
        """Return it as the version of a number."""
        return Version(**dict(self), version=version)


class Version(NewVersion):
    """A data set or a model, as it will always be."""

    version: int = Field(ge=1, description="Counted from 1; no number is reused.")

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


class Named(_Plain):
    """What is known of a name beyond its versions."""

    kind: RegistryKind
    name: str
    last: int = Field(default=0, ge=0, description="The last assigned number.")
    aliases: dict[str, tuple[int, ...]] = Field(
        default_factory=dict, description="The versions that each alias has stood for, the last first."
    )


class VersionSelector(_Plain):
    """A version, as somebody names it: by its number, or by an alias."""

    name: str
    version: int = Field(default=0, description="0 where an alias is given.")
    alias: str = ""


def parse_selector(text: str, parameter: str) -> VersionSelector:
    """Read ``NAME@VERSION``, ``NAME@ALIAS`` or ``NAME``, which is its newest version.

    Parameters
    ----------
    text
        Text to parse.
    parameter
        Name of the parameter, for the error.

    Raises
    ------
    BadParameter
        When it is none of these.

    Examples
    --------
    >>> parse_selector("digits@3", "model").version, parse_selector("digits", "model").alias
    (3, 'latest')
    """
    name, at, which = text.partition("@")
    which = which if at else LATEST
    is_number = which.isascii() and which.isdigit() and len(which) <= _MAX_DIGITS and int(which) > 0
    names = (name,) if is_number else (name, which)
    if not all(len(one) <= _MAX_NAME_LENGTH and VERSIONED_NAME.fullmatch(one) for one in names):
        allowed = "NAME, NAME@VERSION or NAME@ALIAS, of a-z, 0-9 and single hyphens"
        raise BadParameter(parameter, found=shown(text), allowed=allowed)
    return (
        VersionSelector(name=name, version=int(which))
        if is_number
        else VersionSelector(name=name, alias=which)
    )
