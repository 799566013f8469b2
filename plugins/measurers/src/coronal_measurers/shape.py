"""Size, place, form and brightness of each object."""

from itertools import chain

from coronal import Image, LabelMap, Table, algorithm
from coronal_measurers.measures import axes, box, brightness, centroid, number, size, world
from coronal_measurers.regions import regions

__all__ = ["shape"]


@algorithm
def shape(image: Image, labels: LabelMap) -> Table:
    """Measure size, place, form and brightness of each object, one row an object.

    Sizes are in mm where the image has spacing, each axis by its own, else in pixels. A volume is measured as
    a volume. Of a colour image the luminance is measured, of other channels their mean; NaN and infinities
    don't count for brightness.

    Parameters
    ----------
    image
        Of any meaning; brightness is in Hounsfield units where its values are.
    labels
        The objects, in any order, with gaps between their numbers or without.

    Returns
    -------
    Table
        In the order of the labels; no row where there is no object. Its columns:

        label
            The object's number in the label map.
        area (mm² or px), volume (mm³ or voxels)
            Of all its pixels.
        centroid_z, centroid_y, centroid_x (px)
            The mean place of its pixels in the array; the middle of the first pixel is 0.
        world_x, world_y, world_z (mm)
            The centroid in the patient (LPS, see `coronal.Geometry`), where the image's place is known.
        box_z_start … box_x_stop (px)
            The box around it: the first row, and the first row beyond it.
        major_axis, minor_axis (mm or px)
            The longest and shortest axis of the ellipse or ellipsoid that has the same second moments.
        intensity_mean, intensity_sd (HU or of no unit)
            Mean and standard deviation (of the population) of its values; none where no value is finite.

    Notes
    -----
    `skimage.measure.regionprops` with spacing: ``area``, ``centroid_local``, ``bbox``, ``axis_major_length``
    and ``axis_minor_length``; `numpy.mean` and `numpy.std` in float64.
    """
    measures = [number(), size(image), centroid(image), box(image), axes(image), brightness(image)]
    if image.geometry.is_placed:
        measures.insert(3, world(image))
    return Table(
        tuple(chain.from_iterable(measure.columns for measure in measures)),
        tuple(
            tuple(chain.from_iterable(measure.of(region) for measure in measures))
            for region in regions(labels, image.spacing)
        ),
    )
