"""From an image file that holds labels to the reference of a case."""

import numpy as np

from coronal import BadImage, Geometry, Image, Reference

__all__ = ["reference_of"]

_TOLERANCE = 1e-3
"""Of a spacing as a part of it, of a direction's unit vectors; formats keep places as float32."""

_MOST_SHIFT = 0.1
"""How far apart two origins may lie, as a part of the finest spacing."""


def reference_of(drawn: Image, source: Image) -> Reference:
    """Take the values of an image for labels of another.

    Parameters
    ----------
    drawn
        What was sent as the reference: one channel of whole numbers, of any type.
    source
        The image that was sent with it.

    Returns
    -------
    Reference
        On the grid of the source. Where one of the two doesn't tell its place, only the shapes are compared:
        a mask drawn in a paint program has no spacing.

    Raises
    ------
    BadImage
        When it has channels, values that are no whole numbers from 0 on, another shape, or lies elsewhere.
    """
    if drawn.has_channels:
        raise BadImage(f"the reference must have one channel of labels, found {drawn.pixels.shape[-1]}")
    if drawn.shape != source.shape:
        raise BadImage(f"the reference must be of shape {source.shape} like the image, found {drawn.shape}")
    if wrong := _difference(drawn.geometry, source.geometry):
        raise BadImage(f"the reference must lie where the image does; found another {wrong}")
    whole = np.nan_to_num(drawn.pixels, nan=-1.0, posinf=-1.0, neginf=-1.0)
    if drawn.pixels.dtype.kind == "f" and (whole != np.floor(whole)).any():
        raise BadImage("the reference must hold whole numbers, 0 for the background; found fractions")
    if whole.min() < 0 or whole.max() > np.iinfo(np.int32).max:
        raise BadImage(
            f"the reference must hold whole numbers from 0 to 2147483647, found {drawn.pixels.min():g} to "
            f"{drawn.pixels.max():g}"
        )
    return Reference.of(source, whole.astype(np.int32))


def _difference(one: Geometry, other: Geometry) -> str:
    if not (one.spacing_mm and other.spacing_mm):
        return ""
    if not np.allclose(one.spacing_mm, other.spacing_mm, rtol=_TOLERANCE, atol=0):
        return "spacing"
    directions = one.direction or ((),), other.direction or ((),)
    if all(map(any, directions)) and not np.allclose(*directions, atol=_TOLERANCE):
        return "direction"
    if one.origin_mm and other.origin_mm:
        shift_mm = np.linalg.norm(np.subtract(one.origin_mm, other.origin_mm))
        return "origin" if shift_mm > _MOST_SHIFT * min(one.spacing_mm) else ""
    return ""
