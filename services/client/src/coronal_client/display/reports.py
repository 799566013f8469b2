"""How good a model is, as a person sees it."""

from rich.table import Table

from coronal_client.display.listing import listing
from coronal_client.display.screen import Screen
from coronal_client.reports import Estimate, Estimates, Report

__all__ = ["metric_name", "show_report"]

_MOST_ROWS = 20
_UNKNOWN = Estimate(None)
_OF_CLASS = ("precision", "recall", "f1", "dice", "jaccard", "hausdorff95")


def show_report(screen: Screen, report: Report, published: str | None = None) -> None:
    """Show the metrics with their intervals, beside those of each other model, and a row for each class.

    Parameters
    ----------
    screen
        Where it is shown.
    report
        What was found.
    published
        What the model has become, where it was trained just now: its report is older than its version.
    """
    model = published or report.model
    screen.show(f"\n{model} on {report.n:,} images of {report.dataset} ({report.part})")
    comparisons = [_comparison(report, other) for other in report.others]
    screen.show(*comparisons or [_metrics(report, model)])
    _show_classes(screen, report, model)
    for other in report.others:
        _show_classes(screen, other, other.model)


def metric_name(name: str) -> str:
    """Give the name of a metric as a person writes it.

    >>> metric_name("balanced_accuracy"), metric_name("roc_auc")
    ('balanced accuracy', 'ROC AUC')
    """
    return _NAMES.get(name, name.replace("_", " "))


_NAMES = {
    "roc_auc": "ROC AUC",
    "macro_f1": "macro F1",
    "f1": "F1",
    "dice": "Dice",
    "jaccard": "Jaccard",
    "brier_score": "Brier score",
    "hausdorff95": "Hausdorff 95 %",
}


def _metrics(report: Report, model: str) -> Table:
    rows = [(metric_name(name), str(estimate)) for name, estimate in report.metrics.items()]
    return listing(("metric (95 % interval)", model), rows)


def _comparison(first: Report, second: Report) -> Table:
    # Intervals of both beside that of the difference would be misread: it is no sum of them.
    rows = [
        (
            metric_name(name),
            _value(first.metrics, name),
            _value(second.metrics, name),
            str(second.differences.get(name, _UNKNOWN)),
        )
        for name in first.metrics
    ]
    return listing(("metric", first.model, second.model, "difference (95 % interval)"), rows)


def _show_classes(screen: Screen, report: Report, model: str) -> None:
    if not report.rows:
        return
    told = [name for name in _OF_CLASS if name in report.rows[0].metrics]
    # Intervals would make the table too wide; the report has them.
    rows = [
        (row.name, f"{row.n:,}", *(_value(row.metrics, name) for name in told))
        for row in report.rows[:_MOST_ROWS]
    ]
    screen.show(listing((f"class ({model})", "images", *map(metric_name, told)), rows))
    if len(report.rows) > _MOST_ROWS:
        screen.show(f"… {len(report.rows) - _MOST_ROWS:,} more")


def _value(estimates: Estimates, name: str) -> str:
    value = estimates.get(name, _UNKNOWN).value
    return "–" if value is None else f"{value:.3f}"
