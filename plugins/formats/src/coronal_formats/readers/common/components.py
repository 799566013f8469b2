"""What several numbers an element are: colours, or what no image is made of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal import Geometry, Image, Meaning

__all__ = ["are_colours", "image_of_numbers"]

_COLOURS = (3, 4)


def are_colours(count: int, dtype: "np.dtype[Any]") -> bool:
    """Return whether numbers of which a format doesn't tell what they are can only be colours.

    Those of ITK are written without a word about it, as are displacements, gradients and tensors: colours
    are 3 or 4 numbers of 8 bits without a sign.
    """
    return count in _COLOURS and dtype == np.uint8


def image_of_numbers(stored: NDArray[Any], geometry: Geometry, *, has_components: bool) -> Image:
    """Make an image of numbers in the byte order of their file.

    Parameters
    ----------
    stored
        Of shape (z, y, x) or (y, x), with the components as a last axis where there are some: red, green,
        blue, and opacity, which is left out.
    geometry
        Where they lie.
    has_components
        Whether each element has a colour.
    """
    native = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    if not has_components:
        return Image(native, geometry)
    return Image(native[..., :3], geometry, has_channels=True, meaning=Meaning.COLOUR)
