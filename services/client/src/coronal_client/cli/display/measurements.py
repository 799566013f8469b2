"""A table of measurements on a terminal that is never wide enough."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from coronal_client.cli.display.listing import EDGES, GAP
from coronal_client.files.tables import Cell, Column, Table

__all__ = ["Measurements"]

_MAX_ROWS = 10
_MAX_NAMED = 8
_MAX_TURNED = 40
"""Columns of a table that is turned: so many lines can be looked through."""

_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Measurements:
    """The first rows of a table: upright, or turned, or without the columns in the middle, as it fits.

    Parameters
    ----------
    table
        What was measured.
    title
        What stands above it.
    is_whole
        Whether all is shown, however long and wide it is.
    """

    table: Table
    title: str
    is_whole: bool = False

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Lay it out for the width that there is."""
        rows = self.table.rows if self.is_whole else self.table.rows[:_MAX_ROWS]
        shown = [[_text(cell) for cell in row] for row in rows]
        headings = [_heading(column) for column in self.table.columns]
        yield Text(self.title)
        widths = [_width(*column) for column in zip(headings, *shown, strict=True)]
        turned = [_width(*row) for row in ([_name(column) for column in self.table.columns], *shown)]
        if self.is_whole or _fits(widths, options.max_width):
            yield _upright(headings, shown)
        elif _can_turn(turned, len(headings), options.max_width):
            yield _turned(self.table.columns, shown)
        else:
            kept = _fitting(widths, options.max_width)
            yield _upright(
                [_ELLIPSIS if place is None else headings[place] for place in kept],
                [[_ELLIPSIS if place is None else row[place] for place in kept] for row in shown],
            )
            yield Text(_left_out([one.name for one in self.table.columns], kept))
        yield from _rows_left_out(self.table, len(shown))


def _can_turn(widths: Sequence[int], columns: int, most: int) -> bool:
    # The text of one row alone may be broken.
    is_one_row = len(widths) == 2 and widths[0] < most // 2
    return len(widths) > 1 and columns <= _MAX_TURNED and (is_one_row or _fits(widths, most))


def _upright(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Grid:
    view = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        view.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        view.add_row(*row)
    return view


def _turned(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Grid:
    view = Grid(box=box.SIMPLE, show_header=False, pad_edge=False)
    view.add_column(no_wrap=True, style="bold")
    for _ in rows:
        view.add_column(justify="right", overflow="fold")
    for column, *cells in zip(columns, *rows, strict=True):
        view.add_row(_name(column), *cells)
    return view


def _heading(column: Column) -> str:
    # A word a line: numbers are short, names are long.
    words = column.name.split("_")
    return "\n".join([*words, f"({column.unit})"] if column.unit else words)


def _name(column: Column) -> str:
    name = column.name.replace("_", " ")
    return f"{name} ({column.unit})" if column.unit else name


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case float() if abs(cell) >= 1000:
            return f"{cell:,.0f}"
        case float():
            return f"{cell:.4g}"
        case _:
            return str(cell)


def _width(*texts: str) -> int:
    return max((cell_len(line) for text in texts for line in text.splitlines()), default=0)


def _fits(widths: Sequence[int], most: int) -> bool:
    return sum(widths) + GAP * (len(widths) - 1) + EDGES <= most


def _fitting(widths: Sequence[int], most: int) -> list[int | None]:
    """Choose the places of columns from both ends in turn; None stands for those left out in the middle.

    >>> _fitting([5, 5, 5, 5, 5], 29)
    [0, 1, None, 4]
    """
    left: list[int | None] = []
    right: list[int | None] = []
    room = most - EDGES - len(_ELLIPSIS)
    for turn in range(len(widths)):
        place = turn // 2 if turn % 2 == 0 else len(widths) - 1 - turn // 2
        room -= widths[place] + GAP
        if room < 0:
            break
        (left if turn % 2 == 0 else right).append(place)
    return [*left, None, *reversed(right)]


def _left_out(names: Sequence[str], kept: Sequence[int | None]) -> str:
    """Name the columns that are left out, or the first and the last of many.

    >>> _left_out(["a", "b", "c", "d"], [0, None, 3])
    'left out: b, c; --wide shows all'
    """
    absent = [name for place, name in enumerate(names) if place not in kept]
    if len(absent) > _MAX_NAMED:
        return f"left out: {len(absent)} columns, {absent[0]} to {absent[-1]}; --wide shows all"
    return f"left out: {', '.join(absent)}; --wide shows all"


def _rows_left_out(table: Table, shown: int) -> Iterator[Text]:
    if not table.row_count:
        yield Text("no rows")
    elif more := table.row_count - shown:
        yield Text(f"… {more:,} more rows" + ("; --wide shows all" if shown < len(table.rows) else ""))
