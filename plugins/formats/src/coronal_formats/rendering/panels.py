"""Images as panels of one scale, in rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from coronal import Image, LabelMap
from coronal_formats.rendering.page import Titled
from coronal_formats.rendering.panel import Scale, panel_of
from coronal_formats.rendering.planes import Plane, planes_of
from coronal_formats.rendering.window import Window, window_of

__all__ = ["MAX_WIDTH_PX", "Shot", "panels_of", "shots_of"]

MAX_WIDTH_PX = 1536
"""How wide the panels of a row are at most, all together."""

_TALLEST = 0.78
"""How tall all rows are at most, together, as a part of that."""

_LEGIBLE = 0.5
"""How wide or tall a row is at least, for each panel in it, as a part of that."""


@dataclass(frozen=True, eq=False, slots=True)
class Shot:
    """A plane, and how it is shown."""

    title: str
    plane: Plane
    window: Window
    is_numbered: bool


def shots_of(
    title: str,
    image: Image,
    labels: LabelMap | None,
    window: Window | None = None,
    chosen_by: LabelMap | None = None,
) -> list[Shot]:
    """Choose what is shown of an image: itself, or three planes of a volume, where most is labelled.

    Parameters
    ----------
    title
        What stands above it.
    image, labels
        What is shown.
    window
        How its values become grey; by default its own.
    chosen_by
        The label map that tells which planes of a volume are shown; by default its own.
    """
    window = window or window_of(image)
    # Named labels stand in the legend.
    is_numbered = labels is not None and not labels.names
    return [
        Shot(", ".join(filter(None, (title, plane.title))), plane, window, is_numbered)
        for plane in planes_of(image, labels, chosen_by)
    ]


def panels_of(
    rows: Sequence[Sequence[Shot]], image: Image, max_width_px: int = MAX_WIDTH_PX
) -> list[list[Titled]]:
    """Draw all shots to one scale.

    Parameters
    ----------
    rows
        From the top.
    image
        The one whose spacing tells how large a pixel is, and whether the scale is in mm.
    max_width_px
        How wide the panels of a row are at most, all together.
    """
    scale = _scale(image, [[shot.plane for shot in row] for row in rows], max_width_px)
    return [[_drawn(shot, scale, is_first=shot is row[0]) for shot in row] for row in rows]


def _scale(image: Image, rows: Sequence[Sequence[Plane]], max_width_px: int) -> Scale:
    # A pixel for a pixel where the page has room for it; small images larger, for a contour to be seen.
    extents = [[_extent(plane) for plane in row] for row in rows]
    widest = max(sum(width for width, _ in row) for row in extents)
    heights = [max(height for _, height in row) for row in extents]
    room = max_width_px * min(1.0 / widest, _TALLEST / sum(heights))
    legible = max_width_px * _LEGIBLE * max(map(len, rows)) / max(widest, *heights)
    wanted = max(legible, 1.0 / min(image.spacing))
    return Scale(min(room, wanted), "px" if image.spacing_mm is None else "mm")


def _extent(plane: Plane) -> tuple[float, float]:
    height, width = plane.pixels.shape[:2]
    return width * plane.spacing[1], height * plane.spacing[0]


def _drawn(shot: Shot, scale: Scale, *, is_first: bool) -> Titled:
    panel = panel_of(shot.plane, shot.window, scale, is_numbered=shot.is_numbered, has_bar=is_first)
    return shot.title, panel
