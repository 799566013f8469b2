"""What all filters that remove noise do before and after."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from coronal import Image, Parameter
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, is_rgb
from coronal_imaging.denoise.noise import noise_deviation
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.intensity.unit_range import UnitRange

__all__ = ["Denoise", "Slices", "Strength", "denoised"]

Denoise: TypeAlias = Callable[[NDArray[np.float32], float], Pixels]
"""From values between 0 and 1, and the deviation of their noise, to values with less of it."""

Slices = Annotated[
    Literal["together", "apart"],
    Parameter("Whether a volume is filtered as one, or slice by slice, as thick slices want it."),
]
Strength = Annotated[
    float, Parameter("How strongly it filters: a multiple of the noise.", above=0, maximum=20)
]

_ROUNDING = 1e-6
"""Less noise than this between 0 and 1 is that of float32: there is nothing to remove."""


def denoised(
    image: Image,
    denoise: Denoise,
    *,
    noise: float | None = None,
    slices: Slices = "together",
    colours: Literal["together", "apart"] = "apart",
) -> Image:
    """Remove noise from each channel, between 0 and 1, and bring the values back to their unit.

    Parameters
    ----------
    image
        Of finite values.
    denoise
        Takes and gives an array of the image's spatial shape, or of a slice of it; with the channels last
        where a colour picture is filtered together.
    noise
        Its standard deviation in the unit of the values; None estimates it, once for all slices. Where it is
        0 nothing is changed.
    slices
        ``apart``: slice by slice.
    colours
        ``together``: red, green and blue at once. The opacity of a colour image is left out either way.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    """
    are_apart = slices == "apart" and image.dimensions == 3
    pixels = finite_pixels(image)
    if is_rgb(image):
        pixels = pixels[..., :3]

    def change(values: Pixels, channel_axis: int | None = None) -> Pixels:
        bounds = UnitRange.of(values)
        unit = bounds.unit(values)
        deviation = _deviation(bounds, unit, noise, channel_axis)
        if deviation < _ROUNDING:
            return values.astype(np.float32)
        clean = [denoise(part, deviation) for part in (unit if are_apart else [unit])]
        return bounds.values(np.stack(clean) if are_apart else clean[0])

    if colours == "together" and is_rgb(image):
        return image.with_pixels(change(pixels, -1))
    return image.with_pixels(each_channel(image, pixels, change))


def _deviation(
    bounds: UnitRange, unit: NDArray[np.float32], noise: float | None, channel_axis: int | None
) -> float:
    if bounds.span == 0:
        return 0.0
    if noise is None:
        return noise_deviation(unit, channel_axis)
    # More noise than there are values to differ is all of them.
    return min(1.0, noise / bounds.span)
