"""Several models at one glance: a row for each, and how each differs from the first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coronal_learning.judging.differences import Differences
from coronal_learning.judging.estimate import Estimate
from coronal_learning.judging.page.head import counted
from coronal_learning.judging.page.markup import Markup, element, joined, table
from coronal_learning.judging.page.metric import METRICS, clearly_better, titled
from coronal_learning.judging.page.numbers import estimate, number, probability
from coronal_learning.judging.page.rows import rarest
from coronal_learning.judging.page.summary import daggers
from coronal_learning.judging.verdict import Judged

__all__ = ["overview"]

_SHOWN = {
    "classifier": ("balanced_accuracy", "accuracy", "macro_f1", "roc_auc", "brier_score"),
    "segmenter": ("dice", "jaccard", "hausdorff95"),
}
"""Those that a reader compares first; all of them stand with each model."""


@dataclass(frozen=True, slots=True)
class _Column:
    """What is told of each model, in their order."""

    title: str
    estimates: tuple[Estimate, ...]
    is_loss: bool = False

    def cells(self) -> Iterator[Markup]:
        """Give what stands in it; the best is marked, by what can be read."""
        shown = [number(one.value) for one in self.estimates]
        told = [one.value for one in self.estimates if one.value is not None]
        best = number((min if self.is_loss else max)(told)) if len(set(shown)) > 1 else None
        for one, text in zip(self.estimates, shown, strict=True):
            badge = element("span", "best", class_="badge good") if text == best else ""
            yield estimate(one, mark=badge)


def overview(models: Sequence[Judged]) -> Markup:
    """Make the section."""
    others = [(one, told) for one in models if (told := one.verdict.differences) is not None]
    columns = list(_columns(models))
    estimates = [one for column in columns for one in column.estimates]
    estimates += [one for _, told in others for one in told.metrics.values()]
    return element(
        "section",
        element("h2", "Compared"),
        _values(models, columns),
        _differences(models[0], others),
        daggers(iter(estimates)),
        element("p", _note(len(others), others[0][1]), class_="note"),
    )


def _values(models: Sequence[Judged], columns: Sequence[_Column]) -> Markup:
    cells = zip(*(column.cells() for column in columns), strict=True)
    rows = ((_name(one), *row) for one, row in zip(models, cells, strict=True))
    headings = ("Model", *(column.title for column in columns))
    return table(headings, rows, caption="Each model by itself", class_="rows models")


def _columns(models: Sequence[Judged]) -> Iterator[_Column]:
    first = models[0].report
    for name in _SHOWN[first.kind]:
        estimates = tuple(getattr(one.report.metrics, name) for one in models)
        yield _Column(titled(name, first), estimates, METRICS[name].is_loss)
    yield from _of_rarest(models)


def _of_rarest(models: Sequence[Judged]) -> Iterator[_Column]:
    first, fewest = models[0].report, rarest(models[0].report)
    rare = next((row.name for row in first.rows if row.n == fewest), None)
    if rare is None:
        return
    what, title = ("recall", "Recall") if first.kind == "classifier" else ("dice", "Dice")
    # Each model has its classes in an order of its own.
    rows = [next(row for row in one.report.rows if row.name == rare) for one in models]
    estimates = tuple(getattr(row, what) for row in rows)
    yield _Column(f"{title} of “{rare}”, the rarest ({counted(fewest or 0, 'item')})", estimates)


def _name(judged: Judged) -> Markup:
    return joined(judged.name, element("span", judged.about.algorithm, class_="under"))


def _differences(first: Judged, others: Sequence[tuple[Judged, Differences]]) -> Markup:
    shown = _SHOWN[first.report.kind]
    alone = "Alone right" if first.report.kind == "classifier" else "Better at"
    headings = ("Model", *(titled(name, first.report) for name in shown), f"{alone}: it, the first")
    rows = ((_name(one), *_cells(told, shown)) for one, told in others)
    caption = f"Difference to {first.name}, on the same items"
    return table(headings, rows, caption=caption, class_="rows models")


def _cells(told: Differences, shown: Sequence[str]) -> Iterator[Markup]:
    for name in shown:
        one = told.metrics[name]
        yield estimate(one, signed=True, mark=_mark(one, is_loss=METRICS[name].is_loss))
    alone = element("span", f"{told.only_second:,} : {told.only_first:,}", class_="value")
    yield joined(alone, " ", element("span", probability(told.p_value), class_="interval"))


def _mark(one: Estimate, *, is_loss: bool) -> Markup:
    is_better = clearly_better(one, is_loss=is_loss)
    if is_better is None:
        return joined()
    return element("span", "better" if is_better else "worse", class_="badge good" if is_better else "badge")


def _note(count: int, told: Differences) -> str:
    test = "McNemar's exact test" if told.kind == "classifier" else "the sign test"
    many = " The more comparisons, the more of them do so by chance alone." if count > 1 else ""
    return (
        f"Better and worse are marked where the interval doesn't hold 0.{many} p is that of {test} of the "
        f"items that only one of both is {'right' if told.kind == 'classifier' else 'better'} at"
        + (", and takes items of one patient for independent." if told.drawing.by == "patient" else ".")
    )
