"""The tables of all jobs of a batch merged into one, row by row: never held in memory."""

import csv
import re
from codecs import iterdecode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO

from coronal.formats.csv_text import csv_text
from coronal_jobs.blobs.packs import stream_artifact
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import NotFound
from coronal_jobs.records.job import Job, State

__all__ = ["merged_table", "tables_of"]

_PIECE_CHARACTERS = 1 << 16


def merged_table(jobs: Callable[[], Iterable[Job]], blobs: BlobStore, stem: str) -> Iterator[bytes]:
    """Yield one table of the CSV files of jobs, in pieces.

    Its columns are the image's name, the job, the stage where a job has several such tables, and then every
    column that any of the tables has, in the order of their first occurrence. A cell is empty where its table
    lacks that column. So images in mm and images in px fit into one table. Text that begins like a formula
    stands behind an apostrophe (`coronal.formats.csv_text`), as it does in the jobs' own tables.

    Parameters
    ----------
    jobs
        Returns the jobs; called twice, as the columns must be known before the first row. Jobs that finish in
        between are left out.
    blobs
        Store of the files.
    stem
        Name of the files: ``STEM.csv``, or ``STEM-STAGE.csv`` for each of several.
    """
    known = _Known()
    for job in jobs():
        for stage, rows in tables_of(job, blobs, stem):
            known.note(job, stage, next(rows, []))
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["image", "job", *(["stage"] if known.has_stages else []), *known.columns])
    for job in jobs():
        if job.id in known.jobs:
            for row in _rows(job, blobs, stem, known):
                writer.writerow(row)
                if buffer.tell() > _PIECE_CHARACTERS:
                    yield _taken(buffer)
    yield _taken(buffer)


@dataclass
class _Known:
    """Result of the first pass: which jobs have tables, and all their columns."""

    columns: dict[str, None] = field(default_factory=dict)
    jobs: set[str] = field(default_factory=set)
    has_stages: bool = False

    def note(self, job: Job, stage: str, headings: list[str]) -> None:
        self.columns |= dict.fromkeys(headings)
        self.jobs.add(job.id)
        self.has_stages = self.has_stages or stage != ""


def _rows(job: Job, blobs: BlobStore, stem: str, known: _Known) -> Iterator[list[str]]:
    for stage, rows in tables_of(job, blobs, stem):
        headings = next(rows, [])
        first = [str(csv_text(job.input.name)), job.id, *([stage] if known.has_stages else [])]
        for row in rows:
            cells = dict(zip(headings, row, strict=False))
            yield [*first, *(cells.get(column, "") for column in known.columns)]


def tables_of(job: Job, blobs: BlobStore, stem: str) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """Yield the stage and the rows, headings first, of each table of a kind that a job has.

    Parameters
    ----------
    job, blobs
        The job and the store of its files. One that hasn't succeeded has no tables.
    stem
        As of `merged_table`. The stage is empty where the job has one such table.
    """
    if job.state is not State.SUCCEEDED:
        return
    for artifact in job.artifacts:
        found = re.fullmatch(rf"{stem}(?:-(.+))?\.csv", artifact.name)
        if found is None:
            continue
        try:
            pieces = stream_artifact(blobs, artifact)
        except NotFound:  # the job was deleted meanwhile
            continue
        yield found[1] or "", csv.reader(_lines(pieces))


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield lines split at newlines only: a cell may hold other characters that Unicode calls line ends."""
    rest = ""
    for text in iterdecode(pieces, "utf-8"):
        *lines, rest = (rest + text).split("\n")
        yield from (f"{line}\n" for line in lines)
    if rest:
        yield rest


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
