"""What is measured of an object: each measure with its columns and units."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from coronal import Column, Image, Table
from coronal.table import Cell
from coronal_measurers.ellipsoid import Ellipsoid
from coronal_measurers.levels import countable, measured_values
from coronal_measurers.regions import Region
from coronal_measurers.units import length_unit, size_name, size_unit, value_unit

__all__ = ["Measure", "axes", "box", "brightness", "centroid", "number", "size", "tabled", "world"]


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


def tabled(measures: Sequence[Measure], regions: Iterable[Region]) -> Table:
    """Measure each object: one row an object, its number first."""
    measures = [number(), *measures]
    return Table(
        tuple(chain.from_iterable(measure.columns for measure in measures)),
        tuple(tuple(chain.from_iterable(measure.of(region) for measure in measures)) for region in regions),
    )


def number() -> Measure:
    """Tell which object it is."""
    column = Column("label", description="The object's number in the label map.")
    return Measure((column,), lambda region: (region.label,))


def size(image: Image) -> Measure:
    """Measure area or volume, in mm², mm³, px or voxels, and the diameter of a disc or ball of the same."""
    name, body = size_name(image), "disc" if image.dimensions == 2 else "ball"
    elements = "pixels" if image.dimensions == 2 else "voxels"
    column = Column(name, size_unit(image), f"The {name} of all its {elements}.")
    diameter = Column(
        "equivalent_diameter", length_unit(image), f"The diameter of a {body} of the same {name}."
    )
    return Measure(
        (column, diameter),
        lambda region: (
            float(region.properties.area),
            float(region.properties.equivalent_diameter_area),
        ),
    )


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
    """Measure the axes of the ellipse (and how it lies) or ellipsoid of the same second moments.

    A pixel counts as wide as it is (`Ellipsoid`).
    """
    body = "ellipse" if image.dimensions == 2 else "ellipsoid"
    unit = length_unit(image)
    lengths = (
        Column(f"{name}_axis", unit, f"The {extent} axis of the {body} of the same second moments.")
        for name, extent in (("major", "longest"), ("minor", "shortest"))
    )
    if image.dimensions == 3:
        return Measure(tuple(lengths), lambda region: Ellipsoid.of(region).axes)
    form = (
        Column("eccentricity", "", "That of the ellipse: 0 for a circle, nearly 1 for a line."),
        Column("orientation", "°", "From the y axis to the major axis, through the x axis."),
    )

    def of(region: Region) -> tuple[Cell, ...]:
        ellipse = Ellipsoid.of(region)
        return (*ellipse.axes, ellipse.eccentricity, ellipse.orientation)

    return Measure((*lengths, *form), of)


def brightness(image: Image) -> Measure:
    """Measure mean and standard deviation (of the population) of all values that count."""
    grey = measured_values(image)

    def of(region: Region) -> tuple[Cell, ...]:
        values = region.of(grey)
        counted = values[countable(values)]
        if counted.size == 0:
            return (None, None)
        return (float(counted.mean(dtype=np.float64)), float(counted.std(dtype=np.float64)))

    columns = (
        Column("intensity_mean", value_unit(image), "The mean of its values."),
        Column(
            "intensity_sd", value_unit(image), "The standard deviation of its values (of the population)."
        ),
    )
    return Measure(columns, of)


def _spatial_axes(image: Image) -> str:
    return image.axes.removesuffix("c")
