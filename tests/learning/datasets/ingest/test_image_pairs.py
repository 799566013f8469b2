import numpy as np
import pytest
from sent_sets import faults_of, picture, png, said, take, zipped

from coronal_learning.datasets.dataset_file import Item, open_dataset

MASK = np.zeros((6, 5), np.uint8)
MASK[1:3, 1:4] = 255


def sent(path, **more):
    """Two images with their label maps, and other files or other content of these; None takes one away."""
    files = {
        "images/a.png": png(picture(1)),
        "images/b.png": png(picture(2)),
        "labels/a.png": png(MASK),
        "labels/b.png": png(MASK),
        **more,
    }
    return zipped(path, {name: content for name, content in files.items() if content is not None})


def test_a_white_mask_is_label_1(tmp_path):
    with open_dataset(take(sent(tmp_path / "zip")).publication.content) as taken:
        assert taken.classes == ("1",)
        assert (taken.label_map(1).labels == (MASK > 0)).all()


def test_a_table_tells_patients_and_split_and_no_label(tmp_path):
    table = "file,patient,split\nimages/a.png,P1,train\nimages/b.png,P2,test\n"
    with open_dataset(take(sent(tmp_path / "zip", **{"labels.csv": table})).publication.content) as taken:
        assert said(taken) == (
            Item(name="images/a.png", patient="P1", subset="train"),
            Item(name="images/b.png", patient="P2", subset="test"),
        )


def test_names_are_those_of_the_labels(tmp_path):
    more = {"names.csv": "label;name\n3;tumour\n1;brain\n"}
    with open_dataset(take(sent(tmp_path / "zip", **more)).publication.content) as taken:
        assert taken.classes == ("brain", "2", "tumour")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"labels/b.png": None}, "'images/b.png' must have label map of its name, found none"),
        ({"images/b.png": None}, "'labels/b.png' must have image of its name, found none"),
        ({"c.png": png(MASK)}, "'c.png' must lie in images/ or labels/, found it elsewhere"),
        (
            {"images/a.tif": png(MASK)},
            "'images/a.png' and 'images/a.tif' must have names that differ in more than suffix",
        ),
        (
            {"labels/b.png": png(MASK[:4])},
            "'labels/b.png': a label map must be of shape (6, 5) like its image, found (4, 5)",
        ),
        (
            {"labels/b.png": "text"},
            "'labels/b.png': the file is of no format that is read: its first bytes are 74 65 78 74",
        ),
        (
            dict.fromkeys(("labels/a.png", "labels/b.png"), png(0 * MASK)),
            "something must be drawn in a label map, found all of them empty",
        ),
        (
            {"names.csv": "label,name\n1,a\n1,b\n"},
            "names.csv, line 3: there must be a label from 1 to 255 and its name, neither of them twice",
        ),
        (
            {"names.csv": "label,name\n0,a\n"},
            "names.csv, line 2: there must be a label from 1 to 255 and its name, neither of them twice",
        ),
        ({"labels.csv": "file\nimages/a.png\n"}, "'images/b.png' must have a line in labels.csv, found none"),
        (
            {"labels.csv": "file,patient,split\nimages/a.png,P,train\nimages/b.png,P,test\n"},
            "a patient must be in one subset alone, found the same in train ('images/a.png') and in test",
        ),
    ],
    ids=[
        "no-map",
        "no-image",
        "elsewhere",
        "stem",
        "shape",
        "text",
        "nothing-drawn",
        "twice",
        "zero",
        "no-line",
        "patient",
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, more, fault):
    reported = faults_of(sent(tmp_path / "zip", **more))
    assert any(one.startswith(fault) for one in reported), reported
