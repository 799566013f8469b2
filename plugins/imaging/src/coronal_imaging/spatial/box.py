"""A box of an image, cut out."""

from collections.abc import Sequence

import numpy as np

from coronal import Image

__all__ = ["boxed"]


def boxed(image: Image, starts: Sequence[int], stops: Sequence[int]) -> Image:
    """Return the part of an image that lies in a box, in its place.

    Parameters
    ----------
    image
        Any.
    starts, stops
        The first pixel along each spatial axis, and the first one beyond; within the image.
    """
    sides = tuple(slice(start, stop) for start, stop in zip(starts, stops, strict=True))
    return image.mapped(image.pixels[sides], np.eye(image.dimensions), starts)
