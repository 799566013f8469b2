"""The results of all jobs of a batch as one zip, written while it is sent: it is never held as a whole."""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from io import StringIO
from time import gmtime

from coronal.csv_text import csv_text
from coronal_gateway.aside import Aside
from coronal_jobs.batch import RefusedItem
from coronal_jobs.errors import NotFound
from coronal_jobs.job import Artifact, Job, State
from coronal_jobs.store.blobs import BlobStore

__all__ = ["folder_of", "one_zip"]

_QUICKEST = 1
_COLUMNS = ("item", "image", "job", "state", "folder", "code", "message", "stage")
_LONGEST_STEM = 100
_SUFFIX = re.compile(r"(\.nii\.gz|\.[A-Za-z0-9]{1,5})$", re.IGNORECASE)


def one_zip(
    jobs: Iterable[Job], refused: Iterable[RefusedItem], blobs: BlobStore, aside: Aside
) -> Iterator[bytes]:
    """Give a zip piece by piece: a folder for each job that has succeeded, and ``summary.csv`` of all items.

    Parameters
    ----------
    jobs
        The jobs.
    refused
        What was not taken.
    blobs
        Where the files are. What is gone by now is left out.
    aside
        Where they are deflated.
    """
    sink = _Sink()
    summary = StringIO(newline="")
    rows = csv.writer(summary)
    rows.writerow(_COLUMNS)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICKEST) as archive:
        for job in jobs:
            rows.writerow(map(csv_text, _row_of(job)))
            for artifact in job.artifacts:
                try:
                    pieces = blobs.stream(artifact.sha256, artifact.size_bytes)
                except NotFound:  # the job was deleted a moment ago
                    continue
                with archive.open(_entry(job, artifact), "w") as file:
                    for piece in pieces:
                        aside(file.write, piece)
                        yield sink.taken()
        rows.writerows(
            (one.number, csv_text(one.name), "", "refused", "", one.code, one.message, "") for one in refused
        )
        archive.writestr("summary.csv", summary.getvalue().encode())
        yield sink.taken()
        aside(archive.close)  # it writes the list of contents
    yield sink.taken()


def folder_of(job: Job) -> str:
    """Give the name of a job's folder: its number, so that no other has it, and the image's name.

    Letters, digits, dot, hyphen and underscore are kept, of any script; all else some system can't take.
    """
    stem = re.sub(r"[^\w.-]", "_", _SUFFIX.sub("", job.input.name))
    return f"{job.item:05}-{stem[-_LONGEST_STEM:].strip('.')}"


class _Sink:
    """What a zip is written to: it keeps the bytes until they are sent on, and can't be gone back in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def close(self) -> None:
        """Do nothing: what is written is there."""

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def _entry(job: Job, artifact: Artifact) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second, *_ = gmtime(job.finished_ms / 1000)
    info = zipfile.ZipInfo(f"{folder_of(job)}/{artifact.name}", (year, month, day, hour, minute, second))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.file_size = artifact.size_bytes  # tells whether it needs the fields of a large file
    return info


def _row_of(job: Job) -> tuple[object, ...]:
    folder = folder_of(job) if job.state is State.SUCCEEDED else ""
    failure = (job.failure.code, job.failure.message, job.failure.stage) if job.failure else ("", "", "")
    return job.item, job.input.name, job.id, str(job.state), folder, *failure
