"""What a stage has done, side by side: the case before it, and the case after it."""

import PIL.Image

from coronal import Case, Image, LabelMap
from coronal_formats.rendering.caption import comparing_phrases_of
from coronal_formats.rendering.page import page_of
from coronal_formats.rendering.panels import MAX_WIDTH_PX, Shot, panels_of, shots_of
from coronal_formats.rendering.window import Window, whole_window_of, window_of

__all__ = ["before_and_after"]


def before_and_after(before: Case, after: Case, max_width_px: int = MAX_WIDTH_PX) -> PIL.Image.Image:
    """Draw a case beside what has become of it.

    Planes stand side by side; of volumes the three planes before stand above those after. Both are drawn to
    one scale, so that a resized or cropped image is seen as such. Their values are shown as the same grey
    where they are of one unit and like range, or black became 0 and white 1: a darker image is seen as
    darker. What has not changed (a measurer measures an image without labels) is drawn once.

    Parameters
    ----------
    before
        The case that the stage was given. Its label map is shown where another has taken its place.
    after
        The case that it has left; where that holds a label map, the label map over the image that it fits.
    max_width_px
        How wide the panels are at most, all together.
    """
    replaced = before.labels if after.labels is not None and after.labels is not before.labels else None
    earlier = before.image if replaced is None else before.backdrop
    shown = after.image if after.labels is None else after.backdrop
    rows = _rows(earlier, shown, replaced, after.labels)
    phrases = comparing_phrases_of(earlier, shown, after, rows[-1][-1].window)
    return page_of(panels_of(rows, earlier, max_width_px), phrases)


def _rows(
    earlier: Image, shown: Image, replaced: LabelMap | None, labels: LabelMap | None
) -> list[list[Shot]]:
    if shown is earlier and labels is None:
        return [shots_of("", shown, None)]
    window, shown_window = _windows(earlier, shown)
    is_same_grid = (shown.shape, shown.geometry) == (earlier.shape, earlier.geometry)
    # The planes in which most is labelled are shown before as well.
    source = shots_of("before", earlier, replaced, window, chosen_by=labels if is_same_grid else None)
    result = shots_of("after", shown, labels, shown_window)
    return [source + result] if len(source) == len(result) == 1 else [source, result]


def _windows(earlier: Image, shown: Image) -> tuple[Window, Window]:
    own = window_of(earlier), window_of(shown)
    is_one_unit = earlier.meaning.unit == shown.meaning.unit
    if is_one_unit and own[0].is_like(own[1]):
        joined = own[0].joined(own[1])
        return joined, joined
    tones = Window(0.0, 1.0)
    is_toned = tones.is_like(own[1]) and shown.pixels.min() >= 0 and shown.pixels.max() <= 1
    return (whole_window_of(earlier), tones) if is_toned else own
