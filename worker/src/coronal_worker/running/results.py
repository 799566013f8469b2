"""The result files of a finished case."""

from collections.abc import Collection

from coronal import BadOutput, Outcome, Plugins, ResultFile, Writer
from coronal_jobs.blobs.store import Blob
from coronal_jobs.records.job import Artifact

__all__ = ["artifact_of", "result_files"]


_ALWAYS = ("result", "provenance")
"""Writers that always run: without these nobody could see what came out, or how."""


def result_files(
    outcome: Outcome, plugins: Plugins, wanted: Collection[str] | None = None
) -> list[ResultFile]:
    """Run each result writer, and return the files sorted by name.

    Parameters
    ----------
    outcome
        Case and provenance that they write.
    plugins
        Plugins with the writers.
    wanted
        Names of the writers to run, besides those of summary and provenance; None for all but those that
        run on request alone.

    Raises
    ------
    BadOutput
        When two files have the same name, or a name isn't a plain file name.
    """
    files: dict[str, ResultFile] = {}
    for writer in plugins.writers.values():
        if not _is_wanted(writer, wanted):
            continue
        for file in writer(outcome):
            if file.name in files or "/" in file.name or file.name.startswith("."):
                raise BadOutput(f"each result file must have a plain name of its own, found {file.name!r}")
            files[file.name] = file
    return [files[name] for name in sorted(files)]


def _is_wanted(writer: Writer, wanted: Collection[str] | None) -> bool:
    return not writer.on_request if wanted is None else writer.name in (*_ALWAYS, *wanted)


def artifact_of(file: ResultFile, blob: Blob) -> Artifact:
    """Return the artifact of a result file that was written as a blob."""
    return Artifact(
        name=file.name, media_type=file.media_type, size_bytes=blob.size_bytes, sha256=blob.sha256
    )
