"""Regions that a random walker reaches first."""

import math
import warnings
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import random_walker as walked

from coronal import BadImage, Image, LabelMap, Parameter, algorithm
from coronal.types.dense_labels import dense_labels
from coronal_imaging.finite_values import FiniteValues, finite_values
from coronal_imaging.threshold.foreground import Foreground, connected_pieces
from coronal_imaging.threshold.two_levels import High, Low, two_levels

__all__ = ["random_walker"]

_MAX_PIXELS = 2**21
"""The library keeps a table of all pairs of neighbours: in 3-D these take about a gigabyte."""

_MAX_UNDECIDED = 500_000
"""So many equations are solved at once: about a minute, where they hang on few markers."""

_TOLERANCE = 1e-5
"""Of the solution. With the library's 1e-3 probabilities are wrong by up to 0.05."""


@algorithm
def random_walker(
    image: Image,
    labels: LabelMap | None = None,
    *,
    low: Low = None,
    high: High = None,
    foreground: Foreground = "bright",
    beta: Annotated[
        float, Parameter("How hard it is to walk over an edge.", minimum=1, maximum=10_000)
    ] = 130.0,
) -> LabelMap:
    """Decide what is unsure by the marker that a random walker from there would reach first.

    What lies on the sure sides of two thresholds marks ground and objects; where a stage before has left
    objects, these are the markers instead, and only the ground is marked by a threshold. The pixels between
    are decided so that boundaries follow edges, run smoothly and close gaps. Small volumes are walked as
    volumes, with their spacing. Of a colour image the luminance is taken, of other channels their mean. What
    is no number is background.

    Parameters
    ----------
    image
        Of any meaning.
    labels
        Objects that are sure; what is to be decided lies around them.
    low, high
        In the unit of the image's values; one that is left out lies halfway between Otsu's threshold and the
        mean of what is darker or brighter. Bright objects are surely above high, and ground surely at low or
        below; dark objects the other way round.
    foreground
        The side of the thresholds on which the objects are.
    beta
        Of no unit, for values stretched to 0–1. More of it keeps boundaries nearer to edges, less makes them
        smoother.

    Returns
    -------
    LabelMap
        With the numbers and names of the labels before it; without these the connected pieces, 1, 2, 3 …, of
        all that is nearer to an object than to ground.

    Raises
    ------
    BadImage
        When the image has more than 2,097,152 pixels (128³), or more than 500,000 of them are undecided.
    BadParameter
        When the lower threshold lies above the higher one.

    Notes
    -----
    `skimage.segmentation.random_walker` by preconditioned conjugate gradients, to 1e-5. L. Grady, Random
    walks for image segmentation, IEEE Trans. Pattern Anal. Mach. Intell. 28 (2006) 1768–1783.
    """
    _check_size(image)
    values = finite_values(image)
    levels = two_levels(np.zeros(1) if values is None else values.pixels[values.is_number], low, high)
    if values is None or levels is None:
        return labels or LabelMap.of(image, np.zeros(image.shape, np.int32))
    ground, objects = _sure(values, levels, foreground)
    if labels is None:
        result = _walk(image, values, objects.astype(np.int32), ground=ground, beta=beta)
        return LabelMap.of(image, connected_pieces(image, result > 0, 0.0))
    return LabelMap.of(
        image,
        _walk(image, values, labels.labels, ground=ground, beta=beta),
        labels.names,
        are_objects=labels.are_objects,
    )


def _check_size(image: Image) -> None:
    pixels = math.prod(image.shape)
    if pixels > _MAX_PIXELS:
        raise BadImage(
            f"random-walker works on at most {_MAX_PIXELS} pixels, found {pixels}: crop or resample the "
            "image first"
        )


def _sure(
    values: FiniteValues, levels: tuple[float, float], foreground: Foreground
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    low, high = levels
    dark = np.asarray((values.pixels <= low) & values.is_number)
    bright = np.asarray((values.pixels > high) & values.is_number)
    return (dark, bright) if foreground == "bright" else (bright, dark)


def _walk(
    image: Image, values: FiniteValues, objects: NDArray[np.int32], *, ground: NDArray[np.bool_], beta: float
) -> NDArray[np.int32]:
    # The library counts its labels, and wants them without gaps: 0 undecided, the last one ground, -1 left
    # out.
    dense, numbers = dense_labels(objects)
    markers = dense.astype(np.int64)
    markers[ground & (markers == 0)] = numbers.size
    markers[~values.is_number] = -1
    undecided = np.count_nonzero(markers == 0)
    if undecided > _MAX_UNDECIDED:
        raise BadImage(
            f"at most {_MAX_UNDECIDED} pixels may be undecided, found {undecided}: put low and high nearer "
            "together, or crop or resample the image first"
        )
    decided = markers[markers > 0]
    if undecided and decided.size and decided.min() < decided.max():
        with warnings.catch_warnings():
            # It warns of what no marker can reach, which is ground here.
            warnings.simplefilter("ignore", UserWarning)
            markers = walked(values.stretched(), markers, beta=beta, tol=_TOLERANCE, spacing=image.spacing)
    return np.append(numbers, [0, 0])[markers].astype(np.int32)
