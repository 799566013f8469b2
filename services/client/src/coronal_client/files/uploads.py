"""What can be given as an image or a pipeline, brought to what is sent."""

import json
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from coronal_client.errors import BadFile

__all__ = ["ImageSource", "PipelineSource", "Upload", "opened", "pipeline_text"]

ImageSource: TypeAlias = str | PathLike[str] | bytes | BinaryIO
"""A path, the bytes of a file, or a file that is open for reading in binary mode."""

PipelineSource: TypeAlias = str | Path | Sequence[Any] | Mapping[str, Any]
"""A name or a document (YAML or JSON) as text, the Path of a file with one, a list of stages or a mapping."""

Upload: TypeAlias = tuple[str, bytes | BinaryIO, str]
"""Name, content and media type."""


@contextmanager
def opened(image: ImageSource, name: str | None) -> Iterator[Upload]:
    """Open an image for as long as it is sent.

    Parameters
    ----------
    image
        A path, bytes, or an open file, which stays open.
    name
        What it is called; by default as the file is.

    Raises
    ------
    BadFile
        When a file isn't there or can't be read.
    """
    match image:
        case bytes():
            yield _upload(image, name or "image")
        case str() | PathLike():
            try:
                file = Path(image).open("rb")  # noqa: SIM115 - closed below; what is sent may raise OSError too
            except OSError as error:
                raise BadFile(f"{image} can't be read: {error.strerror}") from error
            with file:
                yield _upload(file, name or Path(image).name)
        case _:
            yield _upload(image, name or Path(str(getattr(image, "name", "image"))).name)


def pipeline_text(pipeline: PipelineSource) -> str:
    """Return the text that stands for a pipeline in a request.

    Raises
    ------
    BadFile
        When it is a path and can't be read.

    Examples
    --------
    >>> pipeline_text([{"gaussian": {"sigma": 1.5}}, "otsu"])
    '[{"gaussian": {"sigma": 1.5}}, "otsu"]'
    >>> pipeline_text("bright-objects")
    'bright-objects'
    """
    match pipeline:
        case str():
            return pipeline
        case Path():
            try:
                return pipeline.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise BadFile(f"{pipeline} can't be read as a pipeline: {error}") from error
        case _:
            return json.dumps(pipeline)


def _upload(content: bytes | BinaryIO, name: str) -> Upload:
    media_type, _ = mimetypes.guess_type(name)
    return name, content, media_type or "application/octet-stream"
