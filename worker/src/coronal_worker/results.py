"""From a finished case to the files that its job leaves."""

from collections.abc import Collection

from coronal import BadOutput, Outcome, Plugins, ResultFile
from coronal_jobs.job import Artifact
from coronal_jobs.store.blobs import Blob

__all__ = ["artifact_of", "result_files"]


_ALWAYS = ("result", "provenance")
"""Without these nobody could tell what has come out, or how."""


def result_files(
    outcome: Outcome, plugins: Plugins, wanted: Collection[str] | None = None
) -> list[ResultFile]:
    """Let each writer make its files, and give them by name.

    Parameters
    ----------
    outcome
        What they write about.
    plugins
        Those whose writers are asked.
    wanted
        Only these, by name, and those of the summary and the provenance; None for all.

    Raises
    ------
    BadOutput
        When two files have one name, or a name isn't a plain file name.
    """
    files: dict[str, ResultFile] = {}
    for writer in plugins.writers.values():
        if wanted is not None and writer.name not in (*_ALWAYS, *wanted):
            continue
        for file in writer(outcome):
            if file.name in files or "/" in file.name or file.name.startswith("."):
                raise BadOutput(f"each result file must have a plain name of its own, found {file.name!r}")
            files[file.name] = file
    return [files[name] for name in sorted(files)]


def artifact_of(file: ResultFile, blob: Blob) -> Artifact:
    """Tell of a file that is kept as a blob."""
    return Artifact(
        name=file.name, media_type=file.media_type, size_bytes=blob.size_bytes, sha256=blob.sha256
    )
