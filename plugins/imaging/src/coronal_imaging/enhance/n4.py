"""The shading of an MR image, found and divided away."""

import math
from collections.abc import Callable
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from coronal import BadParameter, Context, Image, Parameter, algorithm
from coronal.types.image import MAX_MAGNITUDE, Pixels
from coronal_imaging.channels import each_channel, is_rgb, meaning_without_unit, without_opacity
from coronal_imaging.enhance.bias_field import NoFieldError, Search, bias_field
from coronal_imaging.finite_values import finite_pixels

__all__ = ["n4"]

_MAX_STEPS = 2_000_000_000
"""Of pixels times iterations: a quarter of an hour."""

_MIN_SIZE = 8
"""No axis is shrunk below it, for the finest spline of four levels has as many spans."""


@algorithm
def n4(
    image: Image,
    context: Context,
    shrink: Annotated[
        int, Parameter("By how much the image is shrunk to find the field.", minimum=1, maximum=16)
    ] = 4,
    levels: Annotated[
        int, Parameter("How many fields are fitted, each finer than the one before.", minimum=1, maximum=6)
    ] = 4,
    iterations: Annotated[
        int, Parameter("How many iterations each level has at most.", minimum=1, maximum=200)
    ] = 50,
) -> Image:
    """Take away the shading that the coils of an MR scanner leave (N4).

    The shading is a smooth field that multiplies the image. It is found in a shrunk image, from what lies
    above 0 and above Otsu's threshold, and the whole image is divided by it; these objects keep their mean
    brightness. A volume has one field, not one a slice; thick slices are shrunk less than thin ones. Its
    values mean mere intensity afterwards, Hounsfield units too. Colour is divided by the field of its
    luminance, so that hue stays, and loses its opacity; other channels have a field each.

    Parameters
    ----------
    image
        Of finite values from 0 up, as a scanner stores them: MR, or a picture taken in uneven light; noise
        about 0 in air does no harm. An image in which no field can be found keeps its values, and a
        warning says why: a single line, equal values, no object above 0, or values far below 0 (Hounsfield
        units, z-scores), which a field does not multiply.
    shrink
        Along the axis of the finest spacing; along others to the same distance in mm, and no axis to less
        than 8 pixels. Twice as much makes it 8 times faster in a volume; 1 shrinks nothing.
    levels
        The first fits a spline of one span along each axis, each other one of twice as many spans.
    iterations
        A level ends sooner when its field changes by less than 0.001.

    Returns
    -------
    Image
        float32, in the scale of the input.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When the pixels of the shrunk image times the iterations of all levels are more than 2·10⁹.

    Notes
    -----
    `SimpleITK.N4BiasFieldCorrectionImageFilter`; its field is scaled to a geometric mean of 1 in the objects.
    N. J. Tustison et al., N4ITK: Improved N3 Bias Correction, IEEE Trans. Med. Imaging 29 (2010) 1310–1320.
    """
    pixels = without_opacity(image, finite_pixels(image))
    search = Search(_shrinks(image, shrink), levels, iterations)
    _check_cost(image, search, shrink)
    if is_rgb(image):
        grey = image.with_pixels(pixels).grey()
        field = _field(grey, search, context.progress, context.warn)
        return image.with_pixels(_divided(pixels, field[..., np.newaxis]))
    count = pixels.shape[-1] if image.has_channels else 1
    numbers = iter(range(count))

    def evened(channel: Pixels) -> Pixels:
        number = next(numbers)
        of_channel = f"channel {number + 1} of {count}: " if image.has_channels else ""
        field = _field(
            channel,
            search,
            lambda part: context.progress((number + part) / count),
            lambda line: context.warn(of_channel + line),
        )
        return _divided(channel, field)

    return image.with_pixels(each_channel(image, pixels, evened), meaning=meaning_without_unit(image))


def _shrinks(image: Image, shrink: int) -> tuple[int, ...]:
    finest = min(image.spacing)
    wanted = (round(shrink * finest / step) for step in image.spacing)
    return tuple(
        max(1, min(factor, size // _MIN_SIZE)) for factor, size in zip(wanted, image.shape, strict=True)
    )


def _check_cost(image: Image, search: Search, shrink: int) -> None:
    left = math.prod(size // factor for size, factor in zip(image.shape, search.shrinks, strict=True))
    most = search.levels * search.iterations
    if left * most > _MAX_STEPS:
        raise BadParameter(
            "shrink",
            found=f"{shrink}, which leaves {left} px for {most} iterations",
            allowed=f"so large that pixels times iterations are ≤ {_MAX_STEPS:g}",
        )


def _field(
    values: Pixels, search: Search, progress: Callable[[float], None], warn: Callable[[str], None]
) -> NDArray[np.float32]:
    try:
        return bias_field(values, search, progress)
    except NoFieldError as reason:
        warn(
            f"n4 found no field and changed nothing: {reason}; it needs objects whose values "
            "are above 0 in an image whose values begin at 0"
        )
        return np.ones(values.shape, np.float32)


def _divided(pixels: Pixels, field: NDArray[np.float32]) -> Pixels:
    # A field of a few odd pixels can be nearly 0 elsewhere.
    with np.errstate(over="ignore"):
        evened = pixels.astype(np.float32) / field
    return np.clip(evened, -MAX_MAGNITUDE, MAX_MAGNITUDE, out=evened)
