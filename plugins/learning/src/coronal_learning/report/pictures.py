"""Images as small pictures that stand in the page itself."""

import base64
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from coronal import Image, LabelMap, Meaning
from coronal.types.image import Pixels
from coronal_learning.datasets.contact_sheet.planes import to_rgb, upright

__all__ = ["FOUND", "TRUTH", "data_uri", "picture"]

TRUTH = (86, 180, 233)
"""The colour of the truth's outline; every eye can tell it from the other (Okabe and Ito)."""

FOUND = (230, 159, 0)

_SIDE_PX = 168
"""Of the longer side."""

_SOFT_TISSUE_HU = (-160.0, 240.0)

Rgb = NDArray[np.uint8]


def picture(image: Image, label_maps: tuple[LabelMap, LabelMap] | None = None) -> Rgb:
    """Return an image as small colours, in its proportions.

    Parameters
    ----------
    image
        Of a volume the middle plane is shown, or that in which most is labelled.
    label_maps
        The truth and what was found, on its grid: their outlines are drawn.

    Returns
    -------
    NDArray[np.uint8]
        Shape (y, x, 3), its longer side of 168 pixels. Hounsfield units are shown in a window of soft tissue,
        all else as on a contact sheet (`coronal_learning.datasets.contact_sheet.planes`).
    """
    shown: tuple[int | slice, ...] = (*_place(image, label_maps or ()), *upright(image.geometry))
    plane = image.pixels[shown]
    rows, columns = _size(image)
    resized = PIL.Image.fromarray(_colours(plane, image)).resize((columns, rows), _filter(plane))
    drawn = np.asarray(resized).copy()
    for labels, colour in zip(label_maps or (), (TRUTH, FOUND), strict=False):
        flat = labels.labels[shown]
        drawn[_outline(_enlarged(flat, (rows, columns)))] = colour
    return drawn


def data_uri(colours: Rgb) -> str:
    """Return colours, shape (y, x, 3), as the address of a PNG that holds itself."""
    buffer = BytesIO()
    PIL.Image.fromarray(colours).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _place(image: Image, label_maps: Sequence[LabelMap]) -> tuple[int, ...]:
    if image.dimensions == 2:
        return ()
    if any(one.labels.any() for one in label_maps):
        return (int(sum(np.count_nonzero(one.labels, axis=(1, 2)) for one in label_maps).argmax()),)
    return (image.shape[0] // 2,)


def _size(image: Image) -> tuple[int, int]:
    sides = np.array(image.shape[-2:]) * image.spacing[-2:]
    rows, columns = np.maximum(1, np.rint(_SIDE_PX * sides / sides.max())).astype(int).tolist()
    return rows, columns


def _filter(plane: Pixels) -> PIL.Image.Resampling:
    # A small image keeps its pixels visible: it was these that were evaluated.
    is_small = max(plane.shape[:2]) < _SIDE_PX / 2
    return PIL.Image.Resampling.NEAREST if is_small else PIL.Image.Resampling.LANCZOS


def _colours(plane: Pixels, image: Image) -> Rgb:
    if image.meaning is not Meaning.HOUNSFIELD or image.has_channels:
        return to_rgb(plane, image.meaning)
    low, high = _SOFT_TISSUE_HU
    spread = np.clip((np.nan_to_num(plane.astype(np.float32)) - low) / (high - low), 0.0, 1.0)
    return np.repeat(np.rint(255 * spread).astype(np.uint8)[..., np.newaxis], 3, axis=-1)


def _enlarged(labels: NDArray[np.int32], shape: tuple[int, int]) -> NDArray[np.int32]:
    rows, columns = (np.arange(new) * old // new for new, old in zip(shape, labels.shape, strict=True))
    return labels[np.ix_(rows, columns)]


def _outline(labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    padded = np.pad(labels, 1)
    middle = padded[1:-1, 1:-1]
    sides = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    is_edge = np.logical_or.reduce([middle != side for side in sides])
    return np.asarray((middle > 0) & is_edge)
