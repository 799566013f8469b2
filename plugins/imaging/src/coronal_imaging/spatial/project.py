"""All planes of a volume in one."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.finite_values import finite_pixels

__all__ = ["project"]


@algorithm(dimensions=(3,), keeps_geometry=False)
def project(
    image: Image,
    axis: Annotated[Literal["z", "y", "x"], Parameter("The axis along which it is looked at.")] = "z",
    method: Annotated[
        Literal["maximum", "mean", "minimum"], Parameter("What is taken of all values in a line.")
    ] = "maximum",
) -> Image:
    """Look through a volume along an axis: of each line of values its maximum, mean or minimum.

    The maximum shows vessels with contrast, bones and lesions in PET; the mean is like an X-ray; the minimum
    shows airways. The plane lies in the middle of the volume, and each of its pixels on the line that it
    stands for. What the values mean stays. Channels are looked through one by one. A label map before it
    falls away. Padding counts for no line.

    Parameters
    ----------
    image
        A volume of finite values.
    axis
        ``z`` gives a plane of the axes (y, x), ``y`` one of (z, x), ``x`` one of (z, y).
    method
        ``maximum`` (MIP), ``mean`` or ``minimum`` (MinIP).

    Returns
    -------
    Image
        2-D; of the same type, the mean float32.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    `numpy.max`, `numpy.min`, and `numpy.mean` in float64.
    """
    number = "zyx".index(axis)
    plane = _looked_through(image, finite_pixels(image), number, method)
    middle = (image.shape[number] - 1) / 2
    seen = image.mapped(plane, np.delete(np.eye(3), number, axis=1), middle * np.eye(3)[number])
    return seen if image.valid is None else replace(seen, valid=np.asarray(image.valid.any(axis=number)))


def _looked_through(image: Image, pixels: Pixels, number: int, method: str) -> Pixels:
    dtype = np.float32 if method == "mean" else image.pixels.dtype
    if image.valid is not None:
        return np.asarray(_without_padding(image, pixels, number, method), dtype)
    match method:
        case "maximum":
            return np.asarray(pixels.max(axis=number), dtype)
        case "minimum":
            return np.asarray(pixels.min(axis=number), dtype)
        case _:
            return np.asarray(pixels.mean(axis=number, dtype=np.float64), dtype)


def _without_padding(image: Image, pixels: Pixels, number: int, method: str) -> Pixels:
    counted = image.inside(pixels)
    # A line of padding alone has the least value of all others, as padding does.
    lowest, counts = counted.min(), _counted(image)
    match method:
        case "maximum":
            return np.asarray(np.max(pixels, axis=number, where=counts, initial=lowest))
        case "minimum":
            plane = np.min(pixels, axis=number, where=counts, initial=counted.max())
        case _:
            total = np.sum(pixels, axis=number, where=counts, dtype=np.float64)
            plane = total / np.maximum(counts.sum(axis=number), 1)
    return np.asarray(np.where(counts.any(axis=number), plane, lowest))


def _counted(image: Image) -> NDArray[np.bool_]:
    valid = np.asarray(image.valid)
    return np.broadcast_to(valid[..., np.newaxis] if image.has_channels else valid, image.pixels.shape)
