"""The head of the page: what was judged, by what, and what a reader must know before the numbers."""

from collections.abc import Iterator, Sequence

from coronal_learning.duplicates import MOST_NAMED
from coronal_learning.judging.about import Report
from coronal_learning.judging.classifier_report import ClassifierReport
from coronal_learning.judging.page.markup import Markup, element, joined
from coronal_learning.judging.page.numbers import percent
from coronal_learning.judging.verdict import Judged

__all__ = ["FEW", "counted", "head", "titled_page", "uncertainty"]

FEW = 30
"""From fewer items of a class its numbers are told to be unsure."""


def head(models: Sequence[Judged]) -> Markup:
    """Make the title, a sentence on what was judged, and warnings."""
    warnings = [element("li", one) for one in _warnings(models)]
    return element(
        "header",
        *(_one(models[0]) if len(models) == 1 else _several(models)),
        element("ul", *warnings, class_="warnings") if warnings else "",
    )


def titled_page(models: Sequence[Judged]) -> str:
    """Give the title of the page."""
    first = models[0]
    if len(models) == 1:
        return f"Evaluation of {first.name} on {first.about.dataset}"
    return f"Comparison of {counted(len(models), first.report.kind)} on {first.about.dataset}"


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


def _one(judged: Judged) -> Iterator[Markup]:
    yield element("p", f"Evaluation of a {judged.report.kind}", class_="over")
    yield element("h1", judged.name)
    algorithm = element("strong", judged.about.algorithm)
    yield element("p", "A ", algorithm, ", judged by ", _items(judged), class_="lead")


def _several(models: Sequence[Judged]) -> Iterator[Markup]:
    first = models[0]
    yield element("p", "Comparison", class_="over")
    yield element("h1", f"{counted(len(models), first.report.kind)} on {first.about.dataset}")
    yield element("p", "All are judged by the same ", _items(first), class_="lead")


def _items(judged: Judged) -> Markup:
    about, drawing = judged.about, judged.report.drawing
    patients = f" of {counted(drawing.units, 'patient')}" if drawing.by == "patient" else ""
    which = "the held-out part" if about.part == "test" else f"part “{about.part}”"
    items = f"{counted(judged.report.n, 'item')}{patients}: {which} of the data set "
    return joined(items, element("strong", about.dataset), ".")


def _warnings(models: Sequence[Judged]) -> Iterator[Markup]:
    report = models[0].report
    for one in models:
        yield from _of_model(one)
    absent = dict.fromkeys(name for one in models for name in one.report.absent)
    if absent:
        names = ", ".join(f"“{name}”" for name in absent)
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


def _of_model(one: Judged) -> Iterator[Markup]:
    if one.about.learned_from:
        yield joined(
            element("strong", f"{one.name} knows these images. "),
            f"{one.about.learned_from:,} of the {one.report.n:,} items were used in its training, so its "
            "values are too good: they say little of images that it hasn't seen.",
        )
    if one.about.duplicates:
        yield joined(
            element("strong", f"{one.name} has seen some of these images. "),
            f"{one.about.duplicates:,} of the {one.report.n:,} items have the pixels of others that were "
            "used in its training, so its values are too good",
            _named(one.about.seen[: min(one.about.duplicates, MOST_NAMED)], "="),
        )
    if one.about.near_duplicates:
        yield joined(
            element("strong", f"{one.name} may have seen some of these images. "),
            f"{one.about.near_duplicates:,} of the {one.report.n:,} items look nearly the same as others "
            "that were used in its training. If they are copies, its values are too good",
            _named(one.about.seen[min(one.about.duplicates, MOST_NAMED) :], "≈"),
        )
    for caveat in one.about.caveats:
        yield joined(element("strong", f"A caveat of {one.name}. "), f"{caveat}.")


def _named(pairs: Sequence[tuple[str, str]], sign: str) -> str:
    told = ", ".join(f"“{known}” {sign} “{other}”" for known, other in pairs)
    return f": {told}." if told else "."


def _one_sided(report: ClassifierReport) -> Iterator[Markup]:
    if len(report.classes) - len(report.absent) < 2:
        yield joined(
            element("strong", "One class only. "),
            "Whether classes are told apart can't be seen: there is no ROC AUC and no average precision.",
        )
