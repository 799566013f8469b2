"""The tables of all jobs of a batch as one, row by row: it is never held as a whole."""

import csv
import re
from codecs import iterdecode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO

from coronal.csv_text import csv_text
from coronal_jobs.errors import NotFound
from coronal_jobs.job import Job, State
from coronal_jobs.store.blobs import BlobStore

__all__ = ["one_table", "tables_of"]

_PIECE_CHARACTERS = 1 << 16


def one_table(jobs: Callable[[], Iterable[Job]], blobs: BlobStore, stem: str) -> Iterator[bytes]:
    """Give one table of the CSV files that jobs have left, piece by piece.

    Its columns are the image's name, the job, the stage where a job has several such tables, and then every
    column that any of the tables has, in the order in which they are met. A cell is empty where its table
    hasn't that column. So images in mm and images in px go into one table. Text that begins like a formula
    stands behind an apostrophe (`coronal.csv_text`), as it does in the jobs' own tables.

    Parameters
    ----------
    jobs
        Gives the jobs; twice, for the columns must be known before the first row. What ends in between is
        left out.
    blobs
        Where the files are.
    stem
        What they are called: ``STEM.csv``, or ``STEM-STAGE.csv`` for each of several.
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
    """What the first look has told: whose tables there are, and all their columns."""

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
    """Give the stage and the rows, headings first, of each table of a kind that a job has left.

    Parameters
    ----------
    job, blobs
        Which, and where its files are. One that hasn't succeeded has none.
    stem
        As of `one_table`. The stage is empty where the job has one such table.
    """
    if job.state is not State.SUCCEEDED:
        return
    for artifact in job.artifacts:
        found = re.fullmatch(rf"{stem}(?:-(.+))?\.csv", artifact.name)
        if found is None:
            continue
        try:
            pieces = blobs.stream(artifact.sha256, artifact.size_bytes)
        except NotFound:  # the job was deleted a moment ago
            continue
        yield found[1] or "", csv.reader(_lines(pieces))


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Give lines with their ends as CSV has them: a cell may hold what Unicode calls a line's end."""
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
