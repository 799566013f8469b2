import json
import math

import numpy as np
import pytest

from coronal import Column, Table


@pytest.mark.parametrize(
    ("unit", "heading"),
    [
        ("", "area"),
        ("mm²", "area_mm2"),
        ("mm³", "area_mm3"),
        ("HU", "area_HU"),
        ("%", "area_percent"),
        ("1/mm", "area_1_per_mm"),
        ("°", "area_deg"),
    ],
)
def test_a_heading_is_the_name_with_its_unit_in_plain_letters(unit: str, heading: str) -> None:
    assert Column("area", unit).heading == heading
    assert heading.isascii()


@pytest.mark.parametrize(
    "nothing", [None, math.nan, math.inf, -math.inf, np.float32("nan"), np.float64("inf")]
)
def test_what_is_no_finite_number_becomes_none(nothing: float | None) -> None:
    assert Table((Column("spread"),), ((nothing,),)).column("spread") == (None,)


@pytest.mark.parametrize("cell", [np.int64(3), np.float32(0.5), np.uint8(7), np.str_("left"), np.bool_(True)])
def test_a_number_of_numpy_becomes_one_of_python(cell: np.generic) -> None:
    kept = Table((Column("x"),), ((cell,),)).rows[0][0]  # type: ignore[arg-type]
    assert not isinstance(kept, np.generic)
    assert json.loads(json.dumps(kept)) == cell.item()


def test_a_cell_holds_one_value() -> None:
    with pytest.raises(ValueError, match="a number, a text or None, found ndarray"):
        Table((Column("centroid"),), ((np.zeros(2),),))  # type: ignore[arg-type]


def test_lists_are_taken_as_rows() -> None:
    table = Table([Column("a"), Column("b")], [[1, "x"], [2, "y"]])  # type: ignore[arg-type]
    assert table == Table((Column("a"), Column("b")), ((1, "x"), (2, "y")))


@pytest.mark.parametrize("row", [(), (1,), (1, 2, 3)])
def test_a_row_has_a_cell_for_each_column(row: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=f"row 2 must have 2 cells, found {len(row)}"):
        Table((Column("a"), Column("b")), ((1, 2), row))


def test_no_two_columns_have_one_heading() -> None:
    with pytest.raises(ValueError, match="a heading of its own"):
        Table((Column("area", "mm²"), Column("area", "mm2")))
    assert Table((Column("area", "mm²"), Column("area", "px"))).headings == ("area_mm2", "area_px")


def test_a_column_is_found_by_its_name() -> None:
    table = Table((Column("label"), Column("area", "mm²")), ((1, 2.5), (2, 5.0)))
    assert table.column("area") == (2.5, 5.0)
    with pytest.raises(KeyError, match="no column 'volume'; there are label, area"):
        table.column("volume")


def test_a_table_without_rows_has_empty_columns() -> None:
    assert Table((Column("label"),)).column("label") == ()
