"""Regions grown from seeds."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import flood

from coronal import BadParameter, Image, LabelMap, Parameter, algorithm
from coronal_imaging.finite_values import FiniteValues, finite_values
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels

__all__ = ["region_growing"]

_MAX_SEEDS = 100
"""Each is flooded on its own: in a large volume this takes minutes."""

_TOLERANCE = 0.1
"""Of the range of the image's values."""

Place = tuple[int, ...]
Unit = Literal["px", "mm"]


@algorithm
def region_growing(
    image: Image,
    seeds: Annotated[
        list[list[Annotated[float, Parameter(minimum=-1e6, maximum=1e6)]]] | None,
        Parameter("Where the regions start, at most 100; by default where the image is brightest."),
    ] = None,
    unit: Annotated[
        Unit, Parameter("The seeds' unit: array places as (z,) y, x in px, or x, y, z of the patient in mm.")
    ] = "px",
    tolerance: Annotated[
        float | None,
        Parameter(
            "How far a value may lie from the seed's; by default a tenth of the range.",
            unit="as the image",
            minimum=0,
            maximum=1e9,
        ),
    ] = None,
    smoothing: Smoothing = 1.0,
) -> LabelMap:
    """Grow a region from each seed, over all that is connected with it and of a value like its own.

    A volume is flooded as a volume, and pixels that touch by a corner are connected. Of a colour image the
    luminance is taken, of other channels their mean. What is no number is background. An image of one value
    has no region.

    Parameters
    ----------
    image
        Of any meaning.
    seeds
        Places as `shape` tells them: in px as its ``centroid_…``, in mm as its ``world_…``. In a plane a
        place of the patient is dropped upon it.
    unit
        ``px`` or ``mm``.
    tolerance
        In the unit of the image's values, of the seed's smoothed value up and down.
    smoothing
        A seed on a noisy pixel then stands for those around it. In mm; in pixels where the image has no
        spacing.

    Returns
    -------
    LabelMap
        1, 2, 3 … in the order of the seeds. One that lies in the region of an earlier seed has none of its
        own, and of two regions that overlap the earlier is whole.

    Raises
    ------
    BadParameter
        When a seed isn't in the image, has too few or too many numbers, lies on no number, or there are more
        than 100; or when smoothing is more than 100 pixels along an axis.

    Notes
    -----
    `skimage.segmentation.flood`, `scipy.ndimage.gaussian_filter`. R. Adams and L. Bischof, Seeded region
    growing, IEEE Trans. Pattern Anal. Mach. Intell. 16 (1994) 641–647; here each region grows by itself.
    """
    sigma_px = sigma_in_pixels(image.spacing, smoothing)
    given = [_place(image, seed, unit) for seed in _bounded(seeds or [])]
    values = finite_values(image)
    if values is None:
        return LabelMap.of(image, np.zeros(image.shape, np.int32))
    smooth = ndimage.gaussian_filter(values.pixels, sigma_px, mode="nearest")
    # An infinity is as far from any seed as can be.
    smooth = np.where(values.is_number, smooth, -np.inf)
    places = given if seeds is not None else [_brightest(smooth)]
    reach = _TOLERANCE * (values.high - values.low) if tolerance is None else tolerance
    return LabelMap.of(image, _regions(smooth, [_on_number(values, place) for place in places], reach))


def _regions(values: NDArray[np.floating], seeds: list[Place], tolerance: float) -> NDArray[np.int32]:
    labels = np.zeros(values.shape, np.int32)
    count = 0
    for seed in seeds:
        if labels[seed] == 0:
            count += 1
            region = flood(values, seed, connectivity=values.ndim, tolerance=tolerance)
            labels[region & (labels == 0)] = count
    return labels


def _bounded(seeds: list[list[float]]) -> list[list[float]]:
    if len(seeds) > _MAX_SEEDS:
        raise BadParameter("seeds", found=f"{len(seeds)}", allowed=f"at most {_MAX_SEEDS} places")
    return seeds


def _place(image: Image, seed: list[float], unit: Unit) -> Place:
    wanted = 3 if unit == "mm" else image.dimensions
    if len(seed) != wanted:
        raise BadParameter(
            "seeds", found=f"{len(seed)} numbers", allowed=f"places of {wanted} numbers ({unit})"
        )
    place = tuple(round(along) for along in (_in_array(image, seed) if unit == "mm" else seed))
    if not all(0 <= along < size for along, size in zip(place, image.shape, strict=True)):
        raise BadParameter("seeds", found=f"the pixel {place}", allowed=f"in the image of {image.shape}")
    return place


def _in_array(image: Image, seed: list[float]) -> list[float]:
    if not image.geometry.is_placed:
        raise BadParameter("unit", found="mm", allowed="px: the image's place in the patient isn't known")
    place = np.linalg.solve(image.geometry.affine(), [*seed, 1.0])
    return [float(along) for along in place[: image.dimensions]]


def _on_number(values: FiniteValues, place: Place) -> Place:
    if not values.is_number[place]:
        raise BadParameter("seeds", found=f"NaN at {place}", allowed="on pixels that are numbers")
    return place


def _brightest(values: NDArray[np.floating]) -> Place:
    return tuple(map(int, np.unravel_index(np.argmax(values), values.shape)))
