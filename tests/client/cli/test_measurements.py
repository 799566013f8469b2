"""Tables of measurements on a terminal."""

import pytest
from rich.console import Console

from coronal_client.cli.display.measurements import Measurements
from coronal_client.cli.display.screen import Screen
from coronal_client.files.tables import Column, Table

COLUMNS = tuple(Column(f"column_{number}", "mm²") for number in range(12))
WIDE = Table(COLUMNS, tuple(tuple(row * 1234.567 + place for place in range(12)) for row in range(30)), 300)
ONE = Table(tuple(Column(f"a_long_name_{number}", "HU") for number in range(30)), (tuple(range(30)),), 1)


def shown(table: Table, width: int = 80, *, is_wide: bool = False) -> str:
    screen = Screen(is_json=False, is_wide=is_wide, results=Console(width=width))
    with screen.results.capture() as capture:
        screen.show(Measurements(table, "shape", is_wide))
    return capture.get()


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_no_number_is_cut_off_whatever_the_width(width: int) -> None:
    text = shown(WIDE, width)
    assert max(map(len, text.splitlines())) <= width
    digits = [word for word in text.splitlines()[8].split() if word != "…"]
    assert digits
    assert all(word.replace(",", "").isdigit() for word in digits)


def test_the_columns_and_rows_that_are_left_out_are_named() -> None:
    text = shown(WIDE)
    assert "left out: column_4, column_5, column_6, column_7; --wide shows all" in " ".join(text.split())
    assert "… 290 more rows; --wide shows all" in text
    assert "(mm²)" in text


def test_of_many_columns_the_first_and_the_last_that_are_left_out_are_named() -> None:
    table = Table(tuple(Column(f"hog_{number}") for number in range(900)), ((0.125,) * 900,), 1)
    text = shown(table)
    assert max(map(len, text.splitlines())) <= 80
    assert "left out: 8" in text
    assert "columns, hog_" in text


def test_a_table_of_few_rows_is_turned_where_it_is_too_wide() -> None:
    text = shown(ONE)
    assert max(map(len, text.splitlines())) <= 80
    assert [line.split()[-1] for line in text.splitlines()[2:-1]] == [str(number) for number in range(30)]
    assert "a long name 29 (HU)" in text
    assert "left out" not in text


def test_the_text_of_one_row_is_broken_and_not_cut_off() -> None:
    table = Table((Column("a"), Column("remark")), ((1, "word " * 40 + "end"),), 1)
    text = shown(table)
    assert max(map(len, text.splitlines())) <= 80
    assert (text.split().count("word"), "end" in text) == (40, True)


@pytest.mark.parametrize("table", [WIDE, ONE], ids=["rows", "columns"])
def test_wide_shows_each_row_and_each_column(table: Table) -> None:
    lines = shown(table, is_wide=True).splitlines()
    rows = [line.split() for line in lines if line.strip() and line.split()[0].replace(",", "").isdigit()]
    assert [len(row) for row in rows[-len(table.rows) :]] == [len(table.columns)] * len(table.rows)
    assert not any("left out" in line for line in lines)


def test_numbers_are_as_precise_as_a_person_reads_them() -> None:
    table = Table((Column("a"), Column("b"), Column("c"), Column("d")), ((7, 12.34567, 1234567.8, None),), 1)
    last = shown(table).splitlines()[-2]
    assert last.split() == ["7", "12.35", "1,234,568"]


def test_a_table_without_rows_says_so() -> None:
    assert "no rows" in shown(Table((Column("a"),), (), 0))
    assert "no rows" in shown(Table(COLUMNS, (), 0))
