"""Values on another grid: what resize, rescale, resample and rotate share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import BadParameter, Image, Meaning, Parameter
from coronal.types.image import Pixels, supported
from coronal_imaging.channels import each_channel
from coronal_imaging.finite_values import finite_pixels

__all__ = [
    "Grid",
    "Interpolation",
    "check_size",
    "fitting_interpolation",
    "interpolated",
    "regridded",
    "resulting_type",
]

Interpolation = Annotated[
    Literal["nearest", "linear", "cubic"],
    Parameter("How a value between pixels is found: of the nearest one, linearly, or by a cubic spline."),
]

Type = np.dtype[Any]

_ORDERS: Mapping[str, Literal[0, 1, 3]] = {"nearest": 0, "linear": 1, "cubic": 3}
_MAX_VALUES = 2**28
"""Of a result, channels included: 1,024 slices of 512 × 512 pixels, a GiB of float32."""

_MAX_SHRINKING = 64
"""Along an axis: each pixel is smoothed with 4 times as many weights before it is thrown away."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Where the elements of a new array lie in an old one.

    Parameters
    ----------
    matrix, offset
        Element ``i`` lies at ``matrix @ i + offset``, as `coronal.Geometry.mapped` wants it. Of a matrix that
        has nothing else, the diagonal alone.
    shape
        The size of the new array.
    """

    matrix: NDArray[np.float64]
    offset: tuple[float, ...]
    shape: tuple[int, ...]


def regridded(
    image: Image,
    shape: tuple[int, ...],
    steps_px: tuple[float, ...],
    interpolation: Interpolation,
    parameters: Sequence[str],
) -> Image:
    """Return an image on a grid of other steps and the same middle.

    Where the new grid covers exactly as much as the old one (a step of old size / new size), the outer edges
    of both are the same, and the first pixel's centre has moved by half the difference of a step. Beyond the
    middles of the outermost pixels their values are repeated.

    Parameters
    ----------
    image
        Of finite values, unless the nearest are taken.
    shape
        The size of the new grid along each spatial axis.
    steps_px
        Its steps along each axis, in pixels of the old one. Where they are larger than 1 an image is first
        smoothed by a Gaussian of σ = (step - 1) / 2, so that no pattern finer than the new grid turns
        into a coarse one; not so where the nearest values are taken.
    interpolation
        ``nearest`` keeps each value, and is taken of label numbers; the others stay in the range of the
        input. For the type see `resulting_type`.
    parameters
        The one to name for each axis, where the result would be too large or too small.

    Raises
    ------
    BadImage
        When a value is NaN or infinite, and isn't just taken as it is.
    BadParameter
        When the result would be of more than 2²⁸ values, or an axis shrink to less than a 64th.
    """
    interpolation = fitting_interpolation(image, interpolation)
    if interpolation != "nearest":
        finite_pixels(image)
    check_size(image, shape, parameters[int(np.argmin(steps_px))])
    _check_steps(steps_px, parameters[int(np.argmax(steps_px))])
    offset = tuple(
        (old - 1) / 2 - step * (new - 1) / 2
        for old, new, step in zip(image.shape, shape, steps_px, strict=True)
    )
    sigma_px = [0.0 if interpolation == "nearest" else max(0.0, (step - 1) / 2) for step in steps_px]

    def change(pixels: Pixels) -> Pixels:
        return interpolated(pixels, Grid(np.array(steps_px), offset, shape), interpolation, sigma_px=sigma_px)

    return image.mapped(each_channel(image, image.pixels, change), np.diag(steps_px), offset)


def fitting_interpolation(image: Image, interpolation: Interpolation) -> Interpolation:
    """Return the interpolation that an image can bear: between two label numbers lies no third label.

    >>> fitting_interpolation(Image(np.eye(2, dtype=np.uint8), meaning=Meaning.INDEX), "linear")
    'nearest'
    """
    return "nearest" if image.meaning is Meaning.INDEX else interpolation


def interpolated(
    pixels: Pixels,
    grid: Grid,
    interpolation: Interpolation,
    *,
    fill: float | None = None,
    sigma_px: Sequence[float] = (),
) -> Pixels:
    """Return the values at the places of a grid (`scipy.ndimage.affine_transform`).

    Parameters
    ----------
    pixels
        Of one channel.
    grid
        The places.
    interpolation
        ``nearest`` keeps each value; the others give none beyond those that there were: a spline overshoots
        at an edge, and what is too high or too low is clipped. For the type see `resulting_type`.
    fill
        What lies around the array; None repeats the outermost values.
    sigma_px
        How far it is smoothed before along each axis; by default not at all.
    """
    source = supported(pixels)
    smooth = source
    if any(sigma_px):
        smooth = ndimage.gaussian_filter(source, sigma_px, output=np.float32, mode="nearest")
    result = ndimage.affine_transform(
        smooth,
        grid.matrix,
        grid.offset,
        output_shape=grid.shape,
        output=source.dtype if interpolation == "nearest" else np.dtype(np.float32),
        order=_ORDERS[interpolation],
        mode="nearest" if fill is None else "grid-constant",
        cval=fill or 0.0,
    )
    if interpolation == "cubic":
        ends = [source.min(), source.max(), *([] if fill is None else [fill])]
        np.clip(result, np.float32(min(ends)), np.float32(max(ends)), out=result)
    dtype = resulting_type(pixels.dtype, interpolation)
    if dtype.kind != "f" and interpolation != "nearest":
        np.rint(result, out=result)
    return np.asarray(result.astype(dtype, copy=False))


def resulting_type(dtype: Type, interpolation: Interpolation) -> Type:
    """Return the type of what is interpolated.

    Returns
    -------
    Type
        The same for the nearest values. Else whole numbers of 8 or 16 bits stay such, rounded, so that a
        photograph stays one and Hounsfield units stay whole; all else is float32, a mask too.

    Examples
    --------
    >>> [str(resulting_type(np.dtype(kind), "linear")) for kind in (np.uint8, np.int16, np.int64, bool)]
    ['uint8', 'int16', 'float32', 'float32']
    """
    is_short = dtype.kind in "iu" and dtype.itemsize <= 2
    return dtype if interpolation == "nearest" or is_short else np.dtype(np.float32)


def check_size(image: Image, shape: tuple[int, ...], parameter: str) -> None:
    """Check how many values an image would have on a grid of another size.

    Raises
    ------
    BadParameter
        When they are more than 2²⁸, channels included.
    """
    channels = image.pixels.shape[-1] if image.has_channels else 1
    if math.prod(shape) * channels > _MAX_VALUES:
        raise BadParameter(
            parameter,
            found="one that makes " + " × ".join(f"{size:,}" for size in (*shape, channels) if size != 1),
            allowed=f"such that the image has at most {_MAX_VALUES:,} values",
        )


def _check_steps(steps_px: tuple[float, ...], parameter: str) -> None:
    if max(steps_px) > _MAX_SHRINKING:
        raise BadParameter(
            parameter,
            found=f"one that makes a pixel of {max(steps_px):.4g}",
            allowed=f"such that at most {_MAX_SHRINKING} pixels become one along an axis",
        )
