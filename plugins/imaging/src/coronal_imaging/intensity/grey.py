"""One channel of several."""

from typing import Annotated, Literal

import numpy as np
from skimage.color import rgb2hed

from coronal import BadImage, BadParameter, Image, Parameter, algorithm
from coronal.types.image import Pixels
from coronal_imaging.channels import is_rgb
from coronal_imaging.finite_values import finite_pixels

__all__ = ["grey"]

_COLOURS = {"red": 0, "green": 1, "blue": 2}
_STAINS = {"haematoxylin": 0, "eosin": 1, "dab": 2}


@algorithm
def grey(
    image: Image,
    channel: Annotated[
        Literal["luminance", "red", "green", "blue", "haematoxylin", "eosin", "dab"]
        | Annotated[int, Parameter(minimum=0, maximum=1000)],
        Parameter("What is taken: brightness, a colour, a stain, or a channel by its number from 0."),
    ] = "luminance",
) -> Image:
    """Make one channel of several: brightness, one colour, or one stain of a slide.

    An image of one channel stays as it is, Hounsfield units too; what was a colour is mere intensity
    afterwards. A volume is taken pixel by pixel like a plane. NaN is kept, but not unmixed into stains.
    Opacity is left out.

    Parameters
    ----------
    image
        Of one channel or several; colours and stains are of RGB alone.
    channel
        ``luminance``: what an eye sees as bright; of channels that are no colour, their mean. ``red``,
        ``green``, ``blue``: in a photograph of the retina green shows vessels best. ``haematoxylin``,
        ``eosin``, ``dab``: how much of the stain there is, of light that has passed through a slide. A
        number: that channel, whatever it means.

    Returns
    -------
    Image
        Luminance and mean float32 in the range of the input; one channel of the input's type; a stain float32
        from 0, where there is none, seldom above 1.

    Raises
    ------
    BadImage
        When a colour or a stain is wanted of an image that isn't RGB, or a stain of values that are NaN, or
        are no whole numbers and beyond 0–1.
    BadParameter
        When the image has no channel of that number.

    Notes
    -----
    `skimage.color.rgb2gray` (ITU-R BT.709) and `skimage.color.rgb2hed`. A. C. Ruifrok, D. A. Johnston,
    Quantification of histochemical staining by color deconvolution, Anal. Quant. Cytol. Histol. 23 (2001)
    291–299.
    """
    if channel == "luminance":
        return image.with_pixels(image.grey())
    if isinstance(channel, int):
        return image.with_pixels(_channel(image, channel))
    if not is_rgb(image):
        raise BadImage(f"{channel} is of colour images (RGB), found {_described(image)}")
    if channel in _COLOURS:
        return image.with_pixels(image.pixels[..., _COLOURS[channel]])
    return image.with_pixels(_stain(image, _STAINS[channel]))


def _channel(image: Image, number: int) -> Pixels:
    count = image.pixels.shape[-1] if image.has_channels else 1
    if number >= count:
        raise BadParameter("channel", found=str(number), allowed=f"< {count}, the image's channels")
    return image.pixels[..., number] if image.has_channels else image.pixels


def _stain(image: Image, number: int) -> Pixels:
    # In a row, for the library's matrix product can depend on strides in its last bit.
    rgb = np.ascontiguousarray(finite_pixels(image)[..., :3])
    if rgb.dtype.kind == "f" and not (rgb.min() >= 0 and rgb.max() <= 1):
        raise BadImage(
            "to tell a stain white must be known: the values must be whole numbers, or from 0 to 1, "
            f"found {rgb.min():g} to {rgb.max():g}"
        )
    return np.asarray(rgb2hed(rgb)[..., number], np.float32)


def _described(image: Image) -> str:
    return f"{image.pixels.shape[-1]} channels that are none" if image.has_channels else "one channel"
