"""An image turned in its plane."""

import math
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.spatial.axes import axis_number
from coronal_imaging.spatial.fill import Fill, fill_value
from coronal_imaging.spatial.resampling import (
    Grid,
    Interpolation,
    check_size,
    fitting_interpolation,
    interpolated,
    resulting_type,
)

__all__ = ["rotate"]

_ROUNDING = 1e-6
"""Of a pixel: a corner that lies this near to an edge needs no further row."""


@algorithm(keeps_geometry=False)
def rotate(
    image: Image,
    degrees: Annotated[
        float, Parameter("How far, anticlockwise.", unit="°", minimum=-360, maximum=360)
    ] = 90.0,
    plane: Annotated[
        Literal["yx", "zx", "zy"], Parameter("The plane that turns; seen with its first axis downwards.")
    ] = "yx",
    frame: Annotated[
        Literal["enlarge", "keep"],
        Parameter("Whether the frame grows until all is in it, or stays and cuts the corners off."),
    ] = "enlarge",
    *,
    interpolation: Interpolation = "linear",
    fill: Fill = None,
) -> Image:
    """Turn an image about its middle.

    A quarter of a turn with an enlarged frame only moves pixels, and their spacing with them: not a value
    changes, and four of them change nothing. Any other angle is one of mm, whatever the spacing, and keeps
    the spacing of each axis. Every point stays where it was in the patient: it is the frame that turns. What
    the values mean stays. A volume turns in one of its three planes. Channels are turned one by one. A label
    map before it falls away.

    Parameters
    ----------
    image
        Of finite values; NaN is kept in a quarter of a turn, and where the nearest values are taken.
    degrees
        Anticlockwise as the plane is shown, its first axis downwards and its second one to the right.
    plane
        ``yx`` in each slice, ``zx`` or ``zy`` across the slices of a volume.
    frame
        ``enlarge``: as large as the turned image; ``keep``: of the size that it had.
    interpolation
        ``nearest`` keeps each value as it is, of classes for example; ``linear``; ``cubic``, a spline through
        the values. Label numbers (of a palette, of DICOM SEG)
        are always taken of the nearest.
    fill
        In the unit of the values. At the edge of the image they pass into it over the width of a pixel.

    Returns
    -------
    Image
        In the range of the input and the fill. Of the same type after a quarter of a turn, and where the
        nearest values are taken; else whole numbers of 8 or 16 bits stay such, rounded, and all else is
        float32.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When the plane isn't one of the image's, its type can't hold the fill, or the result would be of more
        than 2²⁸ values.

    Notes
    -----
    `numpy.rot90` for quarters, else `scipy.ndimage.affine_transform` with ``mode="grid-constant"``: with a
    kept frame and equal spacing the values of `scipy.ndimage.rotate` with ``reshape=False``.
    """
    axes = (axis_number(image, plane[0], "plane"), axis_number(image, plane[1], "plane"))
    if frame == "enlarge" and degrees % 90 == 0:
        return _quarters(image, round(degrees / 90), axes)
    turn, steps = _turn(degrees), np.array(image.spacing)[list(axes)]
    shape = tuple(image.shape[axis] for axis in axes)
    if frame == "enlarge":
        shape = _enlarged(shape, steps, turn)
    check_size(image, (math.prod(image.shape) // math.prod(image.shape[a] for a in axes), *shape), "degrees")
    interpolation = fitting_interpolation(image, interpolation)
    if interpolation != "nearest":
        finite_pixels(image)
    matrix = turn * steps / steps[:, np.newaxis]

    def change(pixels: Pixels) -> Pixels:
        offset = tuple(_middle(pixels.shape) - matrix @ _middle(shape))
        beyond = fill_value(image, fill, resulting_type(pixels.dtype, interpolation))
        return interpolated(pixels, Grid(matrix, offset, shape), interpolation, fill=beyond)

    return _mapped(image, _each_plane(image.pixels, axes, change), axes, matrix)


def _quarters(image: Image, count: int, axes: tuple[int, int]) -> Image:
    return _mapped(image, np.rot90(image.pixels, count, axes), axes, _turn(90.0 * count))


def _turn(degrees: float) -> NDArray[np.float64]:
    """Return the matrix from a place (first axis, second axis) in the turned plane to that in the old one."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.rint(turn) if degrees % 90 == 0 else turn


def _enlarged(
    shape: tuple[int, ...], steps: NDArray[np.float64], turn: NDArray[np.float64]
) -> tuple[int, ...]:
    sizes_px = np.abs(turn) @ (shape * steps) / steps
    return tuple(math.ceil(size - _ROUNDING) for size in sizes_px)


def _each_plane(pixels: Pixels, axes: tuple[int, int], change: Callable[[Pixels], Pixels]) -> Pixels:
    planes = np.moveaxis(pixels, axes, (-2, -1))
    rest = planes.shape[:-2]
    changed = np.stack([change(planes[place]) for place in np.ndindex(rest)])
    return np.moveaxis(changed.reshape(*rest, *changed.shape[1:]), (-2, -1), axes)


def _mapped(image: Image, pixels: Pixels, axes: tuple[int, int], matrix: NDArray[np.float64]) -> Image:
    whole = np.eye(image.dimensions)
    whole[np.ix_(axes, axes)] = matrix
    offset = _middle(image.shape) - whole @ _middle(pixels.shape[: image.dimensions])
    return image.mapped(pixels, whole, offset.tolist())


def _middle(shape: tuple[int, ...]) -> NDArray[np.float64]:
    return (np.array(shape) - 1) / 2
