import io
import os
import pickle

import numpy as np
import pytest
from sent_sets import faults_of, npz, picture, take, zipped

from coronal import Meaning
from coronal_learning.datasets.dataset_file import open_dataset

LABELS = np.array([0, 1], np.uint8)


def two(*shape):
    return np.stack([picture(number, shape) for number in range(2)])


@pytest.mark.parametrize(
    ("pixels", "axes", "meaning"),
    [
        (two(6, 5), "yx", Meaning.INTENSITY),
        (two(6, 5, 3), "yxc", Meaning.COLOUR),
        (two(6, 5, 1), "yx", Meaning.INTENSITY),
        (two(4, 6, 5), "zyx", Meaning.INTENSITY),
        (two(4, 6, 5, 3), "zyxc", Meaning.COLOUR),
        (two(4, 6, 5, 1), "zyx", Meaning.INTENSITY),
        (two(6, 5).astype(">f8") / 255, "yx", Meaning.INTENSITY),
        (two(6, 5) > 127, "yx", Meaning.INTENSITY),
    ],
    ids=["grey", "colour", "one-channel", "volume", "colour-volume", "one-channel-volume", "float", "bool"],
)
def test_the_axes_are_known_by_their_number_and_the_last_of_them(tmp_path, pixels, axes, meaning):
    result = take(npz(tmp_path / "npz", x_train=pixels, y_train=LABELS))
    with open_dataset(result.publication.content) as taken:
        for number in range(2):
            image = taken.image(number)
            assert (image.axes, image.meaning) == (axes, meaning)
            np.testing.assert_array_equal(image.pixels, pixels[number].reshape(image.pixels.shape))


@pytest.mark.parametrize("form", ["keras", "medmnist"])
def test_all_parts_of_both_layouts_are_known(tmp_path, form):
    names = (
        [("x_train", "y_train"), ("x_val", "y_val"), ("x_test", "y_test")]
        if form == "keras"
        else [(f"{subset}_images", f"{subset}_labels") for subset in ("train", "val", "test")]
    )
    arrays = {}
    for place, (images, labels) in enumerate(names):
        arrays[images] = np.stack([picture(10 * place + number) for number in range(2)])
        arrays[labels] = LABELS if form == "keras" else LABELS.reshape(-1, 1)
    result = take(npz(tmp_path / "npz", **arrays))
    assert result.publication.facts["subsets"] == {"train": 2, "validation": 2, "test": 2}


def test_an_array_that_python_2_has_written_is_read(tmp_path):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 6L, 5L), }"
    old = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + two(6, 5).tobytes()
    labels = io.BytesIO()
    np.save(labels, LABELS)
    result = take(zipped(tmp_path / "npz", {"x_train.npy": old, "y_train.npy": labels.getvalue()}))
    assert result.publication.facts["items"] == 2


class Bad:
    """What makes a folder when it is unpickled."""

    def __init__(self, folder):
        self._folder = folder

    def __reduce__(self):
        return os.mkdir, (self._folder,)


@pytest.mark.parametrize(
    ("images", "labels", "fault"),
    [
        (two(6, 5), np.eye(2, dtype=int), "there must be one whole number for each of 2 images, found int64"),
        (
            two(6, 5),
            LABELS[:1],
            "there must be one whole number for each of 2 images, found uint8 of shape (1,)",
        ),
        (two(6, 5), LABELS / 2, "there must be one whole number for each of 2 images, found float64"),
        (two(30), LABELS, "images must be of shape (n, y, x)"),
        (two(3, 6, 5), LABELS, "images must be of shape (n, y, x)"),
        (two(6, 5)[:0], LABELS[:0], "images must be of shape (n, y, x)"),
        (np.asfortranarray(two(6, 5)), LABELS, "an array must lie row by row"),
        (two(6, 5).astype(complex), LABELS, "an array must be of numbers, found the type"),
        (two(6, 5), np.array(["a", "b"]), "an array must be of numbers, found the type"),
    ],
    ids=[
        "many-labels",
        "fewer-labels",
        "fractions",
        "rows",
        "channels-first",
        "none",
        "fortran",
        "complex",
        "words",
    ],
)
def test_arrays_of_another_form_are_refused(tmp_path, images, labels, fault):
    reported = faults_of(npz(tmp_path / "npz", x_train=images, y_train=labels))
    assert reported[0].startswith(f"x_train, y_train: {fault}")


def test_arrays_of_other_names_and_without_a_partner_are_refused(tmp_path):
    reported = faults_of(npz(tmp_path / "npz", x_train=two(6, 5), pixels=LABELS, test_images=two(6, 5)))
    assert reported[0].startswith(
        "the arrays must be called as in Keras's MNIST (x_train, y_train, …) or in MedMNIST"
    )
    assert reported[0].endswith("found 'pixels'")
    assert reported[1:3] == (
        "there must be both x_train and y_train, found one of them",
        "there must be both test_images and test_labels, found one of them",
    )


def test_labels_of_one_class_are_refused(tmp_path):
    reported = faults_of(npz(tmp_path / "npz", x_train=two(6, 5), y_train=0 * LABELS))
    assert reported == ("there must be images of 2 to 1,000 classes, found only '0'",)


def test_a_pickle_is_refused_and_not_run(tmp_path):
    made = tmp_path / "made"
    bad = np.array([Bad(made), Bad(made)])
    reported = faults_of(npz(tmp_path / "npz", x_train=two(6, 5), y_train=bad))
    assert reported[0] == "x_train, y_train: an array must be of numbers, found the type \"'|O'\""
    assert not made.exists()
    pickle.loads(pickle.dumps(bad[0]))
    assert made.exists()


@pytest.mark.parametrize(
    ("shape", "reported"),
    [
        ("(2, 60000, 50000)", "must have 6,000,000,000 bytes, found 60"),
        ("(2, 999999999999999, 999999999999999)", "bytes, found 60"),
        ("(2, 6)", "must have 12 bytes, found 60"),
        ("(-2, 6, 5)", "the header of an array must have type"),
        ("(2, 6, __import__('os'))", "the header of an array must have type"),
        ("[2, 6, 5]", "the header of an array must have type"),
    ],
    ids=["larger", "much-larger", "smaller", "negative", "code", "list"],
)
def test_a_header_that_lies_is_refused_before_memory_is_taken(tmp_path, shape, reported):
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".encode()
    lie = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + two(6, 5).tobytes()
    labels = io.BytesIO()
    np.save(labels, LABELS)
    faults = faults_of(zipped(tmp_path / "npz", {"x_train.npy": lie, "y_train.npy": labels.getvalue()}))
    assert any(one.startswith("x_train, y_train: ") and reported in one for one in faults), faults
