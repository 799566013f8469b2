"""How the training went, epoch by epoch."""

from collections.abc import Mapping, Sequence

from coronal_learning.judging.page.axis import Axis
from coronal_learning.judging.page.chart import COLOURS, Line, chart
from coronal_learning.judging.page.markup import Markup, element, joined

__all__ = ["learning_curve"]

_STEPS = ("epoch", "epochs")
_ASIDE = "validation_"


def learning_curve(curve: Sequence[Mapping[str, float]]) -> Markup:
    """Make the section from what a training has measured; nothing where that is nothing.

    Parameters
    ----------
    curve
        What was known after each step, by name (`coronal.TrainingContext.measure`).
    """
    names = list(dict.fromkeys(name for row in curve for name in row if name not in _STEPS))
    losses = [name for name in names if "loss" in name]
    figures = [
        _chart(title, group, curve)
        for title, group in (
            ("Loss", losses),
            ("Other measures", [one for one in names if one not in losses]),
        )
        if group
    ]
    if not figures:
        return joined()
    return element(
        "section",
        element("h2", "How the training went"),
        element("p", "Dashed: of items that it didn't learn from.", class_="note"),
        element("div", *figures, class_="figures"),
    )


def _chart(title: str, names: Sequence[str], curve: Sequence[Mapping[str, float]]) -> Markup:
    drawn = {name: _points(name, curve) for name in names}
    told = [point for points in drawn.values() for point in points]
    steps = Axis.around("Epoch", (x for x, _ in told), is_whole=True)
    bases = {name.removeprefix(_ASIDE) for name in names}
    shown = _spoken(bases.pop()) if len(bases) == 1 else title
    return chart(shown, (steps, Axis.around(shown, (y for _, y in told))), _lines(drawn))


def _lines(drawn: Mapping[str, Sequence[tuple[float, float]]]) -> list[Line]:
    bases = list(dict.fromkeys(name.removeprefix(_ASIDE) for name in drawn))
    return [
        Line(
            _spoken(name),
            points,
            f"c{bases.index(name.removeprefix(_ASIDE)) % COLOURS}"
            + (" dashed" if name.startswith(_ASIDE) else ""),
        )
        for name, points in drawn.items()
    ]


def _points(name: str, curve: Sequence[Mapping[str, float]]) -> list[tuple[float, float]]:
    return [(row.get("epoch", number), row[name]) for number, row in enumerate(curve, start=1) if name in row]


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()
