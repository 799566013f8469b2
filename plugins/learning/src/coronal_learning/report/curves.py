"""The curves of a report: ROC, precision and recall, calibration, and those of a training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from coronal_learning.evaluation.classifier_report import ClassifierReport, ClassMetrics
from coronal_learning.report.charts import COLOURS, SOFT, chart
from coronal_learning.report.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Figure", "Key", "curves", "learning_curves"]

_STEPS = ("epoch", "epochs")
_VALIDATION = "validation_"


@dataclass(frozen=True, slots=True)
class Key:
    """A line of a legend.

    Parameters
    ----------
    name
        What is drawn.
    colour
        The number of its colour in the style sheet.
    is_dashed
        Whether its line is dashed.
    """

    name: str
    colour: int
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its title, its legend, and a sentence below."""

    title: str
    chart: Markup
    legend: tuple[Key, ...] = ()
    note: str = ""


def curves(report: ClassifierReport) -> list[Figure]:
    """Draw ROC and precision-recall curves of up to eight classes, and the calibration."""
    drawn = [row for row in report.rows if row.roc_curve]
    lowest = sorted(drawn, key=lambda row: row.roc_auc.value or 0.0)[: len(COLOURS)]
    shown = [row for row in drawn if row in lowest]
    note = f"The {len(shown)} of {len(report.classes)} classes with the lowest area." * (shown != drawn)
    ranked = [_roc(shown, note), _precision_recall(shown, note)] if shown else []
    return [*ranked, _calibration(report)]


def learning_curves(curve: Sequence[Mapping[str, float]]) -> list[Figure]:
    """Draw what a training has measured, losses apart from the rest; nothing where that is nothing.

    Parameters
    ----------
    curve
        What was known after each step, by name (`coronal.TrainingContext.measure`).
    """
    names = list(dict.fromkeys(name for row in curve for name in row if name not in _STEPS))
    losses = [name for name in names if "loss" in name]
    others = [name for name in names if name not in losses]
    return [_learning_curve(*one, curve) for one in (("Loss", losses), ("Other metrics", others)) if one[1]]


def _roc(rows: Sequence[ClassMetrics], note: str) -> Figure:
    title = "ROC curve"

    def draw(axes: "Axes") -> None:
        _diagonal(axes)
        for row, colour in zip(rows, COLOURS, strict=False):
            axes.plot(*zip(*row.roc_curve, strict=True), color=colour)
        _frame(axes, "False positive rate (1 − specificity)", "True positive rate (sensitivity)")

    legend = [f"{row.name} (AUC {number(row.roc_auc.value)})" for row in rows]
    return Figure(title, chart(title, draw), _numbered(legend), note)


def _precision_recall(rows: Sequence[ClassMetrics], note: str) -> Figure:
    title = "Precision–recall curve"

    def draw(axes: "Axes") -> None:
        for row, colour in zip(rows, COLOURS, strict=False):
            axes.plot(*zip(*row.precision_recall_curve, strict=True), color=colour)
        _frame(axes, "Recall (sensitivity)", "Precision (positive predictive value)")

    legend = [f"{row.name} (AP {number(row.average_precision.value)})" for row in rows]
    return Figure(title, chart(title, draw), _numbered(legend), note)


def _calibration(report: ClassifierReport) -> Figure:
    title = "Calibration"
    bins = [one for one in report.calibration_curve if one.n]
    sure = [one for one in bins if one.observed_frequency.low is not None]

    def draw(axes: "Axes") -> None:
        _diagonal(axes)
        axes.vlines(
            [one.mean_predicted_probability or 0.0 for one in sure],
            [one.observed_frequency.low or 0.0 for one in sure],
            [one.observed_frequency.high or 0.0 for one in sure],
            colors=COLOURS[0],
            linewidth=1,
        )
        predicted = [one.mean_predicted_probability or 0.0 for one in bins]
        axes.plot(predicted, [one.observed_frequency.value or 0.0 for one in bins], "o-", color=COLOURS[0])
        _frame(axes, "Mean predicted probability", "Observed frequency")

    counts = ", ".join(f"{one.low:g}–{one.high:g}: {one.n:,}" for one in bins)
    note = f"Below the diagonal: overconfident; above: underconfident. Images in each bin: {counts}."
    return Figure(title, chart(title, draw), _numbered(["Ten bins, with 95 % CI"]), note)


def _learning_curve(title: str, names: Sequence[str], curve: Sequence[Mapping[str, float]]) -> Figure:
    from matplotlib.ticker import MaxNLocator

    # A measure and that of the validation images have one colour.
    stems = list(dict.fromkeys(name.removeprefix(_VALIDATION) for name in names))
    title = _words(stems[0]) if len(stems) == 1 else title
    legend = [
        Key(
            _words(name),
            stems.index(name.removeprefix(_VALIDATION)) % len(COLOURS),
            name.startswith(_VALIDATION),
        )
        for name in names
    ]

    def draw(axes: "Axes") -> None:
        for name, key in zip(names, legend, strict=True):
            steps = [(row.get("epoch", at), row[name]) for at, row in enumerate(curve, 1) if name in row]
            style = ("--" if key.is_dashed else "-") + ("o" if len(steps) == 1 else "")
            axes.plot(*zip(*steps, strict=True), style, color=COLOURS[key.colour])
        axes.set(xlabel="Epoch", ylabel=title)
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))

    return Figure(title, chart(title, draw), tuple(legend))


def _diagonal(axes: "Axes") -> None:
    axes.plot((0, 1), (0, 1), color=SOFT, linestyle=":", linewidth=1)


def _frame(axes: "Axes", x: str, y: str) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=x, ylabel=y)


def _numbered(names: Sequence[str]) -> tuple[Key, ...]:
    return tuple(Key(name, number) for number, name in enumerate(names))


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
