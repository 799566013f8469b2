"""Tables on a terminal."""

import pytest
from rich.console import Console

from coronal_client.display.measurements import grid
from coronal_client.tables import Column, Table

COLUMNS = tuple(Column(f"column_{number}", "mm²") for number in range(12))
WIDE = Table(COLUMNS, tuple(tuple(row * 1234.567 + place for place in range(12)) for row in range(30)), 300)


def shown(table: Table, width: int) -> str:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(grid(table, title="shape", width=width))
    return capture.get()


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_nothing_is_cut_off_whatever_the_width(width: int) -> None:
    text = shown(WIDE, width)
    assert max(map(len, text.splitlines())) <= width
    assert "column" in text
    assert "…" in text
    assert all(word.replace(",", "").isdigit() for word in text.splitlines()[8].split() if word != "…")


def test_units_and_the_rows_that_are_left_out_are_told() -> None:
    text = shown(WIDE, 80)
    assert "(mm²)" in text
    assert "… 290 more rows" in text


def test_numbers_are_as_precise_as_a_person_reads_them() -> None:
    table = Table((Column("a"), Column("b"), Column("c"), Column("d")), ((7, 12.34567, 1234567.8, None),), 1)
    last = shown(table, 80).splitlines()[-2]
    assert last.split() == ["7", "12.35", "1,234,568"]


def test_a_table_without_rows_says_so() -> None:
    assert "no rows" in shown(Table((Column("a"),), (), 0), 80)
