"""Objects, without the uneven ground that they stand on."""

import math
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from skimage import restoration
from skimage.measure import block_reduce
from skimage.transform import resize

from coronal import Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, meaning_without_unit, without_opacity
from coronal_imaging.enhance.neighbourhood import squared_distances
from coronal_imaging.finite_values import finite_pixels

__all__ = ["rolling_ball"]

_MAX_PX = {2: 20, 3: 5}
"""Each pixel looks at the whole box around the ball: beyond this, a large image takes minutes."""

_PERCENTILES = (1.0, 99.0)
_PART_OF_RANGE = 0.5
"""Of less, a deep pixel leaves a step where the rim of the ball leaves it; of more, wide objects fade."""


@algorithm
def rolling_ball(
    image: Image,
    radius: Annotated[
        float,
        Parameter(
            "The radius of the ball, larger than any object's.", unit="mm or px", above=0, maximum=1000
        ),
    ] = 50.0,
    height: Annotated[
        float | None,
        Parameter(
            "How high the ball is; by default half the range of the values.",
            unit="of the values",
            above=0,
            maximum=1e9,
        ),
    ] = None,
    foreground: Annotated[
        Literal["bright", "dark"],
        Parameter("Whether the objects are brighter or darker than the background."),
    ] = "bright",
) -> Image:
    """Take away an uneven ground: all that a ball reaches that is rolled along below the values.

    The values are differences afterwards, no Hounsfield units any more: 0 on the ground, and the objects
    bright, dark ones too. A volume's ball rolls through the volume; where spacing differs among axes it is an
    ellipsoid in pixels, and slices further apart than the radius don't touch it. Channels are filtered one by
    one; colour stays colour, without opacity. What lies beyond the edge doesn't count. Noise lifts all by
    its depth: smooth it before.

    Parameters
    ----------
    image
        Of finite values.
    radius
        In mm; in pixels where the image has no spacing. Along an axis on which it is more than 20 pixels (5
        in a volume) the ground is found in the least values of blocks, and lies a little lower.
    height
        In the unit of the values. The higher it is, the rounder the ball, and the more it follows the ground
        and then the objects. The range goes from the 1st to the 99th percentile, of each channel.
    foreground
        ``dark``: the ball rolls along above the values.

    Returns
    -------
    Image
        float32, at least 0.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    `skimage.restoration.rolling_ball`. S. R. Sternberg, Biomedical image processing, Computer 16 (1983)
    22–34.
    """
    radii_px = image.in_pixels(radius)

    def raised(pixels: Pixels) -> Pixels:
        values = pixels.astype(np.float32) if foreground == "bright" else -pixels.astype(np.float32)
        return values - _ground(values, radii_px, height or _usual_height(image.inside(values)))

    pixels = without_opacity(image, finite_pixels(image))
    return image.with_pixels(each_channel(image, pixels, raised), meaning=meaning_without_unit(image))


def _usual_height(values: NDArray[np.float32]) -> float:
    low, high = np.percentile(values, _PERCENTILES)
    return _PART_OF_RANGE * float(high - low if high > low else np.ptp(values))


def _ground(values: NDArray[np.float32], radii_px: tuple[float, ...], height: float) -> NDArray[np.float32]:
    wanted = (math.ceil(radius / _MAX_PX[values.ndim]) for radius in radii_px)
    blocks = tuple(min(block, size) for block, size in zip(wanted, values.shape, strict=True))
    coarse = block_reduce(values, blocks, np.min, cval=np.inf)
    radii = tuple(radius / block for radius, block in zip(radii_px, blocks, strict=True))
    ground = restoration.rolling_ball(coarse, kernel=_ball(coarse.shape, radii, height))
    whole = tuple(size * block for size, block in zip(coarse.shape, blocks, strict=True))
    if whole != coarse.shape:
        ground = resize(ground, whole, order=1, mode="edge", preserve_range=True, anti_aliasing=False)
    return np.asarray(np.minimum(ground[tuple(map(slice, values.shape))], values))


def _ball(shape: tuple[int, ...], radii_px: tuple[float, ...], height: float) -> NDArray[np.float64]:
    # As skimage.restoration.ellipsoid_kernel, but of fractions of a pixel too, and no larger than the image.
    squared = squared_distances(radii_px, tuple(size - 1 for size in shape))
    return np.where(squared <= 1, height * np.sqrt(np.clip(1 - squared, 0, None)), np.inf)
