"""Files on a server: what a job has left, and what stays with a data set or a model."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from io import BufferedRandom, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from coronal_client.errors import BadAnswer

if TYPE_CHECKING:
    from coronal_client.http.transport import Transport

__all__ = ["Artifact", "save_all"]


class Artifact:
    """A file that a job has left. Its bytes are fetched when they are asked for, and checked by their digest.

    Attributes
    ----------
    name
        E.g. ``overlay.png``.
    media_type
        Its IANA media type.
    size_bytes, sha256
        Of its content.
    """

    def __init__(self, transport: "Transport", body: Mapping[str, Any]) -> None:
        self._transport = transport
        self._path = urlsplit(body["href"]).path
        self.name = _plain(body["name"])
        self.media_type = str(body["media_type"])
        self.size_bytes = int(body["size_bytes"])
        self.sha256 = str(body["sha256"])

    def __repr__(self) -> str:
        return f"<Artifact {self.name}, {self.size_bytes:,} bytes>"

    def read(self) -> bytes:
        """Return its bytes.

        Raises
        ------
        BadAnswer
            When they aren't those that the job left.
        """
        content = BytesIO()
        self._fetch(content)
        return content.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write it to a file, in the place of another of that name, and give its path.

        The file is there only when it is whole.

        Raises
        ------
        BadAnswer
            When the bytes aren't those that the job left; the file stays as it was then.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
            whole = Path(folder, "whole")
            with whole.open("w+b") as file:
                self._fetch(file)
            whole.replace(path)
        return path

    def _fetch(self, into: BytesIO | BufferedRandom) -> None:
        self._transport.download(self._path, into)
        into.flush()
        into.seek(0)
        found = hashlib.file_digest(into, "sha256").hexdigest()
        if found != self.sha256:
            raise BadAnswer(f"{self.name} must have the SHA-256 {self.sha256}, found {found}")


def save_all(artifacts: Iterable[Artifact], folder: str | Path) -> Path:
    """Write files into a folder that isn't there yet, and give its path.

    The folder is there only when all of its files are, whole.

    Raises
    ------
    FileExistsError
        When the folder is there already, and isn't empty.
    BadAnswer
        When the bytes don't match the digest.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as part:
        whole = Path(part, "whole")
        whole.mkdir()
        for artifact in artifacts:
            artifact.save(whole / artifact.name)
        try:
            whole.rename(folder)
        except OSError as error:
            raise FileExistsError(f"{folder} is there already") from error
    return folder


def _plain(name: object) -> str:
    """Return a name that is no way out of a folder."""
    if not isinstance(name, str) or not name or name.startswith(".") or "/" in name or "\\" in name:
        raise BadAnswer(f"a result must have a plain file name, found {name!r}")
    return name
