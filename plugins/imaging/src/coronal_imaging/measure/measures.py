"""What is measured of objects: each measure with its columns and units."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal import Column, Image, Table
from coronal.types.table import Cell
from coronal_imaging.measure.ellipsoid import Ellipsoids
from coronal_imaging.measure.objects import Objects
from coronal_imaging.measure.units import length_unit, size_name, size_unit, value_unit
from coronal_imaging.measure.values import ObjectValues

__all__ = ["Measure", "axes", "box", "brightness", "centroid", "size", "tabled", "world"]


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """Columns of a table, with a cell for each object.

    Parameters
    ----------
    columns
        One or more.
    cells
        Of each column a number for each object, in the order of their labels; NaN where there is none.
    """

    columns: tuple[Column, ...]
    cells: Iterable[NDArray[Any]]


def tabled(measures: Sequence[Measure], objects: Objects) -> Table:
    """Return the table of all measures: one row an object, its number first."""
    label = Column("label", description="The object's number in the label map.")
    cells: list[list[Cell]] = [
        column.tolist() for column in chain([objects.numbers], *(measure.cells for measure in measures))
    ]
    columns = (label, *chain.from_iterable(measure.columns for measure in measures))
    return Table(columns, tuple(zip(*cells, strict=True)))


def size(image: Image, objects: Objects) -> Measure:
    """Measure area or volume, in mm², mm³, px or voxels, and the diameter of a disc or ball of the same."""
    name, body = size_name(image), "disc" if image.dimensions == 2 else "ball"
    elements = "pixels" if image.dimensions == 2 else "voxels"
    column = Column(name, size_unit(image), f"The {name} of all its {elements}.")
    diameter = Column(
        "equivalent_diameter", length_unit(image), f"The diameter of a {body} of the same {name}."
    )
    sizes = objects.sizes_px * math.prod(image.spacing)
    diameters = (2 * image.dimensions * sizes / np.pi) ** (1 / image.dimensions)
    return Measure((column, diameter), (sizes, diameters))


def centroid(image: Image, objects: Objects) -> Measure:
    """Measure the mean place of its pixels in the array, in px."""
    columns = (
        Column(f"centroid_{axis}", "px", f"The mean place of its pixels along {axis}; the first is 0.")
        for axis in _spatial_axes(image)
    )
    return Measure(tuple(columns), objects.centroids_px.T)


def world(image: Image, objects: Objects) -> Measure:
    """Measure the place of the centroid in the patient, in mm; the image's geometry must be placed."""
    columns = (
        Column(f"world_{axis}", "mm", f"The centroid's {axis} in the patient (LPS).") for axis in "xyz"
    )
    affine = image.geometry.affine()
    turned, origin = affine[:3, : image.dimensions], affine[:3, 3]
    return Measure(tuple(columns), (objects.centroids_px @ turned.T + origin).T)


def box(image: Image, objects: Objects) -> Measure:
    """Measure the box around it, in px: along each axis the first row, and the first row beyond it."""
    columns = (
        Column(f"box_{axis}_{end}", "px", f"The first row along {axis} {where} it.")
        for end, where in (("start", "of"), ("stop", "beyond"))
        for axis in _spatial_axes(image)
    )
    return Measure(tuple(columns), np.concatenate(objects.boxes_px, axis=-1).T)


def axes(image: Image, objects: Objects) -> Measure:
    """Measure the axes of the ellipse (and how it lies) or ellipsoid of the same second moments.

    A pixel counts as wide as it is (`Ellipsoids`).
    """
    body = "ellipse" if image.dimensions == 2 else "ellipsoid"
    unit = length_unit(image)
    lengths = (
        Column(f"{name}_axis", unit, f"The {extent} axis of the {body} of the same second moments.")
        for name, extent in (("major", "longest"), ("minor", "shortest"))
    )
    found = Ellipsoids.of(objects, image.spacing)
    if image.dimensions == 3:
        return Measure(tuple(lengths), found.axes)
    form = (
        Column("eccentricity", "", "That of the ellipse: 0 for a circle, nearly 1 for a line."),
        Column("orientation", "°", "From the y axis to the major axis, through the x axis."),
    )
    return Measure((*lengths, *form), (*found.axes, found.eccentricity, found.orientation))


def brightness(image: Image, objects: Objects) -> Measure:
    """Measure mean and standard deviation (of the population) of all values that count."""
    unit = value_unit(image)
    columns = (
        Column("intensity_mean", unit, "The mean of its values."),
        Column("intensity_sd", unit, "The standard deviation of its values (of the population)."),
    )
    return Measure(columns, ObjectValues.of(image, objects).mean_and_sd())


def _spatial_axes(image: Image) -> str:
    return image.axes.removesuffix("c")
