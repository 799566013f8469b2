"""The units in which objects and images are measured."""

from coronal import Image, LabelMap

__all__ = ["length_unit", "size_name", "size_unit", "value_unit"]


def length_unit(grid: Image | LabelMap) -> str:
    """Return the unit of lengths: mm where the spacing is known, else px."""
    return "mm" if grid.geometry.spacing_mm is not None else "px"


def size_name(grid: Image | LabelMap) -> str:
    """Return what the size of an object is: an area in a plane, a volume in a volume."""
    return "area" if grid.dimensions == 2 else "volume"


def size_unit(grid: Image | LabelMap) -> str:
    """Return the unit of areas (mm² or px) or volumes (mm³ or voxels)."""
    in_mm, in_elements = ("mm²", "px") if grid.dimensions == 2 else ("mm³", "voxels")
    return in_elements if grid.geometry.spacing_mm is None else in_mm


def value_unit(image: Image) -> str:
    """Return the unit of an image's values: HU, SUV, or none."""
    return image.meaning.unit
