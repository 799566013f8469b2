"""HTML, put together from parts: what is no markup is escaped."""

import html
import re
from collections.abc import Iterable
from typing import TypeAlias

__all__ = ["Attribute", "Markup", "element", "joined", "lowered", "raw", "table"]

Attribute: TypeAlias = str | float | bool | None

_VOID = frozenset({"br", "img", "meta"})
_HEADING = re.compile(r"(</?h)([1-5])\b")


class Markup(str):
    """A text that is HTML. Any other is escaped where it comes into one."""

    __slots__ = ()


def raw(trusted: str) -> Markup:
    """Take a text of our own as HTML."""
    return Markup(trusted)


def joined(*parts: str) -> Markup:
    """Put parts one after the other.

    >>> joined("a < b", raw("<br>"))
    'a &lt; b<br>'
    """
    return Markup("".join(part if isinstance(part, Markup) else html.escape(part) for part in parts))


def element(tag: str, /, *children: str, **attributes: Attribute) -> Markup:
    """Make an element.

    Parameters
    ----------
    tag
        Its name.
    children
        What stands in it.
    attributes
        By name; an underscore at the end falls away, any other becomes a hyphen. None and False: it has none.

    Examples
    --------
    >>> element("td", "R&D", class_="name", colspan=2)
    '<td class="name" colspan="2">R&amp;D</td>'
    """
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if tag in _VOID:
        return Markup(f"<{tag}{told}>")
    return Markup(f"<{tag}{told}>{joined(*children)}</{tag}>")


def lowered(part: Markup) -> Markup:
    """Make each heading one of the next lower level: what stands in a part of a page.

    >>> lowered(element("h2", "Is <h2> a heading?"))
    '<h3>Is &lt;h2&gt; a heading?</h3>'
    """
    return Markup(_HEADING.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", part))


def table(
    headings: Iterable[str], rows: Iterable[Iterable[str]], *, caption: str, class_: str | None = None
) -> Markup:
    """Make a table whose first column heads its rows.

    Parameters
    ----------
    headings, rows
        Cells of texts or markup; one that is made by `element` as a cell stays as it is.
    caption
        What is in it.
    class_
        Its class in the style sheet.
    """
    head = element("thead", element("tr", *(element("th", one, scope="col") for one in headings)))
    body = element("tbody", *(element("tr", *_cells(row)) for row in rows))
    made = element("table", element("caption", caption), head, body, class_=class_)
    return element("div", made, class_="scroll", role="group", tabindex=0, aria_label=caption)


def _cells(row: Iterable[str]) -> Iterable[Markup]:
    first, *others = row
    yield element("th", first, scope="row")
    for one in others:
        is_cell = isinstance(one, Markup) and one.startswith("<td")
        yield Markup(one) if is_cell else element("td", one)


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
