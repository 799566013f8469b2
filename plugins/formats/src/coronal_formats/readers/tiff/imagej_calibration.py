"""The calibration of an ImageJ file: which value a stored number stands for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from tifffile import PHOTOMETRIC, TiffFile, TiffPage

from coronal import BadImage
from coronal.types.image import Pixels
from coronal_formats.readers.common.rescale import rescale, rescaled_types

__all__ = ["Calibration", "calibration_of"]

_LINEAR, _NONE = 0, 20
_FUNCTIONS = {
    1: "polynomial of degree 2",
    2: "polynomial of degree 3",
    3: "polynomial of degree 4",
    4: "exponential",
    5: "power",
    6: "log",
    7: "Rodbard",
    8: "gamma variate",
    9: "y = a+b*ln(x-c)",
    10: "Rodbard (NIH Image)",
    11: "exponential with offset",
    12: "Gaussian",
    13: "exponential recovery",
    21: "uncalibrated OD",
    22: "custom",
}
"""The constants of ij.measure.Calibration and ij.measure.CurveFitter."""

_INT16 = np.iinfo(np.int16)
_CALIBRATED = ("uint8", "uint16")
"""ImageJ has a table of values for these alone; 32-bit images hold their values themselves."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A straight line from stored numbers to values: ``intercept + slope × stored``.

    Parameters
    ----------
    slope, intercept
        ImageJ's coefficients `c1` and `c0`.
    clips_at_zero
        Whether values below 0 become 0.
    """

    slope: float
    intercept: float
    clips_at_zero: bool = False

    def applied(self, stored: Pixels) -> Pixels:
        """Compute the values: int16 or int32 where that is exact, else float32."""
        values = rescale(stored, self.slope, self.intercept)
        if self.clips_at_zero:
            values = np.maximum(values, values.dtype.type(0))
        is_short = values.dtype == np.int32 and _INT16.min <= values.min() and values.max() <= _INT16.max
        return values.astype(np.int16) if is_short else values

    def types(self, dtype: "np.dtype[Any]") -> tuple[str, ...]:
        """Return the number types that the values may have, the narrowest first."""
        found = rescaled_types(dtype, self.slope, self.intercept)
        return ("int16", *found) if found[0] == "int32" else found


def calibration_of(opened: TiffFile, page: TiffPage) -> Calibration | None:
    """Read the calibration of an ImageJ file; None where its stored numbers are its values.

    A signed image of 16 bits is one: ImageJ saves it as unsigned numbers with ``c0 = -32768, c1 = 1``. Where
    there is one, 0 as white is only how the image is shown.

    Raises
    ------
    BadImage
        When it is no straight line.
    """
    metadata = cast("Mapping[str, object]", (opened.imagej_metadata if opened.is_imagej else None) or {})
    function = metadata.get("cf", _NONE)
    is_grey = page.photometric in (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE)
    if function == _NONE or not is_grey or str(page.dtype) not in _CALIBRATED:
        return None
    if function != _LINEAR:
        name = _FUNCTIONS.get(cast("int", function), "unknown")
        raise BadImage(
            "the calibration of an ImageJ file must be a straight line (cf=0), "
            f"found cf={function} ({name}): convert the image to 32-bit in ImageJ, which applies it"
        )
    line = _line(metadata)
    return None if line == Calibration(1.0, 0.0) else line


def _line(metadata: Mapping[str, object]) -> Calibration:
    intercept, slope = metadata.get("c0", 0.0), metadata.get("c1", 1.0)
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in (intercept, slope)):
        raise BadImage("the calibration of an ImageJ file must have finite coefficients, found others")
    return Calibration(
        float(cast("float", slope)),
        float(cast("float", intercept)),
        metadata.get("zeroclip") in (True, "true"),
    )
