"""An image of another number of pixels."""

from typing import Annotated

from coronal import Image, Parameter, algorithm
from coronal_imaging.spatial.resampling import Interpolation, regridded

__all__ = ["resize"]

Size = Annotated[int, Parameter(unit="px", minimum=1, maximum=4096)]
Slices = Annotated[int, Parameter(unit="px", minimum=1, maximum=512)]


@algorithm(keeps_geometry=False)
def resize(
    image: Image,
    x: Annotated[Size | None, Parameter("The number of columns; null leaves it.")] = 256,
    y: Annotated[Size | None, Parameter("The number of rows; null leaves it.")] = 256,
    z: Annotated[Slices | None, Parameter("The number of slices of a volume; null leaves it.")] = None,
    interpolation: Interpolation = "linear",
) -> Image:
    """Resize an image to a number of pixels, as a network requires.

    The new pixels cover what the old ones did: the outer edges of the image stay where they were in the
    patient, the spacing becomes larger or smaller, and the centre of the first pixel moves by half the
    difference. Proportions change with the numbers given; `rescale` keeps them. Where it shrinks along an
    axis it is smoothed along it first, so that fine patterns don't turn into coarse ones. What the values
    mean stays. Channels are resized one by one. A label map before it falls away.

    Parameters
    ----------
    image
        Of finite values; NaN is kept where the nearest values are taken.
    x, y, z
        In pixels. A plane has no z, and leaves it aside.
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
    `scipy.ndimage.affine_transform` and `gaussian_filter`, with what `skimage.transform.resize` does with
    ``mode="edge"`` and ``anti_aliasing=True``: the same values to the last digits of float32.
    """
    wanted = (z, y, x)[-image.dimensions :]
    shape = tuple(size or old for size, old in zip(wanted, image.shape, strict=True))
    steps_px = tuple(old / new for old, new in zip(image.shape, shape, strict=True))
    return regridded(image, shape, steps_px, interpolation, parameters="zyx"[-image.dimensions :])
