import pytest
from sent_sets import faults_of, picture, png, take, zipped

from coronal_learning.datasets.dataset_file import open_dataset

WORDS = ["train", "val", "test"]


def sent(path, *names):
    """A zip of different images, and of folders."""
    return zipped(
        path, {name: b"" if name.endswith("/") else png(picture(number)) for number, name in enumerate(names)}
    )


def test_the_folder_is_the_class(tmp_path):
    result = take(sent(tmp_path / "zip", "benign/1.png", "malignant/1.png", "benign/2.png"))
    with open_dataset(result.publication.content) as taken:
        found = [(item.name, item.label, item.subset) for item in taken.items]
    assert found == [
        ("benign/1.png", "benign", None),
        ("benign/2.png", "benign", None),
        ("malignant/1.png", "malignant", None),
    ]


def test_folders_of_parts_above_those_of_classes_tell_the_split(tmp_path):
    names = [f"{word}/{label}/1.png" for word in WORDS for label in "ab"]
    result = take(sent(tmp_path / "zip", *names))
    assert result.publication.facts["classes"] == {"a": 3, "b": 3}
    assert result.publication.facts["subsets"] == {"test": 2, "train": 2, "validation": 2}


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (["a/1.png", "a/2.png"], "there must be images of 2 to 1,000 classes, found only 'a'"),
        (["a/1.png", "b/2.png", "c/"], "the class 'c' must have an image, found an empty folder"),
        (
            ["a/1.png", "b/2.png", "3.png"],
            "'3.png' must lie in the folder of its class, CLASS/FILE, found 0 deep",
        ),
        (
            ["a/1.png", "b/P1/2.png", "b/3.png"],
            "'b/P1/2.png' must lie in the folder of its class, CLASS/FILE, found 2 deep",
        ),
        (
            ["train/a/1.png", "train/b/2.png", "test/3.png"],
            "'test/3.png' must lie in the folder of its class, SUBSET/CLASS/FILE, found 1 deep",
        ),
        (
            ["a\n/1.png", "b/2.png"],
            "the name of a class must have at most 100 printable characters, found 'a\\n'",
        ),
        (
            ["train/a/1.png", "train/b/1.png", "train/c/"],
            "the class 'train/c' must have an image, found an empty folder",
        ),
    ],
    ids=[
        "one-class",
        "empty-class",
        "no-class",
        "too-deep",
        "no-class-in-a-subset",
        "name",
        "empty-in-a-subset",
    ],
)
def test_what_lies_elsewhere_is_refused(tmp_path, names, fault):
    assert faults_of(sent(tmp_path / "zip", *names)) == (fault,)


def test_one_file_in_two_classes_is_refused(tmp_path):
    twice = {"a/1.png": png(picture(1)), "b/2.png": png(picture(1)), "b/3.png": png(picture(3))}
    assert faults_of(zipped(tmp_path / "zip", twice)) == (
        "'b/2.png': one image must be of one class, found the same as 'a/1.png', which is of 'a'",
    )
