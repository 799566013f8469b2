"""The writer of the picture that a person looks at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

from coronal import Case, Image, LabelMap, Outcome, ResultFile, writer
from coronal_formats.pictures.caption import phrases_of
from coronal_formats.pictures.page import Titled, page_of
from coronal_formats.pictures.panel import Scale, panel_of
from coronal_formats.pictures.planes import Plane, planes_of
from coronal_formats.pictures.window import Window, window_of

__all__ = ["overlay"]

_WIDEST_PX = 1536
_TALLEST_PX = 1200
_LEAST_PX = 768


@writer
def overlay(outcome: Outcome) -> Iterable[ResultFile]:
    """Write ``overlay.png``: the label map over the image, to scale.

    Each label has its colour, with a contour and, where there are several, its number as in the tables. Of a
    volume three planes are shown where most is labelled, the patient's right on the left. Where there is no
    label map, the source is shown beside what the filters made of it.
    """
    case = outcome.case
    rows = _rows(case)
    scale = _scale(case.backdrop, [[shot.plane for shot in row] for row in rows])
    panels = [[_drawn(shot, scale, is_first=shot is row[0]) for shot in row] for row in rows]
    buffer = BytesIO()
    page_of(panels, phrases_of(case, rows[0][0].window)).save(buffer, "PNG", compress_level=1)
    yield ResultFile("overlay.png", "image/png", buffer.getvalue())


@dataclass(frozen=True, eq=False, slots=True)
class _Shot:
    # A plane, and how it is shown.
    title: str
    plane: Plane
    window: Window
    is_numbered: bool


def _rows(case: Case) -> list[list[_Shot]]:
    if case.labels is not None or case.image is case.source:
        return [_shots("", case.backdrop, case.labels)]
    source, result = _shots("source", case.source, None), _shots("result", case.image, None)
    return [source + result] if len(source) == len(result) == 1 else [source, result]


def _shots(title: str, image: Image, labels: LabelMap | None) -> list[_Shot]:
    window = window_of(image)
    # Labels with names are told by the legend.
    is_numbered = labels is not None and not labels.names
    return [
        _Shot(", ".join(filter(None, (title, plane.title))), plane, window, is_numbered)
        for plane in planes_of(image, labels)
    ]


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


def _drawn(shot: _Shot, scale: Scale, *, is_first: bool) -> Titled:
    panel = panel_of(shot.plane, shot.window, scale, is_numbered=shot.is_numbered, has_bar=is_first)
    return shot.title, panel
