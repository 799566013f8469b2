"""Ellipses, recognised by their edges."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from skimage.measure import EllipseModel, label, regionprops

from coronal import Image, LabelMap, Parameter, algorithm
from coronal_imaging.region.smoothing import Smoothing, sigma_in_pixels
from coronal_imaging.shapes.canny_edges import Contrast, canny_edges
from coronal_imaging.shapes.drawn_shapes import Ellipsoid, drawn, in_unit
from coronal_imaging.shapes.even_grid import even_grid
from coronal_imaging.shapes.radii import MaxRadius, MinRadius, check_radii

__all__ = ["ellipses"]

_MIN_POINTS = 12
"""Any five points lie on an ellipse, and a few more nearly do."""

_SECTORS = 24
_MIN_SECTORS = 16
"""An edge must go around two thirds of an ellipse, or its fit is a guess."""


@algorithm(dimensions=(2,))
def ellipses(
    image: Image,
    *,
    min_radius: MinRadius = 5.0,
    max_radius: MaxRadius = 100.0,
    deviation: Annotated[
        float,
        Parameter(
            "How far an edge may lie off its ellipse on average, as a part of its radius.", above=0, maximum=1
        ),
    ] = 0.1,
    contrast: Contrast = 0.1,
    smoothing: Smoothing = 1.0,
) -> LabelMap:
    """Recognise ellipses by their edges, each with all its inside an object.

    An ellipse is fitted to each connected one of Canny's edges; it counts if the edge goes around two thirds
    of it at least, and lies near it. Objects whose edges run into each other aren't distinguished (`circles`
    can). It works on planes. Of a colour image the luminance is searched, of other channels their mean; an
    ellipse is one in mm, where the spacing differs along the axes as well. What is no number makes no edge
    and is background.

    Parameters
    ----------
    image
        Of any meaning and unit.
    min_radius, max_radius
        Between which both half-axes lie. In mm; in pixels where the image has no spacing.
    deviation
        From 0 to 1: 0 is an ellipse itself.
    contrast
        From 0 to 1: 0.1 finds edges of a tenth of the image's range.
    smoothing
        Before edges are looked for, in mm or pixels as above.

    Returns
    -------
    LabelMap
        1, 2, 3 … in the order of their edges' first pixels; a smaller ellipse covers a larger. Its names tell
        the half-axes.

    Raises
    ------
    BadImage
        When the image can't be brought to square pixels, because it would be too large.
    BadParameter
        When the radii are in the wrong order, or smoothing is more than 100 pixels.

    Notes
    -----
    `skimage.measure.EllipseModel`, `skimage.feature.canny`. R. Halíř and J. Flusser, Numerically stable
    direct least squares fitting of ellipses, Proc. WSCG 98 (1998) 125–132. A Hough transform of ellipses
    would try each pair of pixels.
    """
    check_radii(min_radius, max_radius)
    sigma_in_pixels(image.spacing, smoothing)
    grid = even_grid(image)
    if grid is None:
        return drawn(image, [])
    edges = canny_edges(grid.pixels, grid.is_number, (smoothing / grid.step,) * 2, contrast)
    found = (
        ellipse
        for places in _lines(edges)
        if (ellipse := _fitted(places * grid.step)) is not None
        and min_radius <= min(ellipse.half_axes)
        and max(ellipse.half_axes) <= max_radius
        and ellipse.is_drawn_by(places * grid.step, deviation)
    )
    return drawn(image, [_shape(image, ellipse) for ellipse in found])


@dataclass(frozen=True, slots=True, eq=False)
class _Ellipse:
    centre: NDArray[np.float64]
    half_axes: tuple[float, float]
    axes: NDArray[np.float64]

    def is_drawn_by(self, places: NDArray[np.float64], deviation: float) -> bool:
        # Where each place lies if the ellipse is drawn as a circle of radius 1.
        ahead, aside = ((places - self.centre) @ self.axes.T / self.half_axes).T
        sectors = np.unique(np.floor((np.arctan2(aside, ahead) / (2 * np.pi) + 0.5) * _SECTORS) % _SECTORS)
        off = np.abs(np.hypot(ahead, aside) - 1).mean()
        return bool(sectors.size >= _MIN_SECTORS and off <= deviation)


def _lines(edges: NDArray[np.bool_]) -> Iterator[NDArray[np.float64]]:
    for line in regionprops(label(edges)):
        if line.num_pixels >= _MIN_POINTS:
            yield np.asarray(line.coords, np.float64)


def _fitted(places: NDArray[np.float64]) -> _Ellipse | None:
    # A circle has no angle, and of a straight line the library divides by 0.
    with np.errstate(divide="ignore", invalid="ignore"):
        model = EllipseModel.from_estimate(places)
    if not model or not np.isfinite(model.axis_lengths).all():
        return None
    theta = np.nan_to_num(model.theta)
    axes = np.array([[np.cos(theta), np.sin(theta)], [-np.sin(theta), np.cos(theta)]])
    long, short = map(float, model.axis_lengths)
    return _Ellipse(np.asarray(model.center), (long, short), axes)


def _shape(image: Image, ellipse: _Ellipse) -> Ellipsoid:
    long, short = sorted(ellipse.half_axes, reverse=True)
    name = f"ellipse, half-axes {in_unit(image, long)} and {in_unit(image, short)}"
    y, x = map(float, ellipse.centre)
    return Ellipsoid(name, (y, x), ellipse.half_axes, ellipse.axes)
