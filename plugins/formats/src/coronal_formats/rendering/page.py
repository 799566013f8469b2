"""The page: a heading, panels in rows with their titles, and below them a legend and a caption."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import PIL.Image
from PIL import ImageDraw

from coronal_formats.encoders.png import encode_png
from coronal_formats.rendering.lettering import font
from coronal_formats.rendering.plain_text import fitted

__all__ = ["Phrase", "page_of", "png_of"]

_GROUND = (17, 19, 23)
_TEXT = (226, 229, 233)
_MARGIN_PX = 16
_GAP_PX = 12
_LINE_PX = 24
_SWATCH_PX = 13
_BETWEEN_PX = 22
_MIN_WIDTH_PX = 360

Titled = tuple[str, PIL.Image.Image]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words below the panels that stay on one line.

    Parameters
    ----------
    text
        The words.
    swatch
        A colour to be shown before them.
    """

    text: str
    swatch: tuple[int, int, int] | None = None

    @property
    def width_px(self) -> int:
        """How wide it is, without the space to the next."""
        return round(font().getlength(self.text)) + self._indent_px

    def within(self, width_px: int) -> "Phrase":
        """Return it in letters that the font has, and so short that it fits into a line."""
        return replace(self, text=fitted(self.text, width_px - self._indent_px))

    @property
    def _indent_px(self) -> int:
        return 0 if self.swatch is None else _SWATCH_PX + 7


def page_of(
    rows: Sequence[Sequence[Titled]], phrases: Sequence[Phrase], heading: str = ""
) -> PIL.Image.Image:
    """Lay out a page.

    Parameters
    ----------
    rows
        Panels with their titles, in rows from the top.
    phrases
        What stands below them, in lines as wide as the panels.
    heading
        What stands above them; nothing where it is empty.
    """
    width = max(_MIN_WIDTH_PX, *(sum(panel.width + _GAP_PX for _, panel in row) - _GAP_PX for row in rows))
    lines = list(_lines([phrase.within(width) for phrase in phrases], width))
    height = sum(map(_height, rows)) + _LINE_PX * (bool(heading) + len(lines)) + 2 * _MARGIN_PX
    page = PIL.Image.new("RGB", (width + 2 * _MARGIN_PX, height), _GROUND)
    top = _MARGIN_PX
    if heading:
        _place_line(page, [Phrase(heading).within(width)], top + _LINE_PX // 2 - 2)
        top += _LINE_PX
    for row in rows:
        _place_row(page, row, top)
        top += _height(row)
    for line in lines:
        _place_line(page, line, top + _LINE_PX // 2)
        top += _LINE_PX
    return page


def png_of(page: PIL.Image.Image) -> bytes:
    """Return a page as a PNG file."""
    return encode_png(np.asarray(page))


def _height(row: Sequence[Titled]) -> int:
    has_titles = any(title for title, _ in row)
    return max(panel.height for _, panel in row) + _LINE_PX * has_titles + _GAP_PX


def _place_row(page: PIL.Image.Image, row: Sequence[Titled], top: int) -> None:
    draw = ImageDraw.Draw(page)
    tallest = max(panel.height for _, panel in row)
    below = top + _LINE_PX * any(title for title, _ in row)
    left = (page.width - sum(panel.width + _GAP_PX for _, panel in row) + _GAP_PX) // 2
    for title, panel in row:
        upper = below + (tallest - panel.height) // 2
        draw.text((left, upper - _LINE_PX // 2 - 2), title, fill=_TEXT, font=font(), anchor="lm")
        page.paste(panel, (left, upper))
        left += panel.width + _GAP_PX


def _lines(phrases: Sequence[Phrase], width_px: int) -> Iterator[list[Phrase]]:
    line: list[Phrase] = []
    used_px = 0
    for phrase in phrases:
        if line and used_px + phrase.width_px > width_px:
            yield line
            line, used_px = [], 0
        line.append(phrase)
        used_px += phrase.width_px + _BETWEEN_PX
    if line:
        yield line


def _place_line(page: PIL.Image.Image, line: Sequence[Phrase], middle: int) -> None:
    draw = ImageDraw.Draw(page)
    left = _MARGIN_PX
    for phrase in line:
        text_left = left
        if phrase.swatch is not None:
            text_left += _SWATCH_PX + 7
            top = middle - _SWATCH_PX // 2
            draw.rectangle((left, top, left + _SWATCH_PX, top + _SWATCH_PX), fill=phrase.swatch)
        draw.text((text_left, middle), phrase.text, fill=_TEXT, font=font(), anchor="lm")
        left += phrase.width_px + _BETWEEN_PX
