"""From a finished case to the artifacts of its job."""

from collections.abc import Iterator

from coronal import BadOutput, Outcome, Plugins, ResultFile
from coronal_jobs.job import Artifact
from coronal_jobs.store.blobs import BlobStore

__all__ = ["write_artifacts"]


def write_artifacts(outcome: Outcome, plugins: Plugins, blobs: BlobStore) -> list[Artifact]:
    """Let each writer make its files, and keep them as blobs.

    Raises
    ------
    BadOutput
        When two files have one name, or a name isn't a plain file name.
    StoreUnavailable
        When the blob store can't take them.
    """
    artifacts: dict[str, Artifact] = {}
    for file in _files(outcome, plugins):
        if file.name in artifacts or "/" in file.name or file.name.startswith("."):
            raise BadOutput(f"each result file must have a plain name of its own, found {file.name!r}")
        blob = blobs.put(file.content)
        artifacts[file.name] = Artifact(
            name=file.name, media_type=file.media_type, size_bytes=blob.size_bytes, sha256=blob.sha256
        )
    return [artifacts[name] for name in sorted(artifacts)]


def _files(outcome: Outcome, plugins: Plugins) -> Iterator[ResultFile]:
    for writer in plugins.writers.values():
        yield from writer(outcome)
