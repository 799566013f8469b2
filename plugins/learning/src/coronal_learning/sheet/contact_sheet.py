"""The contact sheet of a data set: a row for each class, with some of its images."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from coronal import Meaning
from coronal_learning.dataset_file import Dataset
from coronal_learning.sheet.planes import plane_of
from coronal_learning.sheet.thumbnails import SIDE_PX, colour_of, thumbnail

__all__ = ["contact_sheet"]

_MOST_ROWS = 50
_MOST_IMAGES = 10
_GAP_PX = 6
_NAMES_PX = 190
_NOTE_PX = 30
_TEXT_PX = 14
_LONGEST_NAME = 22
_GROUND = (24, 24, 24)
_WHITE = (255, 255, 255)
_GREY = (170, 170, 170)


def contact_sheet(dataset: Dataset, members: Mapping[str, Sequence[int]]) -> bytes:
    """Draw some images of each class, as a PNG.

    Parameters
    ----------
    dataset
        An open one.
    members
        The numbers of the images of each class, in the order of the rows; of label maps those on which the
        label occurs.

    Returns
    -------
    bytes
        A row for each of the first 50 classes, its name and its count on the left, and up to 10 of its
        images, as far apart in the data set as can be.
    """
    rows = list(members.items())[:_MOST_ROWS]
    width = _NAMES_PX + _MOST_IMAGES * (SIDE_PX + _GAP_PX) + _GAP_PX
    sheet = Pictures.new("RGB", (width, len(rows) * (SIDE_PX + _GAP_PX) + _GAP_PX + _NOTE_PX), _GROUND)
    draw = ImageDraw.Draw(sheet)
    font = _font()
    for row, (name, numbers) in enumerate(rows):
        top = _GAP_PX + row * (SIDE_PX + _GAP_PX)
        label = dataset.classes.index(name) + 1 if dataset.answers == "label-maps" else 0
        _write_name(draw, font, top, (name, len(numbers), label))
        for place, number in enumerate(_spread(numbers)):
            picture = _picture(dataset, number, label)
            left = _NAMES_PX + place * (SIDE_PX + _GAP_PX)
            sheet.paste(
                picture, (left + (SIDE_PX - picture.width) // 2, top + (SIDE_PX - picture.height) // 2)
            )
    note = _note(dataset, untold=len(members) - len(rows))
    draw.text((_GAP_PX, sheet.height - _NOTE_PX + _GAP_PX), note, fill=_GREY, font=font)
    buffer = BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _spread(numbers: Sequence[int]) -> list[int]:
    places = np.linspace(0, len(numbers) - 1, min(len(numbers), _MOST_IMAGES)).round().astype(int)
    return [numbers[place] for place in places]


def _picture(dataset: Dataset, number: int, label: int) -> Pictures.Image:
    image = dataset.image(number)
    plane = plane_of(image, dataset.label_map(number) if label else None, label)
    return thumbnail(plane, image.meaning, label)


def _write_name(
    draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, top: int, told: tuple[str, int, int]
) -> None:
    name, count, label = told
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    middle = top + SIDE_PX // 2
    draw.text((_GAP_PX, middle), short, fill=colour_of(label) if label else _WHITE, font=font, anchor="lb")
    draw.text((_GAP_PX, middle + 4), f"{count:,}", fill=_GREY, font=font, anchor="lt")


def _note(dataset: Dataset, untold: int) -> str:
    first = dataset.image(0)
    is_volume = first.dimensions == 3
    parts = [
        f"{len(dataset):,} {'volumes' if is_volume else 'images'}",
        "of each one plane" if is_volume else "",
        f"{untold:,} more classes" if untold else "",
        "" if first.meaning is Meaning.COLOUR else "grey from the darkest to the brightest of each",
    ]
    return "; ".join(filter(None, parts))


def _font() -> ImageFont.FreeTypeFont:
    """Give matplotlib's font: Pillow's own has Latin letters alone."""
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", _TEXT_PX)
