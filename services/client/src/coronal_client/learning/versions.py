"""What is kept under a name, with versions: data sets and models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from coronal_client.errors import BadAnswer
from coronal_client.files.artifacts import Artifact, save_all

if TYPE_CHECKING:
    from coronal_client.http.transport import Transport

__all__ = ["Version", "newest_versions", "version_path"]


@dataclass(frozen=True, slots=True)
class Version:
    """A data set or a model, as it will always be; its ``str`` is ``NAME@VERSION``.

    Parameters
    ----------
    kind
        ``datasets`` or ``models``.
    name, version
        What it is asked for by; versions are counted from 1.
    sha256, size_bytes
        Of the file that it is.
    created
        When it was made.
    facts
        Its facts: of a data set ``classes`` with their counts and shapes, of a model its parameters,
        its data set and its metrics.
    files
        What stays with it, by name: ``contact-sheet.png``, ``report.html``. Their bytes are fetched when they
        are asked for.
    aliases
        Those that stood for it when the server was asked.
    body
        The whole of what the server said.
    """

    kind: str
    name: str
    version: int
    sha256: str
    size_bytes: int
    created: datetime
    facts: Mapping[str, Any] = field(repr=False)
    files: Mapping[str, Artifact] = field(repr=False, compare=False)
    aliases: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @classmethod
    def of(cls, transport: "Transport", body: Mapping[str, Any]) -> "Version":
        """Read the body of an answer.

        Raises
        ------
        BadAnswer
            When it isn't that of a version.
        """
        try:
            files = [Artifact(transport, {**file, "href": file["link"]}) for file in body["files"]]
            return cls(
                kind=str(body["kind"]),
                name=str(body["name"]),
                version=int(body["version"]),
                sha256=str(body["sha256"]),
                size_bytes=int(body["size_bytes"]),
                created=datetime.fromisoformat(body["created"]),
                facts=dict(body["facts"]),
                files={file.name: file for file in files},
                aliases=tuple(body.get("aliases", ())),
                body=body,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"the answer is not that of a version: {error!r}") from error

    def save(self, folder: str | Path) -> Path:
        """Write the files that stay with it into a folder that isn't there yet, and give its path.

        Raises
        ------
        FileExistsError
            When the folder is there already, and isn't empty.
        BadAnswer
            When the bytes don't match the server's digest.
        """
        return save_all(self.files.values(), folder)


def newest_versions(transport: "Transport", kind: str) -> list[Version]:
    """Return the newest version of each data set or model, page by page, the last that was made first."""
    found: list[Version] = []
    path = f"/v1/{kind}"
    while path:
        page = transport.json(path)
        found += (Version.of(transport, body) for body in page[kind])
        path = page["next"]
    return found


def version_path(kind: str, name: str, version: int | str = "") -> str:
    """Return the path of a version.

    Parameters
    ----------
    kind
        ``datasets`` or ``models``.
    name
        Of the data set or model; without a version also ``NAME@VERSION``.
    version
        Its number or an alias; by default what the name tells, else the newest.

    Examples
    --------
    >>> version_path("models", "digits", 3)
    '/v1/models/digits/3'
    >>> version_path("models", "digits@production"), version_path("models", "digits")
    ('/v1/models/digits/production', '/v1/models/digits/latest')
    """
    reported = str(version)
    if not reported:
        name, _, reported = name.partition("@")
    return f"/v1/{kind}/{quote(name, safe='')}/{quote(reported or 'latest', safe='')}"
