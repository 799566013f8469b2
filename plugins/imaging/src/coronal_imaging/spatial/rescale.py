"""An image of more or fewer pixels in the same proportions."""

from typing import Annotated

from coronal import Image, Parameter, algorithm
from coronal_imaging.spatial.resampling import Interpolation, regridded

__all__ = ["rescale"]


@algorithm(keeps_geometry=False)
def rescale(
    image: Image,
    factor: Annotated[
        float, Parameter("How many pixels there are for each one along each axis.", minimum=0.01, maximum=100)
    ] = 0.5,
    interpolation: Interpolation = "linear",
) -> Image:
    """Make an image smaller or larger by a factor, in the same proportions.

    A half makes of 512 × 512 pixels 256 × 256, and of a volume half as many slices too; the numbers are
    rounded to whole pixels, at least one. The outer edges of the image stay where they were in the patient,
    and the spacing becomes larger or smaller. Where it shrinks it is smoothed first, so that fine patterns
    don't turn into coarse ones. What the values mean stays. Channels are rescaled one by one. A label map
    before it falls away.

    Parameters
    ----------
    image
        Of finite values; NaN is kept where the nearest values are taken.
    factor
        Of no unit: above 1 it grows, below 1 it shrinks.
    interpolation
        ``nearest`` keeps each value as it is, of classes for example, and smooths nothing; ``linear``;
        ``cubic``, a spline through the values. Label numbers (of a palette, of DICOM SEG)
        are always taken of the nearest.

    Returns
    -------
    Image
        In the range of the input. Of the same type where the nearest values are taken; else whole numbers of
        8 or 16 bits stay such, rounded, and all else is float32.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.
    BadParameter
        When the result would be of more than 2²⁸ values, or an axis shrink to less than a 64th.

    Notes
    -----
    `scipy.ndimage.affine_transform` and `gaussian_filter`, with what `skimage.transform.rescale` does with
    ``mode="edge"`` and ``anti_aliasing=True``: the same values to the last digits of float32.
    """
    shape = tuple(max(1, round(size * factor)) for size in image.shape)
    steps_px = tuple(old / new for old, new in zip(image.shape, shape, strict=True))
    return regridded(image, shape, steps_px, interpolation, parameters=["factor"] * image.dimensions)
