"""What stands where there was no image."""

from typing import Annotated, Any

import numpy as np

from coronal import BadParameter, Image, Meaning, Parameter

__all__ = ["Fill", "fill_value"]

Fill = Annotated[
    float | None,
    Parameter(
        "The value beyond the edge; by default air in Hounsfield units, else 0.", minimum=-1e6, maximum=1e6
    ),
]

Type = np.dtype[Any]

_AIR_HU = -1000.0


def fill_value(image: Image, fill: float | None, dtype: Type) -> float:
    """Return the value for what lies beyond an image.

    Parameters
    ----------
    image
        Tells by its meaning what nothing is.
    fill
        In the unit of its values; None for air (-1000 HU, or the smallest value of an unsigned type) in
        Hounsfield units, and 0 in all else.
    dtype
        The type that has to hold it.

    Raises
    ------
    BadParameter
        When the type can't hold it.

    Examples
    --------
    >>> ct = Image(np.zeros((2, 2), np.int16), meaning=Meaning.HOUNSFIELD)
    >>> fill_value(ct, None, ct.pixels.dtype)
    -1000.0
    """
    lowest, highest = _range(dtype)
    if fill is None:
        return max(_AIR_HU, lowest) if image.meaning is Meaning.HOUNSFIELD else 0.0
    if not lowest <= fill <= highest or (dtype.kind != "f" and fill % 1):
        raise BadParameter("fill", found=f"{fill:g}", allowed=f"a value that {dtype} can hold")
    return fill


def _range(dtype: Type) -> tuple[float, float]:
    if dtype.kind == "b":
        return 0.0, 1.0
    limits = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    return float(limits.min), float(limits.max)
