"""A table of measurements, as a job's results hold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Cell", "Column", "Table"]

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
        The first 10,000 at most, as many cells in each as there are columns; None where there is no value.
    row_count
        How many rows there are; the CSV file among the results has them all.

    Examples
    --------
    >>> table = Table((Column("label"), Column("area", "mm²")), ((1, 12.5), (2, 8.0)), row_count=2)
    >>> table.column("area")
    (12.5, 8.0)
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_count: int

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
        """Give the cells of the column of that name, one a row; KeyError if there is none."""
        names = [column.name for column in self.columns]
        if name not in names:
            raise KeyError(f"no column {name!r}; there are {', '.join(names)}")
        position = names.index(name)
        return tuple(row[position] for row in self.rows)
