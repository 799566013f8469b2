"""A model beside the first, metric by metric, and their difference."""

from collections.abc import Iterator, Mapping

from coronal_learning.judging.differences import Differences
from coronal_learning.judging.estimate import Estimate
from coronal_learning.judging.page.head import counted
from coronal_learning.judging.page.markup import Markup, element, joined, table
from coronal_learning.judging.page.metric import METRICS, clearly_better, titled
from coronal_learning.judging.page.numbers import estimate, probability, whisker
from coronal_learning.judging.page.summary import daggers
from coronal_learning.judging.verdict import Judged

__all__ = ["comparison"]


def comparison(first: Judged, second: Judged, differences: Differences) -> Markup:
    """Make the section of the second."""
    headings = ("", first.name, second.name, "Difference", "", "What can be said")
    return element(
        "section",
        element("h2", f"Compared with {first.name}"),
        table(
            headings,
            _rows(first, second, differences.metrics),
            caption=f"Difference: {second.name} less {first.name}, on the same items",
            class_="metrics",
        ),
        daggers(iter(differences.metrics.values())),
        element("p", _sentence(first.name, second.name, differences), class_="note"),
    )


def _rows(first: Judged, second: Judged, differences: Mapping[str, Estimate]) -> Iterator[tuple[str, ...]]:
    firsts, seconds = dict(first.report.metrics), dict(second.report.metrics)
    reach = max((_reach(one) for name, one in differences.items() if METRICS[name].most), default=1.0)
    for name, one in differences.items():
        yield (
            titled(name, first.report),
            estimate(firsts[name]),
            estimate(seconds[name]),
            estimate(one, signed=True),
            whisker(one, low=-reach, high=reach) if METRICS[name].most else joined(),
            _verdict(one, is_loss=METRICS[name].is_loss),
        )


def _reach(one: Estimate) -> float:
    ends = [abs(end) for end in (one.value, one.low, one.high) if end is not None]
    return max(ends, default=0.0) or 1e-3


def _verdict(one: Estimate, *, is_loss: bool) -> str:
    if one.low is None:
        return ""
    is_better = clearly_better(one, is_loss=is_loss)
    if is_better is None:
        return "open: the interval holds 0"
    return "it is better" if is_better else "it is worse"


def _sentence(first: str, second: str, differences: Differences) -> str:
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
