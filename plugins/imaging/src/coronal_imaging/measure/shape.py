"""Size, place, form and brightness of each object."""

from collections.abc import Iterator
from typing import Annotated, Literal

from coronal import Image, LabelMap, Parameter, Table, algorithm
from coronal_imaging.measure.hull import hull
from coronal_imaging.measure.measures import Measure, axes, box, brightness, centroid, size, tabled, world
from coronal_imaging.measure.objects import Objects
from coronal_imaging.measure.outline import outline

__all__ = ["shape"]

What = Literal["size", "place", "axes", "outline", "hull", "brightness"]


@algorithm
def shape(
    image: Image,
    labels: LabelMap,
    measures: Annotated[
        tuple[What, ...], Parameter("What is measured; outline and hull take the longest.")
    ] = ("size", "place", "axes", "brightness"),
) -> Table:
    """Measure size, place, form and brightness of each object, one row an object.

    Sizes are in mm where the image has spacing, each axis by its own, else in pixels. A volume is measured as
    a volume. Of a colour image the luminance is measured, of other channels their mean; NaN, infinities and
    values beyond ±10³⁸ don't count for brightness.

    Parameters
    ----------
    image
        Of any meaning; brightness is in Hounsfield units where its values are.
    labels
        The objects, in any order, with gaps between their numbers or without.
    measures
        Which groups of columns there are: ``size``, ``place``, ``axes``, ``outline``, ``hull``,
        ``brightness``. They stand in this order. A plane of thousand objects takes a fraction of a second;
        ``hull`` doubles it, and takes a second for an object that fills a volume.

    Returns
    -------
    Table
        In the order of the labels; no row where there is no object. Its columns:

        label
            The object's number in the label map.
        area (mm² or px), volume (mm³ or voxels) : size
            Of all its pixels.
        equivalent_diameter (mm or px) : size
            Of a disc or ball of the same area or volume.
        centroid_z, centroid_y, centroid_x (px) : place
            The mean place of its pixels in the array; the middle of the first pixel is 0.
        world_x, world_y, world_z (mm) : place
            The centroid in the patient (LPS, see `coronal.Geometry`), where the image's place is known.
        box_z_start … box_x_stop (px) : place
            The box around it: the first row, and the first row beyond it.
        major_axis, minor_axis (mm or px) : axes
            The longest and shortest axis of the ellipse or ellipsoid that has the same second moments. Each
            pixel has its own extent, so that no axis is 0: of one pixel of width s an axis is 1.15 s, of one
            slice of thickness s 1.29 s.
        eccentricity, orientation (°) : axes, of a plane
            Of that ellipse: 0 for a circle, nearly 1 for a line; and from the y axis to its major axis,
            through the x axis, from -90 to 90; 0 of a circle.
        perimeter (mm or px), circularity : outline, of a plane
            The length of its edge, that of holes included, and 4π area / perimeter²: at most 1, a disc's.
        surface (mm² or px²), sphericity : outline, of a volume
            The area of its surface, and the surface of a ball of its volume divided by it: at most 1, a
            ball's. Blocks are measured by their sides; balls and tilted bodies within some per cent.
        solidity : hull
            The part of its convex hull that it fills.
        feret_diameter (mm or px) : hull
            The largest distance between two points of it, a pixel as wide as it is: between the middles of
            the sides of its pixels, so that a line of 9 px is 9 px long.
        intensity_mean, intensity_sd (HU or of no unit) : brightness
            Mean and standard deviation (of the population) of its values; none where no value counts.

    Notes
    -----
    ``area``, ``equivalent_diameter_area``, ``centroid`` and ``bbox`` of `skimage.measure.regionprops` with
    spacing, from sums over the pixels of all objects at once. The axes are of the covariance of the pixels'
    places, with the second moment of a pixel, spacing² / 12, added along each axis (the library's own are
    those of points, and 0 for a line). Perimeter and surface are of the faces of pixels and voxels, each by
    how the edge is tilted there; `scipy.spatial.ConvexHull`; mean and standard deviation in float64.
    """
    objects = Objects.of(labels)
    return tabled(list(_chosen(image, objects, measures)), objects)


def _chosen(image: Image, objects: Objects, measures: tuple[What, ...]) -> Iterator[Measure]:
    if "size" in measures:
        yield size(image, objects)
    if "place" in measures:
        yield centroid(image, objects)
        if image.geometry.is_placed:
            yield world(image, objects)
        yield box(image, objects)
    if "axes" in measures:
        yield axes(image, objects)
    if "outline" in measures:
        yield outline(image, objects)
    if "hull" in measures:
        yield hull(image, objects)
    if "brightness" in measures:
        yield brightness(image, objects)
