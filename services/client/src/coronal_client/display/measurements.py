"""A table of measurements on a terminal that is never wide enough."""

from collections.abc import Sequence

from rich import box
from rich.console import Group
from rich.table import Table as Grid
from rich.text import Text

from coronal_client.tables import Cell, Column, Table

__all__ = ["grid"]

_GAP = 3
"""Between two columns: a blank, the line's place, a blank."""

_EDGES = 2

_ELLIPSIS = "…"


def grid(table: Table, *, title: str, width: int, most_rows: int = 10) -> Group:
    """Show the first rows of a table, and as many columns as fit from both of its ends.

    Parameters
    ----------
    table
        What was measured.
    title
        What stands above it.
    width
        How many letters a line may have.
    most_rows
        How many rows at most; a line below tells how many there are.
    """
    shown = [[_text(cell) for cell in row] for row in table.rows[:most_rows]]
    headings = [_heading(column) for column in table.columns]
    kept = _fitting([_width(heading, shown, place) for place, heading in enumerate(headings)], width)
    view = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for place in kept:
        view.add_column(_ELLIPSIS if place is None else headings[place], justify="right", no_wrap=True)
    for row in shown:
        view.add_row(*(_ELLIPSIS if place is None else row[place] for place in kept))
    return Group(Text(title), view, *_notes(table, len(shown)))


def _heading(column: Column) -> str:
    # A word a line: numbers are short, names are long.
    words = column.name.split("_")
    return "\n".join([*words, f"({column.unit})"] if column.unit else words)


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


def _width(heading: str, rows: Sequence[Sequence[str]], place: int) -> int:
    words = [*heading.splitlines(), *(row[place] for row in rows)]
    return max(len(word) for word in words)


def _fitting(widths: Sequence[int], most: int) -> list[int | None]:
    """Choose the places of columns from both ends in turn; None stands for those left out in the middle.

    >>> _fitting([5, 5, 5, 5, 5], 40)
    [0, 1, 2, 3, 4]
    >>> _fitting([5, 5, 5, 5, 5], 29)
    [0, 1, None, 4]
    """
    most -= _EDGES
    if sum(widths) + _GAP * (len(widths) - 1) <= most:
        return list(range(len(widths)))
    left: list[int | None] = []
    right: list[int | None] = []
    room = most - len(_ELLIPSIS)
    for turn in range(len(widths)):
        place = turn // 2 if turn % 2 == 0 else len(widths) - 1 - turn // 2
        room -= widths[place] + _GAP
        if room < 0:
            break
        (left if turn % 2 == 0 else right).append(place)
    return [*left, None, *reversed(right)]


def _notes(table: Table, shown: int) -> list[Text]:
    if not table.row_count:
        return [Text("no rows")]
    more = table.row_count - shown
    return [Text(f"… {more:,} more rows")] if more else []
