"""The results of all jobs of a batch as one zip, written while it is sent: never held in memory."""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from io import StringIO
from time import gmtime

from coronal.formats.csv_text import csv_text
from coronal_gateway.http.executor import Executor
from coronal_jobs.blobs.packs import stream_artifact
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound
from coronal_jobs.records.batch import RefusedItem
from coronal_jobs.records.job import Artifact, Job, State

__all__ = ["folder_of", "results_zip"]

_FASTEST = 1
_COLUMNS = ("item", "image", "job", "state", "folder", "code", "message", "stage")
_MAX_STEM_LENGTH = 100
_SUFFIX = re.compile(r"(\.nii\.gz|\.[A-Za-z0-9]{1,5})$", re.IGNORECASE)


def results_zip(
    jobs: Iterable[Job], refused: Iterable[RefusedItem], blobs: BlobStore, executor: Executor
) -> Iterator[bytes]:
    """Yield a zip in pieces: a folder for each job that succeeded, and ``summary.csv`` of all items.

    Parameters
    ----------
    jobs
        Jobs of the batch.
    refused
        Refused items.
    blobs
        Store of the files. Those removed meanwhile are left out.
    executor
        Runs the compression.
    """
    sink = _Sink()
    summary = StringIO(newline="")
    rows = csv.writer(summary)
    rows.writerow(_COLUMNS)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_FASTEST) as archive:
        for job in jobs:
            rows.writerow(map(csv_text, _row_of(job)))
            for artifact in job.artifacts:
                try:
                    pieces = stream_artifact(blobs, artifact)
                except NotFound:  # the job was deleted meanwhile
                    continue
                with archive.open(_entry(job, artifact), "w") as file:
                    for piece in pieces:
                        executor(file.write, piece)
                        yield sink.taken()
        rows.writerows(
            (one.number, csv_text(one.name), "", "refused", "", one.code, one.message, "") for one in refused
        )
        archive.writestr("summary.csv", summary.getvalue().encode())
        yield sink.taken()
        executor(archive.close)  # it writes the central directory
    yield sink.taken()


def folder_of(job: Job) -> str:
    """Return the name of a job's folder: its number, which makes it unique, and the image's name.

    Letters and digits of any script, dot, hyphen and underscore are kept; other characters are invalid on
    some system.
    """
    stem = re.sub(r"[^\w.-]", "_", _SUFFIX.sub("", job.input.name))
    return f"{job.item:05}-{stem[-_MAX_STEM_LENGTH:].strip('.')}"


class _Sink:
    """File to which a zip is written: it buffers the bytes until they are sent, and can't seek."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: nothing is buffered elsewhere."""

    def close(self) -> None:
        """Do nothing: nothing is buffered elsewhere."""

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def _entry(job: Job, artifact: Artifact) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second, *_ = gmtime(job.finished_ms / 1000)
    info = zipfile.ZipInfo(f"{folder_of(job)}/{artifact.name}", (year, month, day, hour, minute, second))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.file_size = artifact.size_bytes  # decides whether the entry needs the fields of a large file
    return info


def _row_of(job: Job) -> tuple[object, ...]:
    folder = folder_of(job) if job.state is State.SUCCEEDED else ""
    failure = (job.failure.code, job.failure.message, job.failure.stage) if job.failure else ("", "", "")
    return job.item, job.input.name, job.id, str(job.state), folder, *failure
