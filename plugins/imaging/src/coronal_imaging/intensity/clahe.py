"""Local contrast, limited."""

import math
from typing import Annotated

import numpy as np
from skimage.color import hsv2rgb, rgb2hsv
from skimage.exposure import equalize_adapthist

from coronal import BadParameter, Image, Meaning, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import each_channel, is_rgb
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.intensity.stretch import stretched

__all__ = ["clahe"]

_MAX_TILES = 10_000
"""Each tile keeps a histogram, and is clipped in Python."""

_MIN_DEFAULT_PX = 16
"""In a tile of fewer pixels than there are bins, the library clips all that is bright to white."""

# The library's guard takes each volume of 3 or 4 columns for a colour picture; here the image itself says it.
_equalize = equalize_adapthist.__wrapped__


@algorithm
def clahe(
    image: Image,
    clip_limit: Annotated[
        float,
        Parameter(
            "The part of a tile's pixels that one grey level may have; 0 is no limit.", minimum=0, maximum=1
        ),
    ] = 0.01,
    tile: Annotated[
        float | None,
        Parameter(
            "The side of a tile; by default an eighth of the image along each axis, at least 16 px.",
            unit="mm or px",
            above=0,
            maximum=10_000,
        ),
    ] = None,
) -> Image:
    """Enhance local contrast, and limit how far noise is enhanced with it (CLAHE).

    The histogram of each tile is clipped and equalised, and mapped between the middles of tiles. Its values
    mean mere intensity afterwards, Hounsfield units too. Of a colour image the value (HSV) is equalised, so
    that hue stays and colour stays colour; its opacity is left out. Other channels are equalised one by one.
    The tiles of a volume are boxes: it isn't equalised slice by slice.

    Parameters
    ----------
    image
        Of finite values. Other than uint8 and uint16 they are first stretched to 0–1, negative ones too.
    clip_limit
        From 0 to 1, of no unit. More gives more contrast.
    tile
        In mm; in pixels where the image has no spacing. Rounded to whole pixels along each axis. In tiles of
        far fewer than 256 pixels what is bright becomes white.

    Returns
    -------
    Image
        float32, from 0 to 1.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When there would be more than 10,000 tiles.

    Notes
    -----
    `skimage.exposure.equalize_adapthist` with 256 bins. K. Zuiderveld, Contrast Limited Adaptive Histogram
    Equalization, in: Graphics Gems IV, Academic Press, 1994.
    """
    sides_px = _sides_px(image, tile)

    def equalized(pixels: Pixels) -> Pixels:
        values = _unit_range(pixels, black=float(pixels.min()))
        return np.asarray(_equalize(values, kernel_size=sides_px, clip_limit=clip_limit), np.float32)

    pixels = finite_pixels(image)
    if not is_rgb(image):
        return image.with_pixels(each_channel(image, pixels, equalized), meaning=Meaning.INTENSITY)
    rgb = pixels[..., :3]
    hsv = rgb2hsv(_unit_range(rgb, black=min(0.0, float(rgb.min()))))
    hsv[..., 2] = _equalize(hsv[..., 2], kernel_size=sides_px, clip_limit=clip_limit)
    return image.with_pixels(hsv2rgb(hsv).astype(np.float32), meaning=Meaning.COLOUR)


def _sides_px(image: Image, tile: float | None) -> tuple[int, ...]:
    if tile is None:
        return tuple(min(max(size // 8, _MIN_DEFAULT_PX), size) for size in image.shape)
    wanted = (round(side) for side in image.in_pixels(tile))
    sides = tuple(min(max(side, 1), size) for side, size in zip(wanted, image.shape, strict=True))
    tiles = math.prod(math.ceil(size / side) for size, side in zip(image.shape, sides, strict=True))
    if tiles > _MAX_TILES:
        raise BadParameter(
            "tile",
            found=f"{tile:g}, which makes {tiles}",
            allowed=f"so large that it makes ≤ {_MAX_TILES} tiles",
        )
    return sides


def _unit_range(pixels: Pixels, *, black: float) -> Pixels:
    # The library brings these two to 0–1 itself.
    if pixels.dtype in (np.uint8, np.uint16):
        return pixels
    return stretched(pixels, black, float(pixels.max()))
