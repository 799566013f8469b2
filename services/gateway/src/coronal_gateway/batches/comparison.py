"""Agreement of a batch's segmentations with their references: mean, spread and the worst images."""

import csv
import math
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import NamedTuple

from coronal.formats.csv_text import csv_text
from coronal_gateway.batches.table import tables_of
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.records.job import Job

__all__ = ["comparison"]

_MARK = "compared_as"
"""Column that marks a table as a comparison of a segmentation with a reference."""

_WHAT = ("label", "name", "stored_as")
_NO_MEASURES = frozenset({*_WHAT, _MARK, "found", "is_match"})
_MAX_LABELS = 1_000
"""Maximum number of labels, each with its measures: classes are few; more are objects."""

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
"""Sort keys of images, the worst first; for other measures there is no worse."""


class _What(NamedTuple):
    """What was measured: one label, or all labels as one foreground."""

    stage: str
    label: str
    name: str
    stored_as: str


@dataclass(slots=True)
class _Measured:
    """Number of images that have the label, and each measure's values with the images' names."""

    images: int = 0
    values: dict[str, list[tuple[float, str]]] = field(default_factory=dict)

    def add(self, image: str, cells: dict[str, str]) -> None:
        self.images += 1
        for measure, text in cells.items():
            if measure not in _NO_MEASURES:
                known = self.values.setdefault(measure, [])
                known += [(value, image) for value in _numbers(text)]


def comparison(jobs: Iterable[Job], blobs: BlobStore) -> str:
    """Return a CSV table that summarizes the comparisons of a batch with its references.

    It has a row for each measure of the foreground (all labels as one), and of each class. Measures of single
    objects are left out, as each image numbers its objects on its own. A label that one file stores as white
    and another as its number gets separate rows.

    Its columns: the stage where there are several, the label and its name, and the other number by which the
    reference's file stores it; the measure with its unit; the number of images that have the label, and of
    those for which the measure is defined; mean, sample standard deviation, median, minimum and maximum; and
    the three worst images with their values.

    Parameters
    ----------
    jobs
        Jobs of the batch.
    blobs
        Store of their tables.
    """
    found: dict[_What, _Measured] = {}
    left_out: set[_What] = set()
    for job in jobs:
        for what, cells in _compared(job, blobs):
            if what in found or len(found) < _MAX_LABELS:
                found.setdefault(what, _Measured()).add(job.input.name, cells)
            elif len(left_out) < _MAX_LABELS:
                left_out.add(what)
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADINGS)
    for what, measured in found.items():
        writer.writerows(_row(what, measured, measure) for measure in measured.values)
    if left_out:
        writer.writerow(("", "", f"of more than {_MAX_LABELS:,} labels the others are left out"))
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
    """Yield the number in a cell, if there is one."""
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
