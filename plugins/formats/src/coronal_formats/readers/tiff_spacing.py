"""The spacing of a TIFF file: from OME, from ImageJ, or from its resolution tags."""

import math
from collections.abc import Mapping
from typing import cast
from xml.etree import ElementTree

from tifffile import RESUNIT, TiffFile, TiffPage

__all__ = ["in_mm", "spacing_mm"]

_MM = {
    "m": 1000.0,
    "dm": 100.0,
    "cm": 10.0,
    "mm": 1.0,
    "µm": 1e-3,
    "nm": 1e-6,
    "pm": 1e-9,
    "Å": 1e-7,
    "in": 25.4,
    "meter": 1000.0,
    "millimeter": 1.0,
    "micrometer": 1e-3,
    "micron": 1e-3,
    "microns": 1e-3,
    "um": 1e-3,
    "inch": 25.4,
    "inches": 25.4,
}
_PRINT_DENSITIES_PER_INCH = (1.0, 72.0, 96.0)
"""What programs write that know no resolution; taken for a spacing it would be wrong by far."""


def spacing_mm(opened: TiffFile, page: TiffPage, dimensions: int) -> tuple[float, ...] | None:
    """Give the spacing in mm, in array order.

    Parameters
    ----------
    opened
        The file.
    page
        Its first page.
    dimensions
        2 for a plane, 3 for a stack. The resolution tags alone say nothing of a stack: they don't know z.

    Returns
    -------
    tuple[float, ...] | None
        None where the file doesn't give it along every axis, with a unit of length.
    """
    if opened.is_ome:
        steps = _ome(opened.ome_metadata or "")
    elif opened.is_imagej:
        steps = _imagej(cast("Mapping[str, object]", opened.imagej_metadata or {}), page)
    else:
        steps = _tags(page)
    wanted = steps[3 - dimensions :]
    known = tuple(step for step in wanted if step is not None and math.isfinite(step) and step > 0)
    return known if len(known) == dimensions else None


def in_mm(size: float, unit: str) -> float | None:
    """Turn a length into mm; None where the unit is none of length.

    >>> in_mm(250.0, "micron")
    0.25
    >>> in_mm(1.0, "pixel") is None
    True
    """
    factor = _MM.get(unit.strip().replace("\N{GREEK SMALL LETTER MU}", "µ").replace("\\u00B5", "µ"))
    return None if factor is None else size * factor


_Steps = tuple[float | None, float | None, float | None]


def _ome(text: str) -> _Steps:
    root = ElementTree.fromstring(text)
    pixels = next((node for node in root.iter() if node.tag.endswith("}Pixels")), None)
    if pixels is None:
        return None, None, None
    z, y, x = (_ome_step(pixels, axis) for axis in "ZYX")
    return z, y, x


def _ome_step(pixels: ElementTree.Element, axis: str) -> float | None:
    size = pixels.get(f"PhysicalSize{axis}")
    return None if size is None else in_mm(float(size), pixels.get(f"PhysicalSize{axis}Unit", "µm"))


def _imagej(metadata: Mapping[str, object], page: TiffPage) -> _Steps:
    unit = str(metadata.get("unit", ""))
    y, x = (in_mm(step, unit) if step else None for step in _steps_per_unit(page))
    depth = metadata.get("spacing")
    z = in_mm(abs(depth), unit) if isinstance(depth, int | float) else None
    return z, y, x


def _tags(page: TiffPage) -> _Steps:
    unit = page.tags.valueof("ResolutionUnit")
    y, x = _steps_per_unit(page)
    if unit == RESUNIT.CENTIMETER:
        return None, y and 10.0 * y, x and 10.0 * x
    if unit == RESUNIT.INCH and x and round(1.0 / x, 3) not in _PRINT_DENSITIES_PER_INCH:
        return None, y and 25.4 * y, 25.4 * x
    return None, None, None


def _steps_per_unit(page: TiffPage) -> tuple[float | None, float | None]:
    y, x = (page.tags.valueof(name) for name in ("YResolution", "XResolution"))
    return _inverse(y), _inverse(x)


def _inverse(ratio: object) -> float | None:
    match ratio:
        case (int(count), int(per)) if count > 0 and per > 0:
            return per / count
        case _:
            return None
