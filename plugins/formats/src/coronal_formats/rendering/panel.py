"""One plane as a picture: to scale, with its labels, their numbers, and the sides of the patient."""

from dataclasses import dataclass

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageDraw

from coronal_formats.rendering.colours import painted
from coronal_formats.rendering.lettering import Anchor, write
from coronal_formats.rendering.planes import Plane
from coronal_formats.rendering.window import Window

__all__ = ["Scale", "panel_of"]

_LINE_PX = 2
_MARGIN_PX = 8
_MAX_NUMBERED = 60
_MIN_NUMBERED_PX = 220
_BAR_PART = 0.25
_COUNTABLE_PX = 16
"""From which size on pixels are drawn as squares: smoothed, so few would look like another image."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a plane is drawn.

    Parameters
    ----------
    px_per_unit
        Pixels of the picture for a unit of length.
    unit
        ``mm``, or ``px`` where the image has no spacing.
    """

    px_per_unit: float
    unit: str

    def size_px(self, plane: Plane) -> tuple[int, int]:
        """Return the width and height of a plane in the picture."""
        height, width = plane.pixels.shape[:2]
        down, right = plane.spacing
        return (
            max(1, round(width * right * self.px_per_unit)),
            max(1, round(height * down * self.px_per_unit)),
        )


def panel_of(
    plane: Plane, window: Window, scale: Scale, *, is_numbered: bool, has_bar: bool
) -> PIL.Image.Image:
    """Draw a plane.

    Parameters
    ----------
    plane
        What is drawn.
    window
        How its values become grey.
    scale
        How large.
    is_numbered
        Whether the number of each label is written on it, where there are several.
    has_bar
        Whether a bar of a round length is drawn into its corner.
    """
    size = scale.size_px(plane)
    picture = np.asarray(_resized(window.levels(plane.pixels), size).convert("RGB"))
    labels = None if plane.labels is None else _nearest(plane.labels, size)
    panel = PIL.Image.fromarray(picture if labels is None else painted(picture, labels, _LINE_PX))
    draw = ImageDraw.Draw(panel)
    if labels is not None and is_numbered:
        _number(draw, labels)
    _name_sides(draw, plane.letters, size)
    if has_bar:
        _draw_bar(draw, scale, size)
    return panel


def _resized(picture: NDArray[np.uint8], size: tuple[int, int]) -> PIL.Image.Image:
    height, width = picture.shape[:2]
    if min(size[0] / width, size[1] / height) >= _COUNTABLE_PX:
        method = PIL.Image.Resampling.NEAREST
    else:
        method = PIL.Image.Resampling.LANCZOS if size[0] < width else PIL.Image.Resampling.BICUBIC
    return PIL.Image.fromarray(np.ascontiguousarray(picture)).resize(size, method)


def _nearest(labels: NDArray[np.int32], size: tuple[int, int]) -> NDArray[np.int32]:
    rows, columns = (
        ((np.arange(target) + 0.5) * source / target).astype(int)
        for source, target in zip(labels.shape, size[::-1], strict=True)
    )
    return labels[np.ix_(rows, columns)]


def _number(draw: ImageDraw.ImageDraw, labels: NDArray[np.int32]) -> None:
    rows, columns = np.nonzero(labels)
    values = labels[rows, columns]
    by_label = np.argsort(values, kind="stable")
    found, starts, areas = np.unique(values[by_label], return_index=True, return_counts=True)
    if not 1 < len(found) <= _MAX_NUMBERED:
        return
    for label, start, area in zip(found, starts, areas, strict=True):
        if area >= _MIN_NUMBERED_PX:
            own = by_label[start : start + area]
            write(draw, _inside(rows[own], columns[own]), str(label))


def _inside(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> tuple[int, int]:
    # The object's own pixel nearest to its centre, which can lie outside of it.
    nearest = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
    return int(columns[nearest]), int(rows[nearest])


def _name_sides(draw: ImageDraw.ImageDraw, letters: tuple[str, str, str, str], size: tuple[int, int]) -> None:
    width, height = size
    places: tuple[tuple[tuple[int, int], Anchor], ...] = (
        ((width // 2, _MARGIN_PX), "mt"),
        ((width - _MARGIN_PX, height // 2), "rm"),
        ((width // 2, height - _MARGIN_PX), "mb"),
        ((_MARGIN_PX, height // 2), "lm"),
    )
    for (place, anchor), letter in zip(places, letters, strict=True):
        write(draw, place, letter, anchor=anchor)


def _draw_bar(draw: ImageDraw.ImageDraw, scale: Scale, size: tuple[int, int]) -> None:
    width, height = size
    length = _round_length(width * _BAR_PART / scale.px_per_unit)
    left, bottom = _MARGIN_PX, height - _MARGIN_PX
    right = left + round(length * scale.px_per_unit)
    draw.rectangle((left - 1, bottom - 4, right + 1, bottom + 1), fill=(0, 0, 0))
    draw.rectangle((left, bottom - 3, right, bottom), fill=(255, 255, 255))
    write(draw, (left, bottom - 8), f"{length:g} {scale.unit}", anchor="lb")


def _round_length(longest: float) -> float:
    power = 10.0 ** np.floor(np.log10(longest))
    return float(max(step for step in (1, 2, 5) if step * power <= longest) * power)
