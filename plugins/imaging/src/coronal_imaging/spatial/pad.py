"""An image with more around it."""

from typing import Annotated, Literal

import numpy as np

from coronal import Image, Parameter, algorithm
from coronal_imaging.spatial.fill import Fill, fill_value
from coronal_imaging.spatial.resampling import check_size

__all__ = ["pad"]

Width = Annotated[float, Parameter(unit="mm or px", minimum=0, maximum=10_000)]


@algorithm(keeps_geometry=False)
def pad(
    image: Image,
    x: Annotated[tuple[Width, Width], Parameter("How much is added on the left and on the right.")] = (
        10,
        10,
    ),
    y: Annotated[tuple[Width, Width], Parameter("How much is added on top and at the bottom.")] = (10, 10),
    z: Annotated[
        tuple[Width, Width], Parameter("How much is added before the first slice and after the last.")
    ] = (0, 0),
    *,
    beyond: Annotated[
        Literal["fill", "edge", "mirror"],
        Parameter("A value, the outermost pixels again, or the image again."),
    ] = "fill",
    fill: Fill = None,
) -> Image:
    """Add a margin around an image.

    Not a value changes, and every pixel stays where it was in the patient. Channels and what the values mean
    stay. A label map before it falls away.

    Parameters
    ----------
    image
        Of any values; NaN is kept.
    x, y, z
        At both ends of an axis, in mm; in pixels where the image has no spacing; rounded to whole pixels. A
        plane has no z, and leaves it aside.
    beyond
        ``fill``: one value; ``edge``: the outermost pixels, repeated; ``mirror``: the image, mirrored at its
        edge as often as it takes.
    fill
        In the unit of the values.

    Returns
    -------
    Image
        Of the same type.

    Raises
    ------
    BadParameter
        When the type can't hold the fill, or the result would be of more than 2²⁸ values.

    Notes
    -----
    `numpy.pad`, with ``mode`` ``constant``, ``edge`` and ``symmetric``.
    """
    widths_px = [
        (round(before / step), round(after / step))
        for (before, after), step in zip((z, y, x)[-image.dimensions :], image.spacing, strict=True)
    ]
    shape = tuple(size + sum(widths) for size, widths in zip(image.shape, widths_px, strict=True))
    check_size(image, shape, "x")
    around = widths_px + [(0, 0)] * image.has_channels
    match beyond:
        case "fill":
            value = fill_value(image, fill, image.pixels.dtype)
            pixels = np.pad(image.pixels, around, constant_values=value)
        case "edge":
            pixels = np.pad(image.pixels, around, mode="edge")
        case "mirror":
            pixels = np.pad(image.pixels, around, mode="symmetric")
    return image.mapped(pixels, np.eye(image.dimensions), [-before for before, _ in widths_px])
