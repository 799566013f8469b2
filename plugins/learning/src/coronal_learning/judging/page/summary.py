"""The table of the numbers that tell of all classes together."""

from collections.abc import Iterator

from coronal_learning.judging.about import Report
from coronal_learning.judging.classifier_report import ClassifierReport
from coronal_learning.judging.estimate import Estimate
from coronal_learning.judging.page.markup import Markup, element, joined, table
from coronal_learning.judging.page.metric import METRICS, titled
from coronal_learning.judging.page.numbers import estimate, number, whisker

__all__ = ["daggers", "summary"]


def summary(report: Report) -> Markup:
    """Make the section."""
    rows = [_row(name, one, report) for name, one in report.metrics]
    told = table(("", "Value and interval", "", "What it is"), rows, caption="Metrics", class_="metrics")
    return element(
        "section",
        element("h2", "How good it is"),
        told,
        daggers(one for _, one in report.metrics),
        _baseline(report) if isinstance(report, ClassifierReport) else "",
    )


def daggers(estimates: Iterator[Estimate]) -> Markup:
    """Explain the daggers of a table; nothing where it has none."""
    most = max((one.left_out for one in estimates), default=0)
    if not most:
        return joined()
    return element(
        "p",
        f"† Left out are the resamples in which it couldn't be told, e.g. because a class wasn't drawn: "
        f"{most:,} at most.",
        class_="note",
    )


def _row(name: str, one: Estimate, report: Report) -> tuple[str, ...]:
    metric = METRICS[name]
    scale = joined() if metric.most is None else whisker(one, high=metric.most)
    return titled(name, report), estimate(one), scale, metric.meaning


def _baseline(report: ClassifierReport) -> Markup:
    commonest = max(report.rows, key=lambda row: row.n)
    present = len(report.classes) - len(report.absent)
    return element(
        "p",
        f"For comparison: who always says “{commonest.name}”, the commonest class, has an accuracy of "
        f"{number(commonest.n / report.n)} and a balanced accuracy of {number(1 / present)}.",
        class_="note",
    )
