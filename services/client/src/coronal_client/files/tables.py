"""A table of measurements, as a job's results hold it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from coronal_client.errors import CutTable

__all__ = ["Cell", "Column", "Table"]

_MARKED = frozenset("'=+-@\t\r\n＝＋－＠")
"""What stands behind an apostrophe in a CSV file of the server's, so that it is no formula."""

Cell: TypeAlias = int | float | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """What stands in a column.

    Parameters
    ----------
    name
        E.g. ``area``.
    unit
        The unit of its numbers, e.g. ``mm²``, ``HU``; empty where they have none.
    description
        One sentence.
    """

    name: str
    unit: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Measurements: one row an object, or one row for the whole image.

    Parameters
    ----------
    columns
        What stands in each column.
    rows
        As many cells in each as there are columns; None where there is no value.
    row_count
        The number of rows. In ``result.json`` a table has its first 10,000; `Results.tables` reads the others
        from its CSV file.

    Examples
    --------
    >>> table = Table((Column("label"), Column("area", "mm²")), ((1, 12.5), (2, 8.0)), row_count=2)
    >>> table.column("area")
    (12.5, 8.0)
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_count: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than are here."""
        return len(self.rows) < self.row_count

    def with_all_rows(self, content: bytes) -> "Table":
        """Return the table with the rows of its CSV file.

        Parameters
        ----------
        content
            The file: its headings, and a line a row in the order of the columns.

        Raises
        ------
        CutTable
            When the file has another number of rows than the table, too.
        """
        lines = csv.reader(io.StringIO(content.decode(), newline=""))
        next(lines, None)
        are_text = [
            any(isinstance(row[place], str) for row in self.rows) for place in range(len(self.columns))
        ]
        rows = tuple(
            tuple(
                _text(cell) if is_text else _number(cell)
                for cell, is_text in zip(line, are_text, strict=True)
            )
            for line in lines
        )
        if len(rows) != self.row_count:
            raise CutTable(len(rows), self.row_count)
        return replace(self, rows=rows)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Table":
        """Read a table of ``result.json``."""
        columns = tuple(
            Column(column["name"], column.get("unit", ""), column.get("description", ""))
            for column in body["columns"]
        )
        rows = tuple(tuple(row) for row in body["rows"])
        return cls(columns, rows, int(body.get("row_count", len(rows))))

    def column(self, name: str) -> tuple[Cell, ...]:
        """Return the cells of the column of that name, one a row.

        Raises
        ------
        KeyError
            When there is no such column.
        CutTable
            When not all rows are there.
        """
        if self.is_cut:
            raise CutTable(len(self.rows), self.row_count)
        names = [column.name for column in self.columns]
        if name not in names:
            raise KeyError(f"no column {name!r}; there are {', '.join(names)}")
        position = names.index(name)
        return tuple(row[position] for row in self.rows)


def _number(cell: str) -> Cell:
    if not cell:
        return None
    try:
        return int(cell)
    except ValueError:
        pass
    try:
        return float(cell)
    except ValueError:
        return _text(cell)


def _text(cell: str) -> str | None:
    """Return the text of a cell; an apostrophe that keeps a spreadsheet from computing it is taken away."""
    is_marked = cell.startswith("'") and cell[1:2] in _MARKED
    return (cell[1:] if is_marked else cell) or None
