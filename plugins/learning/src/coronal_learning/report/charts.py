"""Charts that matplotlib draws, as SVG that stands in the page and takes its colours from the style sheet."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["COLOURS", "FAINT", "SOFT", "chart"]

_VARIABLES = ("ink", "soft", "faint", *(f"c{number}" for number in range(8)))
_VARIABLE_OF = {f"#{number:06x}": f"var(--{name})" for number, name in enumerate(_VARIABLES, start=1)}
_INK, SOFT, FAINT, *COLOURS = _VARIABLE_OF
"""Colours that stand for the variables of the style sheet, which are others in the dark."""

_WIDTH_PX, _HEIGHT_PX = 380, 320
_AREA = (0.13, 0.145, 0.84, 0.835)
_SETTINGS: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": SOFT,
    "axes.formatter.useoffset": False,
    "axes.grid": True,
    "axes.labelcolor": _INK,
    "axes.labelsize": 12,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "errorbar.capsize": 4,
    "figure.dpi": 72,
    "font.size": 11,
    "grid.color": FAINT,
    "lines.linewidth": 2,
    "lines.markersize": 6,
    "svg.fonttype": "none",
    "svg.hashsalt": "coronal",
    "text.parse_math": False,
    "xtick.color": SOFT,
    "xtick.major.pad": 6,
    "xtick.major.size": 0,
    "ytick.color": SOFT,
    "ytick.major.pad": 6,
    "ytick.major.size": 0,
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_KEPT_OF_TEXT = {"fill", "text-anchor"}


def chart(title: str, draw: "Callable[[Axes], None]") -> Markup:
    """Return a chart as an SVG element; the same drawing gives the same bytes, whatever the user's settings.

    Parameters
    ----------
    title
        What it shows, for those who don't see it.
    draw
        Draws on the axes, with `COLOURS`, `SOFT` and `FAINT`.
    """
    import matplotlib.style
    from matplotlib.figure import Figure

    buffer = BytesIO()
    with matplotlib.style.context(["default", _SETTINGS]):
        figure = Figure((_WIDTH_PX / 72, _HEIGHT_PX / 72))
        axes = figure.add_axes(_AREA)
        figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        draw(axes)
        # Turned text is set by its middle too, for a browser's letters have other widths.
        axes.yaxis.label.set_rotation_mode("anchor")
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    return _for_page(ElementTree.fromstring(buffer.getvalue()), title)


def _for_page(root: ElementTree.Element, title: str) -> Markup:
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.text, element.tail = (element.text or "").strip(), ""
    markers = {f"#{path.get('id')}": path for path in root.iterfind(".//defs/path")}
    for use in root.iterfind(".//use"):
        _replace_by_path(use, markers)
    for parent in list(root.iter()):
        for defs in parent.findall("defs"):
            parent.remove(defs)
    for element in root.iter():
        _simplify(element)
    root.attrib = {"viewBox": f"0 0 {_WIDTH_PX} {_HEIGHT_PX}", "role": "img"}
    caption = ElementTree.Element("title")
    caption.text = title
    root.insert(0, caption)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _replace_by_path(use: ElementTree.Element, markers: dict[str, ElementTree.Element]) -> None:
    # No identifier is left, which would have to be the only one of its name in the page.
    marker = markers[use.attrib["{http://www.w3.org/1999/xlink}href"]]
    place = f"translate({use.get('x')} {use.get('y')})"
    use.tag = "path"
    use.attrib = {"d": marker.attrib["d"], "transform": place, "style": use.get("style", "")}


def _simplify(element: ElementTree.Element) -> None:
    attributes = element.attrib
    for name in ("id", "clip-path"):
        attributes.pop(name, None)
    if "d" in attributes:
        attributes["d"] = " ".join(attributes["d"].split())
    style = dict(pair.split(": ", 1) for pair in attributes.pop("style", "").split("; ") if pair)
    kept = {name for name in style if element.tag != "text" or name in _KEPT_OF_TEXT}
    if kept:
        reported = (
            f"{name}: {_VARIABLE_OF.get(value, value)}" for name, value in style.items() if name in kept
        )
        attributes["style"] = "; ".join(reported)
