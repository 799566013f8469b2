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
    "meters": 1000.0,
    "metre": 1000.0,
    "centimeter": 10.0,
    "centimetre": 10.0,
    "millimeters": 1.0,
    "millimetre": 1.0,
    "micrometers": 1e-3,
    "micrometre": 1e-3,
    "nanometer": 1e-6,
    "nanometers": 1e-6,
    "nanometre": 1e-6,
}
_MM_PER_UNIT = {RESUNIT.CENTIMETER: 10.0, RESUNIT.INCH: 25.4}
_PRINT_DENSITIES = (72, 96, 100, 120, 144, 150, 180, 192, 200, 240, 300, 360, 400, 600, 720, 1200)
"""Per inch: what programs write for paper and screens; taken for a spacing it would be wrong by far."""

_TOLERANCE = 1e-3
"""Of a density that was converted from inch to cm and rounded: 28.35 per cm are 72.009 per inch."""


def spacing_mm(opened: TiffFile, page: TiffPage, dimensions: int) -> tuple[float, ...] | None:
    """Return the spacing in mm, in array order.

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
        None where the file doesn't give it along every axis, with a unit of length, or gives the density of
        a print.
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
    # ij.measure.Calibration: y and z have a unit of their own where it differs from that of x.
    if "unit" not in metadata:
        return _tags(page)
    unit = str(metadata["unit"])
    y_unit, z_unit = (str(metadata.get(name, unit)) for name in ("yunit", "zunit"))
    y_step, x_step = _steps_per_unit(page)
    y, x = y_step and in_mm(y_step, y_unit), x_step and in_mm(x_step, unit)
    depth = metadata.get("spacing")
    z = in_mm(abs(depth), z_unit) if isinstance(depth, int | float) else None
    is_print = in_mm(1.0, unit) in _MM_PER_UNIT.values() and _is_print(y, x)
    return (z, None, None) if is_print else (z, y, x)


def _tags(page: TiffPage) -> _Steps:
    mm = _MM_PER_UNIT.get(page.tags.valueof("ResolutionUnit"))
    y, x = _steps_per_unit(page)
    if mm is None or y is None or x is None or _is_print(mm * y, mm * x):
        return None, None, None
    return None, mm * y, mm * x


def _is_print(y_mm: float | None, x_mm: float | None) -> bool:
    # The same density in cm and in inch; whichever unit it is in, one pixel a unit is what those write that
    # know none.
    return all(mm is not None and _is_print_density(mm) for mm in (y_mm, x_mm))


def _is_print_density(step_mm: float) -> bool:
    per_inch, per_cm = 25.4 / step_mm, 10.0 / step_mm
    if math.isclose(per_inch, 1.0) or math.isclose(per_cm, 1.0):
        return True
    return any(
        math.isclose(per_inch, density, rel_tol=_TOLERANCE)
        or math.isclose(per_cm, round(density / 2.54), rel_tol=1e-6)
        for density in _PRINT_DENSITIES
    )


def _steps_per_unit(page: TiffPage) -> tuple[float | None, float | None]:
    y, x = (page.tags.valueof(name) for name in ("YResolution", "XResolution"))
    return _inverse(y), _inverse(x)


def _inverse(ratio: object) -> float | None:
    match ratio:
        case (int(count), int(per)) if count > 0 and per > 0:
            return per / count
        case _:
            return None
