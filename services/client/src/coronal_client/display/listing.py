"""A list with a heading over each column."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table

__all__ = ["listing"]


def listing(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Lay out texts in columns."""
    table = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table
