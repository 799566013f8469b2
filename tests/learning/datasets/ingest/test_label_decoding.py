import numpy as np
import pytest

from coronal import BadImage, Image
from coronal.formats.label_numbers import LabelNumbers
from coronal_learning.datasets.ingest.label_decoding import LabelDecoder

IMAGE = Image(np.zeros((2, 3), np.float32))
MASK = np.array([[0, 255, 0], [255, 0, 0]], np.uint8)


def drawings(*decided: np.ndarray) -> LabelDecoder:
    numbers = LabelNumbers()
    for one in decided:
        numbers.add(one)
    return LabelDecoder(numbers, LabelNumbers())


def test_what_white_is_the_whole_set_decides():
    assert drawings(MASK).label_map(Image(MASK), IMAGE).labels.tolist() == [[0, 1, 0], [1, 0, 0]]
    mixed = drawings(MASK, np.array([[1, 2, 255]]))
    assert mixed.label_map(Image(MASK), IMAGE).labels.tolist() == MASK.tolist()


def test_numbers_over_255_are_no_classes():
    with pytest.raises(BadImage, match="labels must be from 0 to 255, found 0 to 256"):
        drawings().label_map(Image(np.array([[0, 0, 0], [0, 0, 256]])), IMAGE)


def test_what_became_a_label_map_is_counted():
    found = drawings(MASK)
    found.label_map(Image(MASK), IMAGE)
    found.label_map(Image(MASK), IMAGE)
    with pytest.raises(BadImage):
        found.label_map(Image(MASK[:1]), IMAGE)
    assert str(found.found) == "1 = 255 in 2 files"
