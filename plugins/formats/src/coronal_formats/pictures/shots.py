"""Images as panels of one scale, in rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coronal import Image, LabelMap
from coronal_formats.pictures.page import Titled
from coronal_formats.pictures.panel import Scale, panel_of
from coronal_formats.pictures.planes import Plane, planes_of
from coronal_formats.pictures.window import Window, window_of

__all__ = ["Shot", "panels_of", "shots_of", "unlabelled"]

_WIDEST_PX = 1536
_TALLEST_PX = 1200
_LEAST_PX = 768


@dataclass(frozen=True, eq=False, slots=True)
class Shot:
    """A plane, and how it is shown."""

    title: str
    plane: Plane
    window: Window
    is_numbered: bool


def shots_of(title: str, image: Image, labels: LabelMap | None, window: Window | None = None) -> list[Shot]:
    """Choose what is shown of an image: itself, or three planes of a volume, where most is labelled.

    Parameters
    ----------
    title
        What stands above it.
    image, labels
        What is shown.
    window
        How its values become grey; by default its own.
    """
    window = window or window_of(image)
    # Labels with names are told by the legend.
    is_numbered = labels is not None and not labels.names
    return [
        Shot(", ".join(filter(None, (title, plane.title))), plane, window, is_numbered)
        for plane in planes_of(image, labels)
    ]


def unlabelled(shots: Sequence[Shot]) -> list[Shot]:
    """Give the same planes without their labels."""
    return [replace(shot, plane=replace(shot.plane, labels=None), is_numbered=False) for shot in shots]


def panels_of(rows: Sequence[Sequence[Shot]], image: Image) -> list[list[Titled]]:
    """Draw all shots to one scale.

    Parameters
    ----------
    rows
        From the top.
    image
        The one whose spacing tells how large a pixel is, and whether the scale is in mm.
    """
    scale = _scale(image, [[shot.plane for shot in row] for row in rows])
    return [[_drawn(shot, scale, is_first=shot is row[0]) for shot in row] for row in rows]


def _scale(image: Image, rows: Sequence[Sequence[Plane]]) -> Scale:
    # A pixel for a pixel where the page has room for it; small images larger, for a contour to be seen.
    extents = [[_extent(plane) for plane in row] for row in rows]
    widest = max(sum(width for width, _ in row) for row in extents)
    tallest = max(height for row in extents for _, height in row)
    room = min(_WIDEST_PX / widest, _TALLEST_PX / tallest)
    legible = _LEAST_PX * max(map(len, rows)) / max(widest, tallest)
    wanted = max(legible, 1.0 / min(image.spacing))
    return Scale(min(room, wanted), "px" if image.spacing_mm is None else "mm")


def _extent(plane: Plane) -> tuple[float, float]:
    height, width = plane.pixels.shape[:2]
    return width * plane.spacing[1], height * plane.spacing[0]


def _drawn(shot: Shot, scale: Scale, *, is_first: bool) -> Titled:
    panel = panel_of(shot.plane, shot.window, scale, is_numbered=shot.is_numbered, has_bar=is_first)
    return shot.title, panel
