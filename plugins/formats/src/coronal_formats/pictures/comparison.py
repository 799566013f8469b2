"""What a stage has done, side by side: the image before it, and the case after it."""

import PIL.Image

from coronal import Case, Image
from coronal_formats.pictures.caption import phrases_of
from coronal_formats.pictures.page import page_of
from coronal_formats.pictures.shots import panels_of, shots_of, unlabelled
from coronal_formats.pictures.window import window_of

__all__ = ["before_and_after"]


def before_and_after(before: Image, after: Case) -> PIL.Image.Image:
    """Draw an image beside what has become of it.

    Planes stand side by side; of volumes the three planes before stand above those after. Both are drawn to
    one scale, so that a resized or cropped image is seen as such; and their values are shown as the same grey
    where they are of like range, so that a darker image is seen as darker.

    Parameters
    ----------
    before
        The image that the stage was given.
    after
        The case that it has left; where that holds a label map, the label map over the image that it fits.
    """
    shown = after.image if after.labels is None else after.backdrop
    is_same_grid = (shown.shape, shown.geometry) == (before.shape, before.geometry)
    # The planes in which most is labelled are shown before as well.
    source = unlabelled(shots_of("before", before, after.labels if is_same_grid else None))
    window = window_of(before)
    result = shots_of("after", shown, after.labels, window if window_of(shown).is_like(window) else None)
    rows = [source + result] if len(source) == len(result) == 1 else [source, result]
    return page_of(panels_of(rows, before), phrases_of(after, result[0].window))
