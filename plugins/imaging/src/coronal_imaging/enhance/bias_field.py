"""The smooth field by which an image is shaded, found by N4."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from coronal.types.image import Pixels

__all__ = ["NoFieldError", "Search", "bias_field"]

Field = NDArray[np.float32]

_MAX_BELOW_ZERO = 0.05
"""Of the mean of the objects: noise about 0 in air stays below it, an image with an offset does not."""


class NoFieldError(Exception):
    """Raised when a field can't be found; its text is the reason, without a value of the image."""


@dataclass(frozen=True, slots=True)
class Search:
    """How a field is looked for.

    Parameters
    ----------
    shrinks
        How many pixels become one along each axis, in array order.
    levels
        How many fields are fitted, each with twice the knots of the one before.
    iterations
        Of each level, at most.
    """

    shrinks: tuple[int, ...]
    levels: int
    iterations: int


def bias_field(values: Pixels, search: Search, progress: Callable[[float], None]) -> Field:
    """Find the field that multiplies an image.

    Parameters
    ----------
    values
        One channel, 2-D or 3-D; finite.
    search
        How it is looked for.
    progress
        Is called with the part that is done.

    Returns
    -------
    NDArray[np.float32]
        Of the same shape; its geometric mean over the objects is 1.

    Raises
    ------
    NoFieldError
        When fewer than two axes have more than one pixel, all values are equal, no object lies above 0, or
        values lie so far below 0 that a field does not multiply them.

    Notes
    -----
    N4 works on logarithms. Of values at or below 0 it makes a field of about 1, or a wild one, and no error.
    """
    kept = [axis for axis, size in enumerate(values.shape) if size > 1]
    if len(kept) < 2:
        raise NoFieldError("a single line of pixels has no field")
    if values.min() == values.max():
        raise NoFieldError("all values are equal")
    whole = sitk.GetImageFromArray(np.squeeze(values).astype(np.float32))
    # SimpleITK counts axes from the last one.
    small = sitk.Shrink(whole, [search.shrinks[axis] for axis in reversed(kept)])
    objects = sitk.And(sitk.OtsuThreshold(small, 0, 1), sitk.Greater(small, 0.0))
    inside = sitk.GetArrayViewFromImage(objects) > 0
    _check_scale(values, sitk.GetArrayViewFromImage(small)[inside])
    fit = _fit(small, objects, search, progress)
    mean = float(_log_field(fit, small)[inside].mean(dtype=np.float64))
    return np.asarray(np.exp(_log_field(fit, whole) - np.float32(mean)).reshape(values.shape))


def _check_scale(values: Pixels, objects: Pixels) -> None:
    if not objects.size:
        raise NoFieldError("no object lies above 0")
    below = -float(np.minimum(values, 0).mean(dtype=np.float64))
    if below > _MAX_BELOW_ZERO * float(objects.mean(dtype=np.float64)):
        share = np.count_nonzero(values < 0) / values.size
        raise NoFieldError(f"{share:.0%} of the values lie below 0, too far to be noise")


def _fit(
    image: sitk.Image, objects: sitk.Image, search: Search, progress: Callable[[float], None]
) -> sitk.N4BiasFieldCorrectionImageFilter:
    fit = sitk.N4BiasFieldCorrectionImageFilter()
    fit.SetMaximumNumberOfIterations([search.iterations] * search.levels)

    def reported() -> None:
        level = fit.GetCurrentLevel() + fit.GetElapsedIterations() / search.iterations
        progress(min(level / search.levels, 1.0))

    fit.AddCommand(sitk.sitkIterationEvent, reported)
    fit.Execute(image, objects)
    fit.RemoveAllCommands()
    return fit


def _log_field(fit: sitk.N4BiasFieldCorrectionImageFilter, image: sitk.Image) -> Field:
    return np.asarray(sitk.GetArrayFromImage(fit.GetLogBiasFieldAsImage(image)), np.float32)
