"""The writer of tables: measurements and predictions as CSV (RFC 4180, UTF-8)."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from coronal import Column, Outcome, Prediction, ResultFile, Table, writer
from coronal.formats.csv_text import csv_text

__all__ = ["measurements"]

_COLUMNS = (Column("stage"), Column("class"), Column("probability"))


@writer
def measurements(outcome: Outcome) -> Iterable[ResultFile]:
    """Write the tables, each column under its name with its unit; a cell without a value stays empty.

    Text that a spreadsheet would take for a formula stands behind an apostrophe (`coronal.formats.csv_text`).

    ``measurements.csv`` for one table, ``measurements-STAGE.csv`` for each of several; ``predictions.csv``
    with the probability of each class, for each classifier.
    """
    tables = outcome.case.tables
    for stage, table in tables.items():
        yield _file("measurements" if len(tables) == 1 else f"measurements-{stage}", table)
    if outcome.case.predictions:
        yield _file("predictions", _table(outcome.case.predictions))


def _table(predictions: Mapping[str, Prediction]) -> Table:
    rows = [
        (stage, name, probability)
        for stage, prediction in predictions.items()
        for name, probability in zip(prediction.classes, prediction.probabilities, strict=True)
    ]
    return Table(_COLUMNS, tuple(rows))


def _file(stem: str, table: Table) -> ResultFile:
    lines: Sequence[Sequence[object]] = [table.headings, *table.rows]
    cells = ([csv_text(cell) for cell in line] for line in lines)
    buffer = StringIO(newline="")
    csv.writer(buffer).writerows(cells)
    return ResultFile(f"{stem}.csv", "text/csv", buffer.getvalue().encode())
