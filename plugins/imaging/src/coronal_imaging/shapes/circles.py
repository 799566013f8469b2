"""Circles, recognised by their edges."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import hough_circle, hough_circle_peaks

from coronal import BadParameter, Image, LabelMap, Parameter, algorithm
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels
from coronal_imaging.shapes.canny_edges import Contrast, canny_edges
from coronal_imaging.shapes.drawn_shapes import Ellipsoid, drawn, in_unit
from coronal_imaging.shapes.even_grid import even_grid
from coronal_imaging.shapes.radii import MaxRadius, MinRadius, check_radii

__all__ = ["circles"]

_MAX_VOTES = 4_000_000_000
"""Each pixel of an edge votes for each place around it, of each radius: this takes half a minute."""

_MAX_OF_A_RADIUS = 200
"""The library goes through the peaks of each radius one by one."""

Circle = tuple[float, int, int, int]
"""Support, radius, y and x in pixels: sorted, the best comes last."""


@algorithm(dimensions=(2,))
def circles(
    image: Image,
    *,
    min_radius: MinRadius = 10.0,
    max_radius: MaxRadius = 30.0,
    support: Annotated[
        float, Parameter("The least part of a circle's line that lies on edges.", minimum=0.1, maximum=1)
    ] = 0.6,
    contrast: Contrast = 0.15,
    smoothing: Smoothing = 2.0,
) -> LabelMap:
    """Recognise circles by their edges, whole or in part, each with all its inside an object.

    Canny's edges, a pixel wider on either side, vote for the circles that they lie on (Hough transform).
    Of two circles of which one holds the other's centre the better supported counts. A circle may reach
    beyond the image. It works on planes. Of a colour image the luminance is searched, of other channels their
    mean; a circle is one in mm, where the spacing differs along the axes as well. What is no number makes no
    edge and is background.

    Parameters
    ----------
    image
        Of any meaning and unit.
    min_radius, max_radius
        In mm; in pixels where the image has no spacing. Every whole pixel between is tried.
    support
        From 0.1 to 1. Less of it finds circles that are covered, cut or not quite round, and chance ones.
    contrast
        From 0 to 1: 0.1 finds edges of a tenth of the image's range.
    smoothing
        Before edges are looked for, in mm or pixels as above.

    Returns
    -------
    LabelMap
        1, 2, 3 … from the best supported on; a smaller circle covers a larger. Its names tell the radii.

    Raises
    ------
    BadImage
        When the image can't be brought to square pixels, because it would be too large.
    BadParameter
        When the radii are in the wrong order, or so many that their votes would take minutes; or smoothing is
        more than 100 pixels.

    Notes
    -----
    `skimage.transform.hough_circle` and `hough_circle_peaks`, `skimage.feature.canny`. R. O. Duda and P. E.
    Hart, Use of the Hough transformation to detect lines and curves in pictures, Commun. ACM 15 (1972) 11–15.
    """
    check_radii(min_radius, max_radius)
    sigma_in_pixels(image.spacing, smoothing)
    grid = even_grid(image)
    if grid is None:
        return drawn(image, [])
    edges = canny_edges(grid.pixels, grid.is_number, (smoothing / grid.step,) * 2, contrast)
    wide = ndimage.binary_dilation(edges)
    radii_px = _radii_px(min_radius / grid.step, max_radius / grid.step, wide)
    found = _apart(
        sorted((circle for r in radii_px for circle in _of_radius(wide, r, support)), reverse=True)
    )
    return drawn(
        image,
        [
            Ellipsoid(
                f"circle, radius {in_unit(image, radius * grid.step)}",
                (y * grid.step, x * grid.step),
                (radius * grid.step,) * 2,
            )
            for _, radius, y, x in found
        ],
    )


def _radii_px(min_px: float, max_px: float, edges: NDArray[np.bool_]) -> range:
    # A circle larger than the image has no more than a corner of it.
    radii = range(max(round(min_px), 1), min(max(round(max_px), 1), max(edges.shape)) + 1)
    votes = 2 * math.pi * sum(radii) * np.count_nonzero(edges)
    if votes > _MAX_VOTES:
        raise BadParameter(
            "max_radius",
            found=f"{len(radii)} radii up to {radii[-1]} px and {np.count_nonzero(edges)} px of edges",
            allowed="nearer to min_radius, or contrast higher, so that there is less to try",
        )
    return radii


def _of_radius(edges: NDArray[np.bool_], radius_px: int, support: float) -> list[Circle]:
    if not edges.any():
        return []
    votes = hough_circle(edges, [radius_px], full_output=True)
    peaks = hough_circle_peaks(
        votes,
        [radius_px],
        min_xdistance=radius_px,
        min_ydistance=radius_px,
        threshold=support,
        num_peaks=_MAX_OF_A_RADIUS,
    )
    return [
        (float(part), radius_px, int(y) - radius_px, int(x) - radius_px)
        for part, x, y, _ in zip(*peaks, strict=True)
    ]


def _apart(best_first: list[Circle]) -> list[Circle]:
    kept: list[Circle] = []
    for circle in best_first:
        _, radius, y, x = circle
        if all(math.hypot(y - other[2], x - other[3]) >= max(radius, other[1]) for other in kept):
            kept.append(circle)
    return kept
