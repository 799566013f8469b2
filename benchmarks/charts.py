"""Bar charts as SVG files that are readable on a light and on a dark page."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib.style
from matplotlib.figure import Figure

__all__ = ["draw_bars"]

_INK, _SOFT, _BAR, _OWN_BAR = "#000001", "#000002", "#000003", "#000004"
"""Colours that stand for those of the style, which are others in the dark."""

_STYLE = """<style>
  :root { --c1: #1f2328; --c2: #7d8590; --c3: #8c9bab; --c4: #0969da }
  @media (prefers-color-scheme: dark) { :root { --c1: #e6edf3; --c2: #8d96a0; --c3: #6e7b89; --c4: #4493f8 } }
</style>"""
_SETTINGS: dict[str, Any] = {
    "axes.edgecolor": _SOFT,
    "axes.labelcolor": _INK,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 11,
    "svg.fonttype": "none",
    "svg.hashsalt": "coronal",
    "text.color": _INK,
    "text.parse_math": False,
    "xtick.color": _SOFT,
    "ytick.color": _INK,
    "ytick.major.size": 0,
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def draw_bars(path: Path, windows: Mapping[str, Sequence[float]], unit: str, *, is_log: bool = False) -> None:
    """Write a chart with a bar for each contender: the median of its windows, and their range as a line.

    Parameters
    ----------
    path
        The file.
    windows
        What each contender reached; Coronal's bars have a colour of their own.
    unit
        Title of the axis.
    is_log
        Draw a logarithmic axis.
    """
    names = sorted(windows, key=lambda name: median(windows[name]))
    middles = [median(windows[name]) for name in names]
    ranges = [
        [middle - min(windows[name]) for name, middle in zip(names, middles, strict=True)],
        [max(windows[name]) - middle for name, middle in zip(names, middles, strict=True)],
    ]
    buffer = io.StringIO()
    with matplotlib.style.context(["default", _SETTINGS]):
        figure = Figure((8.4, 0.6 + 0.34 * len(names)), layout="constrained")
        axes = figure.add_subplot()
        for part in (figure.patch, axes.patch):
            part.set_visible(False)
        colours = [_OWN_BAR if name.startswith("Coronal") else _BAR for name in names]
        axes.barh(names, middles, color=colours, xerr=ranges, ecolor=_SOFT, log=is_log)
        for place, middle in enumerate(middles):
            axes.annotate(
                f" {middle:,.3g}" if middle < 1_000 else f" {middle:,.0f}", (middle, place + 0.16), size=9
            )
        axes.set_xlabel(unit)
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    svg = buffer.getvalue()
    for number, colour in enumerate((_INK, _SOFT, _BAR, _OWN_BAR), start=1):
        svg = svg.replace(colour, f"var(--c{number})")
    path.write_text(svg.replace("<defs>", f"{_STYLE}\n <defs>", 1))
