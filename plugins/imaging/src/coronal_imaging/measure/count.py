"""How many objects there are, how much of the image they take, and how densely they lie."""

import numpy as np

from coronal import Column, LabelMap, Table, algorithm
from coronal_imaging.measure.units import size_name, size_unit

__all__ = ["count"]


@algorithm
def count(labels: LabelMap) -> Table:
    """Count the objects, and measure how much they cover and how densely they lie, in one row.

    An object is a number of the label map, wherever it occurs; of classes it is therefore the classes that
    are counted. A volume is counted as a volume.

    Parameters
    ----------
    labels
        The objects.

    Returns
    -------
    Table
        One row, without objects too. Its columns:

        objects
            How many there are.
        area (mm² or px), volume (mm³ or voxels)
            Of all objects together.
        covered (%)
            The part of the image that they cover.
        density (1/mm² or 1/px, 1/mm³ or 1/voxels)
            Objects in the whole image, divided by its area or volume.
        mean_area, median_area or mean_volume, median_volume (as above)
            Of one object; none where there is none.

    Notes
    -----
    The counts of `numpy.unique`, `numpy.mean` and `numpy.median`.
    """
    sizes = labels.runs.sizes_px * labels.geometry.element_size
    whole = labels.labels.size * labels.geometry.element_size
    typical = (sizes.mean(), np.median(sizes)) if sizes.size else (None, None)
    row = (sizes.size, sizes.sum(), 100 * sizes.sum() / whole, sizes.size / whole, *typical)
    return Table(_columns(labels), (row,))


def _columns(labels: LabelMap) -> tuple[Column, ...]:
    size, unit = size_name(labels), size_unit(labels)
    return (
        Column("objects", "", "How many there are."),
        Column(size, unit, f"The {size} of all objects together."),
        Column("covered", "%", "The part of the image that they cover."),
        Column("density", f"1/{unit}", f"Objects, divided by the {size} of the whole image."),
        Column(f"mean_{size}", unit, f"The mean {size} of an object."),
        Column(f"median_{size}", unit, f"The median {size} of an object."),
    )
