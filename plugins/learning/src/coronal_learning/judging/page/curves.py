"""The charts of a classifier: ROC, precision and recall, calibration."""

from collections.abc import Iterator
from dataclasses import replace

from coronal_learning.judging.classifier_report import ClassifierReport, ClassRow
from coronal_learning.judging.page.axis import UNIT
from coronal_learning.judging.page.chart import COLOURS, Bar, Line, chart
from coronal_learning.judging.page.markup import Markup, element
from coronal_learning.judging.page.numbers import number

__all__ = ["curves"]

_DIAGONAL = Line("", ((0.0, 0.0), (1.0, 1.0)), "guide")


def curves(report: ClassifierReport) -> Markup:
    """Make the section."""
    shown = _shown(report)
    note = (
        f"Of {len(report.classes)} classes the {len(shown)} with the lowest area." if _is_cut(report) else ""
    )
    ranked = [_roc(shown, note), _precision_recall(shown, note)] if shown else []
    return element(
        "section",
        element("h2", "How well its probabilities serve"),
        element("div", *ranked, _reliability(report), class_="figures"),
    )


def _shown(report: ClassifierReport) -> list[ClassRow]:
    drawn = [row for row in report.rows if row.roc]
    worst = sorted(drawn, key=lambda row: row.roc_auc.value or 0.0)[:COLOURS]
    return [row for row in drawn if row in worst]


def _is_cut(report: ClassifierReport) -> bool:
    return sum(bool(row.roc) for row in report.rows) > COLOURS


def _roc(shown: list[ClassRow], note: str) -> Markup:
    lines = [
        Line(f"{row.name}: {number(row.roc_auc.value)}", row.roc, f"c{place}")
        for place, row in enumerate(shown)
    ]
    axes = replace(UNIT, name="False alarms, part of the others"), replace(UNIT, name="Found (recall)")
    return chart("ROC curve of each class, and its area", axes, [_DIAGONAL, *lines], note=note)


def _precision_recall(shown: list[ClassRow], note: str) -> Markup:
    lines = [
        Line(f"{row.name}: {number(row.average_precision.value)}", row.precision_recall, f"c{place}")
        for place, row in enumerate(shown)
    ]
    axes = replace(UNIT, name="Recall"), replace(UNIT, name="Precision")
    return chart("Precision and recall of each class, and the average precision", axes, lines, note=note)


def _reliability(report: ClassifierReport) -> Markup:
    told = [one for one in report.reliability if one.n]
    points = [(one.confidence or 0.0, one.accuracy.value or 0.0) for one in told]
    axes = replace(UNIT, name="Probability of the answer"), replace(UNIT, name="Part that is right")
    counts = ", ".join(f"{one.low:g}–{one.high:g}: {one.n:,}" for one in told)
    return chart(
        "Calibration: is it right as often as it says?",
        axes,
        [_DIAGONAL, Line("Ten bins of probability", points, "c0 dots")],
        list(_bars(report)),
        f"Below the diagonal it is too sure, above not sure enough. Items in each bin: {counts}.",
    )


def _bars(report: ClassifierReport) -> Iterator[Bar]:
    for one in report.reliability:
        low, high = one.accuracy.low, one.accuracy.high
        if one.confidence is not None and low is not None and high is not None:
            yield Bar(one.confidence, low, high, "c0")
