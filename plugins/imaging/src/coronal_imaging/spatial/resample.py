"""An image of another spacing."""

from typing import Annotated

from coronal import Image, Parameter, algorithm
from coronal_imaging.spatial.resampling import Interpolation, regridded

__all__ = ["resample"]

Spacing = Annotated[float, Parameter(unit="mm or px", above=0, maximum=1000)]


@algorithm(keeps_geometry=False)
def resample(
    image: Image,
    x: Annotated[Spacing | None, Parameter("The distance between columns; null leaves it.")] = 1.0,
    y: Annotated[Spacing | None, Parameter("The distance between rows; null leaves it.")] = 1.0,
    z: Annotated[Spacing | None, Parameter("The distance between slices of a volume; null leaves it.")] = 1.0,
    interpolation: Interpolation = "linear",
) -> Image:
    """Resample an image to a spacing, so that pixels have one size in all images, or along all axes.

    The spacing is met exactly, and the middle of the image stays where it was in the patient; as many pixels
    are taken as cover the image best, so that its outer edges move by less than half a new pixel. Where
    pixels become larger it is smoothed along that axis first, so that fine patterns don't turn into coarse
    ones. What the values mean stays. Channels are resampled one by one. A label map before it falls away.

    Parameters
    ----------
    image
        Of finite values; NaN is kept where the nearest values are taken.
    x, y, z
        In mm; in pixels of the old image where it has no spacing. A plane has no z, and leaves it aside.
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
    `scipy.ndimage.affine_transform`: linearly the values of `SimpleITK.Resample` on the same grid, at the
    same speed; its cubic splines are faster, and start from the pixels that are repeated beyond the edge.
    Before it `scipy.ndimage.gaussian_filter` of σ = (step - 1) / 2, as in `skimage.transform.resize`.
    """
    wanted = (z, y, x)[-image.dimensions :]
    steps_px = tuple(
        1.0 if new is None else new / old for new, old in zip(wanted, image.spacing, strict=True)
    )
    shape = tuple(max(1, round(size / step)) for size, step in zip(image.shape, steps_px, strict=True))
    return regridded(image, shape, steps_px, interpolation, parameters="zyx"[-image.dimensions :])
