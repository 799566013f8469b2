import io

import numpy as np
import PIL.Image
import pytest

from coronal import Image, LabelMap, Meaning
from coronal_learning.datasets.contact_sheet.planes import Plane
from coronal_learning.datasets.contact_sheet.sheet import contact_sheet
from coronal_learning.datasets.contact_sheet.thumbnails import SIDE_PX, colour_of, thumbnail
from coronal_learning.datasets.dataset_file import Item, open_dataset, write_dataset

ROW_PX = SIDE_PX + 6


def halves(level):
    """An image of bytes in colour, its left half of one level."""
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[:, :2] = level
    return Image(pixels, has_channels=True, meaning=Meaning.COLOUR)


def sheet_of(path, entries, members):
    write_dataset(path, entries)
    with open_dataset(path) as dataset:
        return np.asarray(PIL.Image.open(io.BytesIO(contact_sheet(dataset, members))))


def test_a_row_shows_ten_images_from_the_first_to_the_last(tmp_path):
    entries = [(Item(name=str(number), label="a"), halves(10 * number), None) for number in range(19)]
    sheet = sheet_of(tmp_path / "set", entries, {"a": range(19)})
    shown = sheet[6 + SIDE_PX // 2, 190 + 20 :: SIDE_PX + 6, 0][:10]
    assert shown.tolist() == [10 * number for number in range(0, 19, 2)]


def test_there_is_a_row_for_each_class_up_to_fifty(tmp_path):
    for count, rows in ((3, 3), (53, 50)):
        names = [f"{number:02}" for number in range(count)]
        entries = [(Item(name=name, label=name), halves(200), None) for name in names]
        members = {name: [number] for number, name in enumerate(names)}
        sheet = sheet_of(tmp_path / str(count), entries, members)
        assert sheet.shape[0] == 6 + rows * ROW_PX + 30


def test_a_class_without_an_image_has_an_empty_row(tmp_path):
    image = halves(200)
    labels = LabelMap.of(image, np.full((4, 4), 2))
    sheet = sheet_of(tmp_path / "set", [(Item(name="1"), image, labels)], {"1": [], "2": [0]})
    assert (sheet[6 : 6 + SIDE_PX, 190:] == 24).all()
    assert (sheet[6 + ROW_PX, 190 + 5] == colour_of(2)).all()


@pytest.mark.parametrize("size", [(1.0, 2.0), (40.0, 80.0)], ids=str)
def test_a_thumbnail_is_to_scale(size):
    picture = thumbnail(Plane(np.zeros((4, 4), np.uint8), None, size), Meaning.INTENSITY)
    assert picture.size == (SIDE_PX, SIDE_PX // 2)


def test_what_was_drawn_has_an_outline_and_is_seen_within():
    drawn = np.zeros((SIDE_PX, SIDE_PX), bool)
    drawn[20:40, 30:50] = True
    plane = Plane(np.full((SIDE_PX, SIDE_PX, 3), 90, np.uint8), drawn, (1.0, 1.0))
    picture = np.asarray(thumbnail(plane, Meaning.COLOUR, label=1))
    outlined = (picture == colour_of(1)).all(axis=-1)
    assert outlined.sum() == 4 * 20 - 4
    assert (picture[21:39, 31:49] == 90).all()
    assert not outlined[~drawn].any()
