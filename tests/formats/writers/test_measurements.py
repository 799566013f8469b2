import csv
from collections.abc import Callable
from io import StringIO

import numpy as np

from coronal import Case, Column, Image, Prediction, ResultFile, Table
from coronal_formats.writers.measurements import measurements

Written = Callable[..., dict[str, ResultFile]]
SHAPES = Table(
    (Column("label"), Column("area", "mm²"), Column("note")), ((1, 0.1, 'a "b", c'), (2, None, "é"))
)


def case() -> Case:
    return Case.start(Image(np.zeros((2, 2))))


def test_one_table_is_one_file_with_units_in_its_headings(written: Written) -> None:
    files = written(measurements, case().add("shape", SHAPES))
    assert list(files) == ["measurements.csv"]
    text = files["measurements.csv"].content.decode()
    # RFC 4180: lines end with CRLF, quotes are doubled, a cell without a value is empty.
    assert text == 'label,area_mm2,note\r\n1,0.1,"a ""b"", c"\r\n2,,é\r\n'


def test_a_number_is_read_back_as_it_was(written: Written) -> None:
    value = 0.1 + 0.2
    table = Table((Column("x"),), ((value,),))
    content = written(measurements, case().add("x", table))["measurements.csv"].content.decode()
    assert float(list(csv.reader(StringIO(content)))[1][0]) == value


def test_text_that_begins_like_a_formula_stays_text_in_a_spreadsheet(written: Written) -> None:
    texts = ("=1+1", "+a", "-a", "@a", "\ta", "'a'", "a=1", "-1.5")
    table = Table((Column("name"), Column("x")), tuple((text, -1.5) for text in texts))
    content = written(measurements, case().add("x", table))["measurements.csv"].content.decode()
    found = list(csv.reader(StringIO(content, newline="")))[1:]
    assert [name for name, _ in found] == [f"'{text}" if text != "a=1" else text for text in texts]
    assert {x for _, x in found} == {"-1.5"}  # a number stays one


def test_each_of_several_tables_is_named_after_its_stage(written: Written) -> None:
    files = written(measurements, case().add("shape", SHAPES).add("texture", SHAPES))
    assert list(files) == ["measurements-shape.csv", "measurements-texture.csv"]


def test_predictions_are_a_table_of_their_own(written: Written) -> None:
    predicted = case().add("forest", Prediction(("benign", "malignant"), (0.25, 0.75)))
    files = written(measurements, predicted)
    assert list(files) == ["predictions.csv"]
    assert files["predictions.csv"].content.decode().splitlines() == [
        "stage,class,probability",
        "forest,benign,0.25",
        "forest,malignant,0.75",
    ]


def test_nothing_is_written_where_nothing_was_measured(written: Written) -> None:
    assert written(measurements, case()) == {}
