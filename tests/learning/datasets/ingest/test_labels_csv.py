import pytest
from sent_sets import faults_of, picture, png, said, take, zipped

from coronal_learning.datasets.dataset_file import Item, open_dataset


def sent(path, table, *names):
    """A zip of a table and of different images."""
    images = {name: png(picture(number)) for number, name in enumerate(names or ("a.png", "b.png"))}
    return zipped(path, {"labels.csv": table, **images})


@pytest.mark.parametrize(
    "table",
    [
        "file,label,patient,split\nb.png,y,P2,Val\na.png,x,P1,train\n",
        "\N{BYTE ORDER MARK}FILE;Label;Patient;SPLIT\r\n./b.png;y;P2;valid\r\na.png; x ;P1;train\r\n\r\n",
        "age\tsplit\tpatient\tlabel\tfile\n41\tvalidation\tP2\ty\tb.png\n42\ttrain\tP1\tx\ta.png",
        'file,label,patient,split\n"b.png","y",P2,VALIDATION\n"a.png",x,P1,train\n',
    ],
    ids=["commas", "semicolons-from-a-spreadsheet", "tabs-in-another-order", "quoted"],
)
def test_a_line_tells_what_is_known_of_a_file(tmp_path, table):
    with open_dataset(take(sent(tmp_path / "zip", table)).publication.content) as taken:
        assert said(taken) == (
            Item(name="a.png", label="x", patient="P1", subset="train"),
            Item(name="b.png", label="y", patient="P2", subset="validation"),
        )


def test_the_files_may_lie_anywhere(tmp_path):
    table = "file,label\ndeep/down/a.png,x\nb.png,y\n"
    result = take(sent(tmp_path / "zip", table, "deep/down/a.png", "b.png"))
    assert result.publication.facts["classes"] == {"x": 1, "y": 1}


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("file,label\na.png,x\nb.png,y\na.png,x\n", "labels.csv, line 4: 'a.png' has a line already"),
        (
            "file,label\na.png,x\nb.png,\n",
            "labels.csv, line 3: the label of 'b.png' must be given, found none",
        ),
        (
            "file,label,split\na.png,x,train\nb.png,y,\n",
            "the split of 'b.png' must be given, as for other files, found none",
        ),
        ("file,label\na.png,x\nb.png,y,z\n", "labels.csv, line 3: there must be 2 cells, found 3"),
        ("file,class\na.png,x\n", "labels.csv must have one column label, found 'file', 'class'"),
        (
            "file,label,label\na.png,x,y\n",
            "labels.csv must have one column label, found 'file', 'label', 'label'",
        ),
        ("", "labels.csv must have one column file and one label, found none"),
        (b"file,label\na.png,\xff\n", "labels.csv: a text must be of UTF-8, found another encoding"),
        ('file,label\na.png,"' + "x" * 200_000, "labels.csv, line 2: field larger than field limit (131072)"),
    ],
    ids=[
        "twice",
        "no-label",
        "no-split",
        "cells",
        "no-column",
        "two-columns",
        "empty",
        "encoding",
        "too-long",
    ],
)
def test_what_is_wrong_with_a_table_is_reported_with_its_line(tmp_path, table, fault):
    assert fault in faults_of(sent(tmp_path / "zip", table))
