"""Classes of brightness by Otsu's thresholds."""

from itertools import pairwise
from typing import Annotated

import numpy as np

from coronal import Image, LabelMap, Parameter, algorithm
from coronal.types.image import MAX_MAGNITUDE, supported
from coronal_imaging.threshold.class_thresholds import class_thresholds

__all__ = ["multi_otsu"]


@algorithm
def multi_otsu(
    image: Image,
    classes: Annotated[
        int, Parameter("How many classes there are, the background included.", minimum=2, maximum=4)
    ] = 3,
) -> LabelMap:
    """Classify the pixels by brightness with several Otsu thresholds.

    The darkest class is the background, the others are 1, 2, 3 … from dark to bright, each named by its
    values. The thresholds are the same in all of a volume. Colour, other channels and NaN are taken as in
    `otsu`. An image of fewer values than classes has fewer classes, one of a single value has background
    alone.

    Parameters
    ----------
    image
        Of any meaning: the thresholds are in the unit of its values.
    classes
        From 2, which is `otsu` without its pieces, to 4: each more takes the library 50 times as long, and
        `k-means` finds more.

    Returns
    -------
    LabelMap
        The classes, whether their pixels are connected or not; its names tell their values.

    Notes
    -----
    `skimage.filters.threshold_multiotsu` of 256 bins. P.-S. Liao, T.-S. Chen and P.-C. Chung, A fast
    algorithm for multilevel thresholding, J. Inf. Sci. Eng. 17 (2001) 713–727.
    """
    values = supported(image.grey())
    thresholds = class_thresholds(image.inside(values), classes)
    labels = np.zeros(image.shape, np.int32)
    for threshold in thresholds:
        labels += (values > threshold) & (values <= MAX_MAGNITUDE)
    names = _names(thresholds, f" {image.meaning.unit}".rstrip())
    return LabelMap.of(image, labels, names, are_objects=False)


def _names(thresholds: tuple[float, ...], unit: str) -> dict[int, str]:
    names = {
        number: f"{low:.4g} to {high:.4g}{unit}" for number, (low, high) in enumerate(pairwise(thresholds), 1)
    }
    if thresholds:
        names[len(thresholds)] = f"above {thresholds[-1]:.4g}{unit}"
    return names
