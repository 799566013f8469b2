"""The head of the page: what was judged, by what, and what a reader must know before the numbers."""

from collections.abc import Iterator

from coronal_learning.judging.about import About, Against, Report
from coronal_learning.judging.classifier_report import ClassifierReport
from coronal_learning.judging.page.markup import Markup, element, joined
from coronal_learning.judging.page.numbers import percent

__all__ = ["FEW", "counted", "head", "uncertainty"]

FEW = 30
"""From fewer items of a class its numbers are told to be unsure."""


def head(report: Report, about: About, against: Against | None) -> Markup:
    """Make the title, a sentence on what was judged, and warnings."""
    drawing = report.drawing
    patients = f" of {counted(drawing.units, 'patient')}" if drawing.by == "patient" else ""
    which = "the held-out part" if about.part == "test" else f"part “{about.part}”"
    lead = element(
        "p",
        "A ",
        element("strong", about.algorithm),
        f", judged by {counted(report.n, 'item')}{patients}: {which} of the data set ",
        element("strong", about.dataset),
        ".",
        class_="lead",
    )
    warnings = [element("li", one) for one in _warnings(report, about, against)]
    return element(
        "header",
        element("p", f"Evaluation of a {report.kind}", class_="over"),
        element("h1", about.model),
        lead,
        element("ul", *warnings, class_="warnings") if warnings else "",
    )


def uncertainty(report: Report) -> Markup:
    """Tell what the intervals mean, and what they don't."""
    drawing = report.drawing
    of = {"patient": "patients, each with all its items,", "item": "items"}[drawing.by]
    return element(
        "p",
        f"How sure is it? After each value stands its {percent(drawing.level)} interval: what comes out when "
        f"other {of} of the same kind are drawn. It was found by {drawing.resamples:,} resamples of the "
        f"{counted(drawing.units, drawing.by)} (bootstrap, seed {drawing.seed}). It tells what chance does, "
        "and nothing of images from another scanner, hospital or time.",
        class_="note",
    )


def counted(count: int, noun: str) -> str:
    """Write how many there are.

    >>> counted(1, "item"), counted(1200, "item")
    ('1 item', '1,200 items')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _warnings(report: Report, about: About, against: Against | None) -> Iterator[Markup]:
    for one in (about, *([] if against is None else [against.about])):
        if one.learned_from:
            yield joined(
                element("strong", f"{one.model} knows these images. "),
                f"{one.learned_from:,} of the {report.n:,} items were used in its training, so its values "
                "are too good: they say little of images that it hasn't seen.",
            )
    if report.absent:
        names = ", ".join(f"“{name}”" for name in report.absent)
        yield joined(
            element("strong", "Not all can be judged. "),
            f"No item is of {names}: nothing can be said of that, and no mean holds it.",
        )
    few = [row for row in report.rows if 0 < row.n < FEW]
    if few:
        names = ", ".join(f"“{row.name}” ({row.n})" for row in sorted(few, key=lambda row: row.n))
        yield joined(
            element("strong", "Few items. "), f"What is told of {names} rests on fewer than {FEW} items."
        )
    if isinstance(report, ClassifierReport):
        yield from _one_sided(report)


def _one_sided(report: ClassifierReport) -> Iterator[Markup]:
    if len(report.classes) - len(report.absent) < 2:
        yield joined(
            element("strong", "One class only. "),
            "Whether classes are told apart can't be seen: there is no ROC AUC and no average precision.",
        )
