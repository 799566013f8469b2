"""A list with a heading over each column."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Column, Table

__all__ = ["listing"]


def listing(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Lay out texts in columns; the first, by which a thing is asked for, is never broken."""
    name, *others = headings
    columns = [Column(name, no_wrap=True), *(Column(other, overflow="fold") for other in others)]
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table
