"""A list with a heading over each column, that fits whatever terminal it is shown on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

__all__ = ["EDGES", "GAP", "Listing", "listing"]

GAP = 3
"""Between two columns: a blank, the line's place, a blank."""

EDGES = 2

_LONG_TEXT = 24
"""What is longer is text, and may be broken; values, which are shorter, are not."""

_NARROW = 14
"""A column of text, and a heading, may become as narrow."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Texts in columns; where they don't fit, each row becomes a list of its own: nothing is left out.

    Parameters
    ----------
    headings
        Over the columns.
    rows
        As many texts in each.
    has_names
        Whether the first column is what a thing is asked for by: then it is never broken.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    has_names: bool = True

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Lay it out for the width that there is."""
        room = options.max_width - EDGES - GAP * (len(self.headings) - 1)
        natural, least = zip(*map(self._widths, range(len(self.headings))), strict=True)
        widths = _narrowed(natural, least, room)
        yield from [self._table(widths)] if widths else map(self._record, self.rows)

    def _widths(self, place: int) -> tuple[int, int]:
        """Return how wide a column is by itself, and how narrow it can be."""
        cells = max((cell_len(row[place]) for row in self.rows), default=0)
        heading = max(map(cell_len, self.headings[place].splitlines()), default=0)
        can_break = cells > _LONG_TEXT and not (place == 0 and self.has_names)
        least = _NARROW if can_break else cells
        return max(cells, heading), max(least, min(heading, _NARROW))

    def _table(self, widths: Sequence[int]) -> Table:
        columns = [
            Column(heading, width=width, overflow="fold")
            for heading, width in zip(self.headings, widths, strict=True)
        ]
        table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
        for row in self.rows:
            table.add_row(*row)
        return table

    def _record(self, row: Sequence[str]) -> Group:
        table = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2))
        for heading, text in zip(self.headings[1:], row[1:], strict=True):
            table.add_row(f"  {' '.join(heading.split())}", text)
        return Group(Text(f"\n{row[0]}", style="bold", overflow="fold"), table)


def listing(headings: Sequence[str], rows: Iterable[Sequence[str]], *, has_names: bool = True) -> Listing:
    """Lay out texts in columns (`Listing`)."""
    return Listing(headings, list(rows), has_names)


def _narrowed(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Narrow the widest columns until all have room together; empty where they can't.

    >>> _narrowed([10, 40, 60], [10, 14, 14], 80)
    [10, 35, 35]
    >>> _narrowed([90, 40], [90, 14], 80)
    []
    """
    widths = list(natural)
    if sum(least) > room:
        return []
    while sum(widths) > room:
        wide = [place for place, width in enumerate(widths) if width > least[place]]
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths
