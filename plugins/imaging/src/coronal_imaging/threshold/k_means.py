"""Classes of brightness or colour."""

from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from coronal import Context, Image, LabelMap, Parameter, algorithm
from coronal_imaging.finite_values import FiniteValues, finite_values
from coronal_imaging.region.partition import one_piece, smoothed
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels

__all__ = ["k_means"]

_MAX_SAMPLES = 50_000
"""So many pixels tell where the classes lie; all are then given to the nearest."""

_STARTS = 4
"""Each can end in another place; the best counts."""


@algorithm
def k_means(
    image: Image,
    context: Context,
    classes: Annotated[int, Parameter("How many classes there are.", minimum=2, maximum=20)] = 3,
    smoothing: Smoothing = 0.0,
) -> LabelMap:
    """Cluster the pixels into classes of similar brightness or colour, the background included.

    Every pixel belongs to the class whose mean it is nearest to; classes are those of the whole image or
    volume. The channels of a colour image are its three co-ordinates, those of any other image as well. What
    is no number belongs to none.

    Parameters
    ----------
    image
        Of any meaning and unit.
    context
        Its seed says where the classes start, and which pixels of a large image are looked at.
    classes
        From 2 to 20; fewer where the image has fewer different values.
    smoothing
        In mm; in pixels where the image has no spacing. It makes larger pieces of a class.

    Returns
    -------
    LabelMap
        1, 2, 3 … from dark to bright, whether connected or not; its names tell the means, in the image's
        unit.

    Raises
    ------
    BadParameter
        When smoothing is more than 100 pixels along an axis.

    Notes
    -----
    `sklearn.cluster.KMeans` (k-means++, four starts) of at most 50,000 pixels. S. Lloyd, Least squares
    quantization in PCM, IEEE Trans. Inf. Theory 28 (1982) 129–137.
    """
    sigma_px = sigma_in_pixels(image.spacing, smoothing)
    values = finite_values(image, channels=True)
    if values is None:
        return replace(one_piece(image), are_objects=False)
    colours = smoothed(values, sigma_px)[values.is_number].reshape(np.count_nonzero(values.is_number), -1)
    means, numbers = _parted(colours, classes, context)
    labels = np.zeros(image.shape, np.int32)
    labels[values.is_number] = numbers + 1
    return LabelMap.of(image, labels, _names(image, values, means), are_objects=False)


def _parted(
    colours: NDArray[np.float32], classes: int, context: Context
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    from sklearn.cluster import KMeans

    random = context.random
    samples = colours
    if len(colours) > _MAX_SAMPLES:
        samples = colours[random.choice(len(colours), _MAX_SAMPLES, replace=False)]
    model = KMeans(
        min(classes, _different(samples, classes)), n_init=_STARTS, random_state=int(random.integers(2**31))
    )
    # Threads add up in any order, and the same seed would give another mean in its last digit.
    with threadpool_limits(1):
        model.fit(samples)
        numbers = model.predict(colours)
    order = np.argsort(model.cluster_centers_.mean(axis=1))
    return model.cluster_centers_[order], np.argsort(order)[numbers]


def _different(colours: NDArray[np.float32], enough: int) -> int:
    """Count the different colours; no further where one channel alone has enough."""
    of_a_channel = len(np.unique(colours[:, 0]))
    if of_a_channel >= enough or colours.shape[1] == 1:
        return of_a_channel
    return len(np.unique(colours, axis=0))


def _names(image: Image, values: FiniteValues, means: NDArray[np.float32]) -> dict[int, str]:
    unit = f" {image.meaning.unit}".rstrip()
    own = values.low + means.astype(np.float64) * (values.high - values.low)
    return {
        number: f"mean {', '.join(f'{part:.4g}' for part in mean)}{unit}"
        for number, mean in enumerate(own, start=1)
    }
