"""What is measured of an object: each measure with its columns and units."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coronal import Column, Image, Meaning
from coronal.table import Cell
from coronal_measurers.regions import Region

__all__ = ["Measure", "axes", "box", "brightness", "centroid", "number", "size", "world"]


@dataclass(frozen=True, slots=True)
class Measure:
    """Columns of a table, and how their cells are found.

    Parameters
    ----------
    columns
        One or more.
    of
        Gives a cell for each column.
    """

    columns: tuple[Column, ...]
    of: Callable[[Region], tuple[Cell, ...]]


def number() -> Measure:
    """Tell which object it is."""
    column = Column("label", description="The object's number in the label map.")
    return Measure((column,), lambda region: (region.label,))


def size(image: Image) -> Measure:
    """Measure the area in mm² or px, in 3-D the volume in mm³ or voxels."""
    in_mm = image.spacing_mm is not None
    if image.dimensions == 2:
        column = Column("area", "mm²" if in_mm else "px", "The area of all its pixels.")
    else:
        column = Column("volume", "mm³" if in_mm else "voxels", "The volume of all its voxels.")
    return Measure((column,), lambda region: (float(region.properties.area),))


def centroid(image: Image) -> Measure:
    """Measure the mean place of its pixels in the array, in px."""
    columns = (
        Column(f"centroid_{axis}", "px", f"The mean place of its pixels along {axis}; the first is 0.")
        for axis in _spatial_axes(image)
    )
    return Measure(tuple(columns), lambda region: region.centroid_px)


def world(image: Image) -> Measure:
    """Measure the place of the centroid in the patient, in mm; the image's geometry must be placed."""
    columns = (
        Column(f"world_{axis}", "mm", f"The centroid's {axis} in the patient (LPS).") for axis in "xyz"
    )
    return Measure(tuple(columns), lambda region: image.geometry.position_mm(region.centroid_px))


def box(image: Image) -> Measure:
    """Measure the box around it, in px: along each axis the first row, and the first row beyond it."""
    columns = (
        Column(f"box_{axis}_{end}", "px", f"The first row along {axis} {where} it.")
        for end, where in (("start", "of"), ("stop", "beyond"))
        for axis in _spatial_axes(image)
    )
    return Measure(tuple(columns), lambda region: region.properties.bbox)


def axes(image: Image) -> Measure:
    """Measure the axes of the ellipse or ellipsoid of the same second moments, in mm or px."""
    unit = "mm" if image.spacing_mm is not None else "px"
    body = "ellipse" if image.dimensions == 2 else "ellipsoid"
    columns = (
        Column(f"{name}_axis", unit, f"The {extent} axis of the {body} of the same second moments.")
        for name, extent in (("major", "longest"), ("minor", "shortest"))
    )
    return Measure(
        tuple(columns),
        lambda region: (
            float(region.properties.axis_major_length),
            float(region.properties.axis_minor_length),
        ),
    )


def brightness(image: Image) -> Measure:
    """Measure mean and standard deviation (of the population) of its finite values, in HU where they are."""
    unit = "HU" if image.meaning is Meaning.HOUNSFIELD else ""
    grey = image.grey()

    def of(region: Region) -> tuple[Cell, ...]:
        values = grey[region.properties.slice][region.properties.image]
        finite = values[np.isfinite(values)]
        if finite.size == 0:
            return (None, None)
        return (float(finite.mean(dtype=np.float64)), float(finite.std(dtype=np.float64)))

    columns = (
        Column("intensity_mean", unit, "The mean of its values."),
        Column("intensity_sd", unit, "The standard deviation of its values (of the population)."),
    )
    return Measure(columns, of)


def _spatial_axes(image: Image) -> str:
    return image.axes.removesuffix("c")
