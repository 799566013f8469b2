"""Writing on pictures, legible on any ground."""

from functools import cache
from typing import Literal, TypeAlias

from PIL import ImageDraw, ImageFont

__all__ = ["Anchor", "font", "write"]

Anchor: TypeAlias = Literal["lm", "mm", "rm", "mt", "mb", "lb", "lt"]
"""Where the given place lies in the text: left, middle or right; top, middle or bottom."""

_SIZE_PX = 15
_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)


@cache
def font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font of all pictures, which Pillow brings along; it has little more than ASCII (`plain`)."""
    return ImageFont.load_default(_SIZE_PX)


def write(
    draw: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    *,
    anchor: Anchor = "mm",
) -> None:
    """Write a line in white with a black outline, so that it can be read on bright and on dark.

    Parameters
    ----------
    draw
        The picture.
    place
        Where, as x and y in pixels.
    text
        What; nothing is written where it is empty.
    anchor
        Which point of the text lies there.
    """
    if text:
        draw.text(place, text, fill=_WHITE, font=font(), anchor=anchor, stroke_width=2, stroke_fill=_BLACK)
