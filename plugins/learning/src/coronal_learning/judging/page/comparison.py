"""Two models side by side, and their difference."""

from collections.abc import Iterator

from coronal_learning.judging.about import About, Against, Report
from coronal_learning.judging.estimate import Estimate
from coronal_learning.judging.page.head import counted
from coronal_learning.judging.page.markup import Markup, element, joined, table
from coronal_learning.judging.page.metric import METRICS, titled
from coronal_learning.judging.page.numbers import estimate, probability, whisker
from coronal_learning.judging.page.summary import daggers

__all__ = ["comparison"]


def comparison(report: Report, about: About, against: Against) -> Markup:
    """Make the section."""
    first, second = about.model, against.about.model
    headings = ("", first, second, "Difference", "", "What can be said")
    return element(
        "section",
        element("h2", f"Compared with {second}"),
        table(
            headings,
            _rows(report, about, against),
            caption=f"Difference: {second} less {first}, on the same items",
            class_="metrics",
        ),
        daggers(iter(against.differences.metrics.values())),
        element("p", _sentence(first, second, against), class_="note"),
    )


def _rows(report: Report, about: About, against: Against) -> Iterator[tuple[str, ...]]:
    firsts, seconds = dict(report.metrics), dict(against.report.metrics)
    differences = against.differences.metrics
    reach = max((_reach(one) for name, one in differences.items() if METRICS[name].most), default=1.0)
    for name, one in differences.items():
        yield (
            titled(name, report),
            estimate(firsts[name]),
            estimate(seconds[name]),
            estimate(one, signed=True),
            whisker(one, low=-reach, high=reach) if METRICS[name].most else joined(),
            _verdict(one, (about.model, against.about.model), is_loss=METRICS[name].is_loss),
        )


def _reach(one: Estimate) -> float:
    ends = [abs(end) for end in (one.value, one.low, one.high) if end is not None]
    return max(ends, default=0.0) or 1e-3


def _verdict(one: Estimate, models: tuple[str, str], *, is_loss: bool) -> str:
    if one.low is None or one.high is None:
        return ""
    if one.low <= 0 <= one.high:
        return "open: the interval holds 0"
    return f"{models[(one.low > 0) != is_loss]} is better"


def _sentence(first: str, second: str, against: Against) -> str:
    differences = against.differences
    is_classifier = differences.kind == "classifier"
    what = "are right by {} alone" if is_classifier else "are better by {}"
    test = "McNemar's exact test" if is_classifier else "sign test"
    by_patient = differences.drawing.by == "patient"
    warning = (
        " The test takes items of one patient for independent; the intervals don't." if by_patient else ""
    )
    return (
        f"Of {counted(differences.n, 'item')} {differences.only_first:,} {what.format(first)}, "
        f"{differences.only_second:,} {what.format(second)} "
        f"({probability(differences.p_value)}, {test}).{warning}"
    )
