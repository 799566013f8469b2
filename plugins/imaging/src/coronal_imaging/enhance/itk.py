"""Arrays as images of ITK."""

from typing import Any

import SimpleITK
from numpy.typing import NDArray

__all__ = ["itk_image"]


def itk_image(pixels: NDArray[Any], spacing: tuple[float, ...]) -> SimpleITK.Image:
    """Return an array as an image of ITK.

    Parameters
    ----------
    pixels
        Of one channel, (y, x) or (z, y, x).
    spacing
        Along each axis, in array order; ITK's own is the other way round.

    Examples
    --------
    >>> import numpy as np
    >>> itk_image(np.zeros((3, 4, 5), np.float32), (5.0, 0.5, 0.7)).GetSpacing()
    (0.7, 0.5, 5.0)
    """
    image = SimpleITK.GetImageFromArray(pixels, isVector=False)
    image.SetSpacing(spacing[::-1])
    return image
