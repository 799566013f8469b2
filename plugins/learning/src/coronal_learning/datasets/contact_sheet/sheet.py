"""The contact sheet of a data set: a row for each class, with some of its images."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from coronal import Meaning
from coronal_learning.datasets.contact_sheet.planes import plane_of
from coronal_learning.datasets.contact_sheet.thumbnails import SIDE_PX, colour_of, thumbnail
from coronal_learning.datasets.dataset_file import Dataset

__all__ = ["contact_sheet"]

_MAX_ROWS = 50
_MAX_IMAGES = 10
_GAP_PX = 6
_NAMES_PX = 190
_NOTE_PX = 30
_TEXT_PX = 14
_MAX_NAME_LENGTH = 22
_BACKGROUND = (24, 24, 24)
_WHITE = (255, 255, 255)
_GREY = (170, 170, 170)


def contact_sheet(dataset: Dataset, members: Mapping[str, Sequence[int]]) -> bytes:
    """Draw some images of each class, as a PNG.

    Parameters
    ----------
    dataset
        An open data set.
    members
        Numbers of the images of each class, in the order of the rows; for label maps, of the images on which
        the label occurs.

    Returns
    -------
    bytes
        A row for each of the first 50 classes, its name and its count on the left, and up to 10 of its
        images, evenly spaced over the data set.
    """
    rows = list(members.items())[:_MAX_ROWS]
    width = _NAMES_PX + _MAX_IMAGES * (SIDE_PX + _GAP_PX) + _GAP_PX
    sheet = Pictures.new("RGB", (width, len(rows) * (SIDE_PX + _GAP_PX) + _GAP_PX + _NOTE_PX), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    font = _font()
    for row, (name, numbers) in enumerate(rows):
        top = _GAP_PX + row * (SIDE_PX + _GAP_PX)
        label = dataset.classes.index(name) + 1 if dataset.annotation == "label-maps" else 0
        _write_name(draw, font, top, (name, len(numbers), label))
        for place, number in enumerate(_spread(numbers)):
            picture = _picture(dataset, number, label)
            left = _NAMES_PX + place * (SIDE_PX + _GAP_PX)
            sheet.paste(
                picture, (left + (SIDE_PX - picture.width) // 2, top + (SIDE_PX - picture.height) // 2)
            )
    note = _note(dataset, unreported=len(members) - len(rows))
    draw.text((_GAP_PX, sheet.height - _NOTE_PX + _GAP_PX), note, fill=_GREY, font=font)
    buffer = BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _spread(numbers: Sequence[int]) -> list[int]:
    places = np.linspace(0, len(numbers) - 1, min(len(numbers), _MAX_IMAGES)).round().astype(int)
    return [numbers[place] for place in places]


def _picture(dataset: Dataset, number: int, label: int) -> Pictures.Image:
    image = dataset.image(number)
    plane = plane_of(image, dataset.label_map(number) if label else None, label)
    return thumbnail(plane, image.meaning, label)


def _write_name(
    draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, top: int, reported: tuple[str, int, int]
) -> None:
    name, count, label = reported
    short = name if len(name) <= _MAX_NAME_LENGTH else f"{name[: _MAX_NAME_LENGTH - 1]}…"
    middle = top + SIDE_PX // 2
    draw.text((_GAP_PX, middle), short, fill=colour_of(label) if label else _WHITE, font=font, anchor="lb")
    draw.text((_GAP_PX, middle + 4), f"{count:,}", fill=_GREY, font=font, anchor="lt")


def _note(dataset: Dataset, unreported: int) -> str:
    first = dataset.image(0)
    is_volume = first.dimensions == 3
    parts = [
        f"{len(dataset):,} {'volumes' if is_volume else 'images'}",
        "of each one plane" if is_volume else "",
        f"{unreported:,} more classes" if unreported else "",
        "" if first.meaning is Meaning.COLOUR else "grey from the darkest to the brightest of each",
    ]
    return "; ".join(filter(None, parts))


def _font() -> ImageFont.FreeTypeFont:
    """Return matplotlib's font: Pillow's own has Latin letters alone."""
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", _TEXT_PX)
