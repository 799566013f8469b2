"""The confusion matrix; of many classes the pairs that are taken for each other most."""

from collections.abc import Iterator

from coronal_learning.judging.classifier_report import ClassifierReport
from coronal_learning.judging.page.markup import Markup, element, joined, table
from coronal_learning.judging.page.numbers import percent

__all__ = ["confusion"]

_MOST_CLASSES = 30
_MOST_PAIRS = 20
_RIGHT, _WRONG = "0 114 178", "213 94 0"
_STRONGEST = 0.6
"""How opaque a cell is that holds its whole row: what is written on it can still be read."""


def confusion(report: ClassifierReport) -> Markup:
    """Make the section."""
    told = _matrix(report) if len(report.classes) <= _MOST_CLASSES else _pairs(report)
    return element("section", element("h2", "What is taken for what"), told)


def _matrix(report: ClassifierReport) -> Markup:
    headings = ("Truth ↓  Prediction →", *report.classes)
    rows = (
        (name, *_cells(counts, place))
        for place, (name, counts) in enumerate(zip(report.classes, report.confusion, strict=True))
    )
    caption = "Confusion matrix: items, and their part of the row"
    return table(headings, rows, caption=caption, class_="confusion")


def _cells(counts: tuple[int, ...], place: int) -> Iterator[Markup]:
    whole = sum(counts)
    for column, count in enumerate(counts):
        if not count:
            yield element("td", "0", class_="none")
            continue
        colour = _RIGHT if column == place else _WRONG
        shade = f"background: rgb({colour} / {_STRONGEST * count / whole:.2f})"
        part = element("span", percent(count / whole), class_="interval")
        yield element("td", joined(f"{count:,}", " ", part), style=shade)


def _pairs(report: ClassifierReport) -> Markup:
    pairs = sorted(
        (-count, truth, said)
        for truth, counts in enumerate(report.confusion)
        for said, count in enumerate(counts)
        if truth != said and count
    )
    rows = (
        (report.classes[truth], report.classes[said], f"{-count:,} of {report.rows[truth].n:,}")
        for count, truth, said in pairs[:_MOST_PAIRS]
    )
    caption = f"The most frequent mistakes of {len(pairs):,} kinds; report.json has the whole matrix"
    return table(("Truth", "Prediction", "Items"), rows, caption=caption)
