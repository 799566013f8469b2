"""A chart of lines, drawn as SVG that stands in the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coronal_learning.judging.page.axis import Axis
from coronal_learning.judging.page.markup import Markup, element, joined

__all__ = ["COLOURS", "Bar", "Line", "chart", "swatch"]

COLOURS = 8
"""So many lines can be told apart; the style sheet has a class for each, ``c0`` to ``c7``."""

_WIDTH, _HEIGHT = 380, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 46
_TEXT_GAP = 16


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points.

    Parameters
    ----------
    name
        For the legend; empty for none.
    points
        (x, y), in the values of the axes.
    class_
        In the style sheet: ``c0`` to ``c7`` for a colour, also ``dashed``, ``dots``, ``guide``.
    """

    name: str
    points: Sequence[tuple[float, float]]
    class_: str


@dataclass(frozen=True, slots=True)
class Bar:
    """An upright interval at a place of the x axis."""

    x: float
    low: float
    high: float
    class_: str


def chart(
    title: str, axes: tuple[Axis, Axis], lines: Sequence[Line], bars: Sequence[Bar] = (), note: str = ""
) -> Markup:
    """Draw lines, as a figure with its title and legend.

    Parameters
    ----------
    title
        What it shows; also for who doesn't see it.
    axes
        That to the right, and that upwards.
    lines, bars
        What is drawn, the first at the bottom.
    note
        A sentence below.
    """
    x, y = axes
    picture = element(
        "svg",
        element("title", f"{title}: {y.name} by {x.name}"),
        *_frame(x, y),
        *(_bar(bar, x, y) for bar in bars),
        *(_line(line, x, y) for line in lines),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
    )
    named = [element("li", swatch(line.class_), line.name) for line in lines if line.name]
    legend = element("ul", *named, class_="legend") if named else ""
    told = element("p", note, class_="note") if note else ""
    return element("figure", element("h3", title), picture, element("figcaption", legend, told))


def swatch(class_: str) -> Markup:
    """Give a piece of a line, for a legend."""
    line = element("path", d="M1 6H23", class_=f"line {class_}")
    dot = element("circle", cx=12, cy=6, r=3.2, class_=f"dot {class_}") if "dots" in class_ else ""
    return element("svg", line, dot, viewBox="0 0 24 12", class_="swatch", aria_hidden="true")


def _frame(x: Axis, y: Axis) -> Iterable[Markup]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for tick in x.ticks:
        at = _x(x, tick)
        yield element("path", d=f"M{at} {_TOP}V{bottom}", class_="grid")
        yield element("text", f"{tick:g}", x=at, y=bottom + _TEXT_GAP, text_anchor="middle")
    for tick in y.ticks:
        at = _y(y, tick)
        yield element("path", d=f"M{_LEFT} {at}H{right}", class_="grid")
        yield element("text", f"{tick:g}", x=_LEFT - 6, y=round(at + 4, 1), text_anchor="end")
    yield element("path", d=f"M{_LEFT} {_TOP}V{bottom}H{right}", class_="axis")
    middle = (_LEFT + right) / 2
    yield element("text", x.name, x=middle, y=_HEIGHT - 8, text_anchor="middle", class_="name")
    turned = f"translate(13 {(_TOP + bottom) / 2}) rotate(-90)"
    yield element("text", y.name, transform=turned, text_anchor="middle", class_="name")


def _line(line: Line, x: Axis, y: Axis) -> Markup:
    places = [(_x(x, right), _y(y, up)) for right, up in line.points]
    path = "M" + "L".join(f"{right} {up}" for right, up in places)
    dots = [
        element("circle", cx=right, cy=up, r=3.2, class_=f"dot {line.class_}")
        for right, up in places
        if "dots" in line.class_ or len(places) == 1
    ]
    return joined(element("path", d=path, class_=f"line {line.class_}"), *dots)


def _bar(bar: Bar, x: Axis, y: Axis) -> Markup:
    at, low, high = _x(x, bar.x), _y(y, bar.low), _y(y, bar.high)
    return element(
        "path", d=f"M{at - 4} {low}h8M{at} {low}V{high}M{at - 4} {high}h8", class_=f"bar {bar.class_}"
    )


def _x(axis: Axis, value: float) -> float:
    return round(_LEFT + axis.part(value) * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(axis: Axis, value: float) -> float:
    return round(_HEIGHT - _BOTTOM - axis.part(value) * (_HEIGHT - _TOP - _BOTTOM), 1)
