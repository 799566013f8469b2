"""From an image file that holds labels to the label map of another."""

import numpy as np

from coronal import BadImage, Geometry, Image, LabelMap

__all__ = ["MOST_LABELS", "label_map_of"]

MOST_LABELS = 255
"""The labels of a data set are classes, and no numbers of objects."""

_WHITE = {"uint8": 2**8 - 1, "uint16": 2**16 - 1}
"""What a paint program writes for white."""

_TOLERANCE = 1e-3
"""Of a spacing as a part of it, of a direction's unit vectors; formats keep places as float32."""

_MOST_SHIFT = 0.1
"""How far apart two origins may lie, as a part of the finest spacing."""


def label_map_of(drawn: Image, image: Image) -> LabelMap:
    """Take the values of an image for labels of another.

    Parameters
    ----------
    drawn
        One channel of whole numbers from 0 to 255, of any type. One that has only black and the white of its
        type (255 or 65,535), as paint programs write a mask, has label 1 where it is white.
    image
        What it was drawn on.

    Returns
    -------
    LabelMap
        On the grid of the image. Where one of the two doesn't tell its place, only the shapes are compared.

    Raises
    ------
    BadImage
        When it has channels, other values, another shape, or lies elsewhere.

    Examples
    --------
    >>> mask = Image(np.array([[0, 255], [255, 0]], np.uint8))
    >>> label_map_of(mask, mask).labels.tolist()
    [[0, 1], [1, 0]]
    """
    if drawn.has_channels:
        raise BadImage(f"a label map must have one channel, found {drawn.pixels.shape[-1]}")
    if drawn.shape != image.shape:
        raise BadImage(f"a label map must be of shape {image.shape} like its image, found {drawn.shape}")
    if wrong := _difference(drawn.geometry, image.geometry):
        raise BadImage(f"a label map must lie where its image does, found another {wrong}")
    values = np.unique(drawn.pixels)
    white = _WHITE.get(values.dtype.name)
    if white and set(values.tolist()) <= {0, white}:
        return LabelMap.of(image, drawn.pixels > 0)
    if not (np.isfinite(values).all() and (values == np.floor(values)).all()):
        raise BadImage("a label map must hold whole numbers, 0 for the background, found others")
    if values[0] < 0 or values[-1] > MOST_LABELS:
        raise BadImage(f"labels must be from 0 to {MOST_LABELS}, found {values[0]:g} to {values[-1]:g}")
    return LabelMap.of(image, drawn.pixels.astype(np.int32))


def _difference(one: Geometry, other: Geometry) -> str:
    if not (one.spacing_mm and other.spacing_mm):
        return ""
    if not np.allclose(one.spacing_mm, other.spacing_mm, rtol=_TOLERANCE, atol=0):
        return "spacing"
    if one.direction and other.direction and not np.allclose(one.direction, other.direction, atol=_TOLERANCE):
        return "direction"
    if one.origin_mm and other.origin_mm:
        shift_mm = np.linalg.norm(np.subtract(one.origin_mm, other.origin_mm))
        return "origin" if shift_mm > _MOST_SHIFT * min(one.spacing_mm) else ""
    return ""
