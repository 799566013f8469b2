"""A table of measurements, each column with its unit."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

__all__ = ["Cell", "Column", "Table"]

Cell: TypeAlias = int | float | str | None

_PLAIN = str.maketrans({"²": "2", "³": "3", "/": "_per_", " ": "_", "%": "percent", "°": "deg"})


@dataclass(frozen=True, slots=True)
class Column:
    """What stands in a column.

    Parameters
    ----------
    name
        A noun in lower case, e.g. ``area``.
    unit
        The unit of its numbers, e.g. ``mm²``, ``HU``; empty where they have none.
    description
        One sentence.
    """

    name: str
    unit: str = ""
    description: str = ""

    @property
    def heading(self) -> str:
        """The name with its unit, in plain letters, as a file's heading.

        >>> Column("area", "mm²").heading
        'area_mm2'
        """
        return f"{self.name}_{self.unit.translate(_PLAIN)}" if self.unit else self.name


@dataclass(frozen=True, slots=True)
class Table:
    """Measurements: one row an object, or one row for the whole image.

    Parameters
    ----------
    columns
        What stands in each column.
    rows
        As many cells in each as there are columns. None means that there is no value, e.g. the spread of
        an object of one pixel; NaN and infinities become None, NumPy's numbers Python's own.

    Raises
    ------
    ValueError
        When a row has more or fewer cells than there are columns, a cell holds something else than a
        number or a text, or two columns have one heading.

    Examples
    --------
    >>> table = Table((Column("label"), Column("area", "mm²")), ((1, 12.5), (2, float("nan"))))
    >>> table.column("area")
    (12.5, None)
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()

    def __post_init__(self) -> None:
        headings = self.headings
        if len(set(headings)) < len(headings):
            raise ValueError(f"each column must have a heading of its own, found {headings}")
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(headings):
                raise ValueError(f"row {number} must have {len(headings)} cells, found {len(row)}")
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "rows", tuple(tuple(map(_plain, row)) for row in self.rows))

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns, units included."""
        return tuple(column.heading for column in self.columns)

    def column(self, name: str) -> tuple[Cell, ...]:
        """Return the cells of the column of that name, one a row; KeyError if there is none."""
        names = [column.name for column in self.columns]
        if name not in names:
            raise KeyError(f"no column {name!r}; there are {', '.join(names)}")
        position = names.index(name)
        return tuple(row[position] for row in self.rows)


def _plain(cell: object) -> Cell:
    if type(cell) is float:  # by far the most are
        return cell if math.isfinite(cell) else None
    value: object = cell.item() if isinstance(cell, np.generic) else cell
    if not isinstance(value, int | float | str | None):
        raise ValueError(f"a cell must be a number, a text or None, found {type(cell).__name__}")
    return None if isinstance(value, float) and not math.isfinite(value) else value
