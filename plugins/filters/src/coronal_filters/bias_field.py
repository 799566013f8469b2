"""The smooth field by which an image is shaded, found by N4."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from coronal.image import Pixels

__all__ = ["Search", "bias_field"]

Field = NDArray[np.float32]


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
        Of the same shape; its geometric mean over the objects is 1. All 1 where there is nothing to find it
        from: no values above 0, or fewer than two axes of more than one pixel.
    """
    kept = [axis for axis, size in enumerate(values.shape) if size > 1]
    if len(kept) < 2:
        return np.ones(values.shape, np.float32)
    whole = sitk.GetImageFromArray(np.squeeze(values).astype(np.float32))
    # SimpleITK counts axes from the last one.
    small = sitk.Shrink(whole, [search.shrinks[axis] for axis in reversed(kept)])
    objects = sitk.And(sitk.OtsuThreshold(small, 0, 1), sitk.Greater(small, 0.0))
    inside = sitk.GetArrayViewFromImage(objects) > 0
    if not inside.any():
        return np.ones(values.shape, np.float32)
    fit = _fit(small, objects, search, progress)
    mean = float(_log_field(fit, small)[inside].mean(dtype=np.float64))
    return np.asarray(np.exp(_log_field(fit, whole) - np.float32(mean)).reshape(values.shape))


def _fit(
    image: sitk.Image, objects: sitk.Image, search: Search, progress: Callable[[float], None]
) -> sitk.N4BiasFieldCorrectionImageFilter:
    fit = sitk.N4BiasFieldCorrectionImageFilter()
    fit.SetMaximumNumberOfIterations([search.iterations] * search.levels)

    def told() -> None:
        level = fit.GetCurrentLevel() + fit.GetElapsedIterations() / search.iterations
        progress(min(level / search.levels, 1.0))

    fit.AddCommand(sitk.sitkIterationEvent, told)
    fit.Execute(image, objects)
    fit.RemoveAllCommands()
    return fit


def _log_field(fit: sitk.N4BiasFieldCorrectionImageFilter, image: sitk.Image) -> Field:
    return np.asarray(sitk.GetArrayFromImage(fit.GetLogBiasFieldAsImage(image)), np.float32)
