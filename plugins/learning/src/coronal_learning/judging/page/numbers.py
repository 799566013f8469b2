"""Numbers as a reader wants them, and estimates with their intervals."""

from coronal_learning.judging.estimate import Estimate
from coronal_learning.judging.page.markup import Markup, element, joined

__all__ = ["NONE", "estimate", "number", "percent", "probability", "whisker"]

NONE = "–"
"""Where there is nothing to be told."""

_WIDTH = 120


def number(value: float | None, *, signed: bool = False) -> str:
    """Write a number with three places.

    >>> number(0.12345), number(-0.5, signed=True), number(None)
    ('0.123', '−0.500', '–')
    """
    if value is None:
        return NONE
    return (f"{value:+.3f}" if signed else f"{value:.3f}").replace("-", "\N{MINUS SIGN}")


def percent(part: float, places: int = 0) -> str:
    """Write a part as percent; the space is one at which no line ends.

    >>> percent(0.125, 1)
    '12.5\u202f%'
    """
    return f"{100 * part:.{places}f}\N{NARROW NO-BREAK SPACE}%"


def probability(p: float) -> str:
    """Write a p value.

    >>> probability(0.0123), probability(1e-9)
    ('p = 0.012', 'p < 0.001')
    """
    return f"p = {number(p)}" if p >= 0.001 else "p < 0.001"


def estimate(one: Estimate, *, signed: bool = False, mark: str = "") -> Markup:
    """Write an estimate: its value and, smaller, its interval; a dagger where resamples were left out.

    Parameters
    ----------
    one
        What is written.
    signed
        Whether its sign is written also where it is positive.
    mark
        What stands behind the value.
    """
    value = element("span", number(one.value, signed=signed), class_="value")
    dagger = element("sup", "†") if one.left_out else ""
    if one.low is None:
        return joined(value, dagger, mark)
    ends = f"{number(one.low, signed=signed)} to {number(one.high, signed=signed)}"
    return joined(value, dagger, mark, " ", element("span", ends, class_="interval"))


def whisker(one: Estimate, low: float = 0.0, high: float = 1.0) -> Markup:
    """Draw an estimate on a scale: a dot, and a line from end to end of its interval."""

    def at(value: float) -> float:
        part = min(1.0, max(0.0, (value - low) / (high - low)))
        return round(4 + part * (_WIDTH - 8), 1)

    drawn = [element("path", d=f"M4 8H{_WIDTH - 4}", class_="grid")]
    if low < 0 < high:
        drawn.append(element("path", d=f"M{at(0)} 1V15", class_="axis"))
    if one.low is not None and one.high is not None:
        drawn.append(element("path", d=f"M{at(one.low)} 8H{at(one.high)}", class_="bar c0"))
    if one.value is not None:
        drawn.append(element("circle", cx=at(one.value), cy=8, r=3.5, class_="dot c0"))
    return element("svg", *drawn, viewBox=f"0 0 {_WIDTH} 16", class_="whisker", aria_hidden="true")
