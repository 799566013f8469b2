"""The writer of the picture that a person looks at."""

from collections.abc import Iterable

from coronal import Case, Outcome, ResultFile, writer
from coronal_formats.rendering.caption import phrases_of
from coronal_formats.rendering.page import page_of, png_of
from coronal_formats.rendering.panels import Shot, panels_of, shots_of

__all__ = ["overlay"]


@writer
def overlay(outcome: Outcome) -> Iterable[ResultFile]:
    """Write ``overlay.png``: the label map over the image, to scale.

    Each label has its colour, with a contour and, where there are several, its number as in the tables. Of a
    volume three planes are shown where most is labelled, the patient's right on the left. Where there is no
    label map, the source is shown beside what the filters made of it.
    """
    case = outcome.case
    rows = _rows(case)
    page = page_of(panels_of(rows, case.backdrop), phrases_of(case, rows[0][0].window))
    yield ResultFile("overlay.png", "image/png", png_of(page))


def _rows(case: Case) -> list[list[Shot]]:
    if case.labels is not None or case.image is case.source:
        return [shots_of("", case.backdrop, case.labels)]
    source, result = shots_of("source", case.source, None), shots_of("result", case.image, None)
    return [source + result] if len(source) == len(result) == 1 else [source, result]
