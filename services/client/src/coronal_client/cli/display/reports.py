"""How good a model is, as a person sees it."""

from coronal_client.cli.display.listing import Listing, listing
from coronal_client.cli.display.screen import Screen
from coronal_client.learning.reports import Estimate, Estimates, Report

__all__ = ["metric_name", "show_report"]

_MAX_ROWS = 20
_UNKNOWN = Estimate(None)
_OF_CLASS = ("precision", "recall", "specificity", "f1", "dice", "jaccard", "hausdorff95")


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
    screen.show(f"\n{model} on {report.n:,} images of {report.dataset} ({report.subset})")
    comparisons = [_comparison(report, other) for other in report.others]
    screen.show(*comparisons or [_metrics(report, model)])
    _show_classes(screen, report, model)
    for other in report.others:
        _show_classes(screen, other, other.model)


def metric_name(name: str) -> str:
    """Return the name of a metric as a person writes it.

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


def _metrics(report: Report, model: str) -> Listing:
    rows = [(metric_name(name), str(estimate)) for name, estimate in report.metrics.items()]
    return listing(("metric (95 % CI)", model), rows, has_names=False)


def _comparison(first: Report, second: Report) -> Listing:
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
    headings = ("metric", first.model, second.model, "difference (95 % CI)")
    return listing(headings, rows, has_names=False)


def _show_classes(screen: Screen, report: Report, model: str) -> None:
    if not report.per_class:
        return
    measured = report.per_class[0].metrics
    shown = [name for name in measured if screen.is_wide or name in _OF_CLASS]
    reported = report.per_class if screen.is_wide else report.per_class[:_MAX_ROWS]
    rows = [
        (row.name, f"{row.support:,}", *(_reported(screen, row.metrics, name) for name in shown))
        for row in reported
    ]
    heading = "class" if "recall" in measured else "label"
    screen.show(f"{model}, each {heading}")
    screen.show(listing((heading, "images", *map(metric_name, shown)), rows, has_names=False))
    absent = [f"{more:,} more"] if (more := len(report.per_class) - len(reported)) else []
    absent += [metric_name(name) for name in measured if name not in shown]
    if not screen.is_wide:
        screen.show(f"  left out: {', '.join([*absent, 'intervals'])}; --wide shows all")


def _reported(screen: Screen, estimates: Estimates, name: str) -> str:
    return str(estimates.get(name, _UNKNOWN)) if screen.is_wide else _value(estimates, name)


def _value(estimates: Estimates, name: str) -> str:
    value = estimates.get(name, _UNKNOWN).value
    return "–" if value is None else f"{value:.3f}"
