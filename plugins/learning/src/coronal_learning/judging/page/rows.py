"""The table of classes, or labels, one by one."""

from collections.abc import Iterable

from coronal_learning.judging.about import Report
from coronal_learning.judging.classifier_report import ClassifierReport, ClassRow
from coronal_learning.judging.estimate import Estimate
from coronal_learning.judging.page.markup import Markup, element, joined, table
from coronal_learning.judging.page.numbers import estimate, percent
from coronal_learning.judging.page.summary import daggers
from coronal_learning.judging.segmenter_report import LabelRow, SegmenterReport

__all__ = ["rarest", "rows"]


def rows(report: Report) -> Markup:
    """Make the section."""
    if isinstance(report, ClassifierReport):
        return _section("Class by class", _classes(report), (_of_class(row) for row in report.rows))
    return _section("Label by label", _labels(report), (_of_label(row) for row in report.rows))


def rarest(report: Report) -> int | None:
    """Give the number of items of the rarest class, or label; None where all have as many."""
    numbers = [row.n for row in report.rows if row.n]
    return min(numbers) if numbers and min(numbers) < max(numbers) else None


def _section(title: str, told: Markup, estimates: Iterable[tuple[Estimate, ...]]) -> Markup:
    return element("section", element("h2", title), told, daggers(one for row in estimates for one in row))


def _classes(report: ClassifierReport) -> Markup:
    headings = ("Class", "Items", "Precision", "Recall", "F1", "ROC AUC", "Average precision")
    body = [
        (_name(row, report), _count(row.n, report.n), *map(estimate, _of_class(row))) for row in report.rows
    ]
    return table(headings, body, caption="Each class against all others", class_="rows")


def _labels(report: SegmenterReport) -> Markup:
    headings = (
        "Label",
        "Items",
        "Dice",
        "Jaccard",
        f"Hausdorff 95 ({report.unit})",
        "Missed in",
        "Invented in",
    )
    body = [
        (
            _name(row, report),
            _count(row.n, report.n),
            *map(estimate, _of_label(row)),
            f"{row.missed:,}",
            f"{row.invented:,}",
        )
        for row in report.rows
    ]
    return table(headings, body, caption="Each label by itself", class_="rows")


def _of_class(row: ClassRow) -> tuple[Estimate, ...]:
    return row.precision, row.recall, row.f1, row.roc_auc, row.average_precision


def _of_label(row: LabelRow) -> tuple[Estimate, ...]:
    return row.dice, row.jaccard, row.hausdorff95


def _name(row: ClassRow | LabelRow, report: Report) -> Markup:
    badge = element("span", "rarest", class_="badge") if row.n == rarest(report) else ""
    return joined(row.name, badge)


def _count(count: int, of: int) -> Markup:
    share = element("span", percent(count / of, 1), class_="interval")
    return joined(element("span", f"{count:,}", class_="value"), " ", share)
