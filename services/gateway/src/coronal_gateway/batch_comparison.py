"""How well the segmentations of a batch agree with their references: mean, spread and the worst images."""

import csv
import math
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import NamedTuple

from coronal.csv_text import csv_text
from coronal_gateway.batch_table import tables_of
from coronal_jobs.job import Job
from coronal_jobs.store.blobs import BlobStore

__all__ = ["comparison"]

_MARK = "compared_as"
"""The column that a table has which compares a segmentation with a reference."""

_WHAT = ("label", "name", "stored_as")
_NO_MEASURES = frozenset({*_WHAT, _MARK, "found", "is_match"})
_MAX_ROWS_OF = 1_000
"""Labels, each with its measures: what is classes has a few, and what has more is objects."""

_WORST = 3
_HEADINGS = (
    *("stage", *_WHAT, "measure", "images", "n", "mean", "sd", "median", "min", "max"),
    *(f"worst_{place}{what}" for place in range(1, _WORST + 1) for what in ("", "_value")),
)


def _far(value: float) -> float:
    return -abs(value)


_BADNESS: dict[str, Callable[[float], float]] = {
    **dict.fromkeys(("dice", "jaccard", "precision", "sensitivity", "f1"), float),
    **dict.fromkeys(("panoptic_quality", "segmentation_quality", "recognition_quality"), float),
    **dict.fromkeys(("hausdorff95", "mean_distance", "missed", "invented", "split", "merged"), float.__neg__),
    **dict.fromkeys(("difference", "relative_difference"), _far),
}
"""By what images are sorted, the worst first; of other measures nobody knows which is worse."""


class _What(NamedTuple):
    """What was measured: of one label, or of all as one."""

    stage: str
    label: str
    name: str
    stored_as: str


@dataclass(slots=True)
class _Measured:
    """In how many images it is, and each measure's values with the images' names."""

    images: int = 0
    values: dict[str, list[tuple[float, str]]] = field(default_factory=dict)

    def add(self, image: str, cells: dict[str, str]) -> None:
        self.images += 1
        for measure, text in cells.items():
            if measure not in _NO_MEASURES:
                known = self.values.setdefault(measure, [])
                known += [(value, image) for value in _numbers(text)]


def comparison(jobs: Iterable[Job], blobs: BlobStore) -> str:
    """Give a table in CSV of what the stages of a batch have measured that compare with a reference.

    It has a row for each measure of all labels as one, and of each class. Objects are numbered by each
    image in its own way: what is of one object is left out. What was stored as white in one file and as a
    label in another is told apart.

    Its columns: the stage where there are several, the label and its name, and by which other number the
    reference's file stores it; the measure with its unit; in how many images the label is, and of how many
    the measure can be told; mean, standard deviation (of the sample), median, least and greatest; and the
    three worst images with their values.

    Parameters
    ----------
    jobs
        Those of the batch.
    blobs
        Where their tables are.
    """
    found: dict[_What, _Measured] = {}
    left_out: set[_What] = set()
    for job in jobs:
        for what, cells in _compared(job, blobs):
            if what in found or len(found) < _MAX_ROWS_OF:
                found.setdefault(what, _Measured()).add(job.input.name, cells)
            elif len(left_out) < _MAX_ROWS_OF:
                left_out.add(what)
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADINGS)
    for what, measured in found.items():
        writer.writerows(_row(what, measured, measure) for measure in measured.values)
    if left_out:
        writer.writerow(("", "", f"of more than {_MAX_ROWS_OF:,} labels the others are left out"))
    return text.getvalue()


def _compared(job: Job, blobs: BlobStore) -> Iterator[tuple[_What, dict[str, str]]]:
    for stage, rows in tables_of(job, blobs, "measurements"):
        headings = next(rows, [])
        if _MARK not in headings:
            continue
        for row in rows:
            cells = dict(zip(headings, row, strict=False))
            if cells[_MARK] == "classes" or cells.get("name") == "foreground":
                yield _What(stage, *(cells.get(column, "") for column in _WHAT)), cells


def _numbers(text: str) -> Iterator[float]:
    """Give the number that a cell holds; nothing where it holds none."""
    try:
        value = float(text)
    except ValueError:
        return
    if math.isfinite(value):
        yield value


def _row(what: _What, measured: _Measured, measure: str) -> tuple[object, ...]:
    pairs = measured.values[measure]
    values = [value for value, _ in pairs]
    head = (*what, measure, measured.images, len(values))
    if not values:
        return head
    spread = statistics.stdev(values) if len(values) > 1 else ""
    facts = (statistics.fmean(values), spread, statistics.median(values), min(values), max(values))
    return (
        *head,
        *facts,
        *(cell for value, image in _worst(measure, pairs) for cell in (csv_text(image), value)),
    )


def _worst(measure: str, pairs: list[tuple[float, str]]) -> list[tuple[float, str]]:
    badness = next(
        (known for name, known in _BADNESS.items() if measure == name or measure.startswith(f"{name}_")), None
    )
    return [] if badness is None else sorted(pairs, key=lambda pair: badness(pair[0]))[:_WORST]
