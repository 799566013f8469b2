"""Which pixels of a DICOM file are padding, and no part of the image (PS3.3, C.7.5.1.1.2)."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from coronal import BadImage, Meaning
from coronal.types.image import Pixels
from coronal_formats.readers.dicom.groups import group, numbers
from coronal_formats.readers.dicom.values import meaning_of

__all__ = ["filled", "valid_pixels"]

_MIN_HU = -1024.0
"""Where the scale of a CT of 12 bits ends; air is -1000."""

_FLOAT_VALUES = ("FloatPixelPaddingValue", "DoubleFloatPixelPaddingValue")
_FLOAT_LIMITS = ("FloatPixelPaddingRangeLimit", "DoubleFloatPixelPaddingRangeLimit")


def valid_pixels(dataset: Dataset, stored: Pixels, *, may_be_none: bool = False) -> NDArray[np.bool_] | None:
    """Return which pixels are part of the image: all but those of the padding value or in its range.

    A lossy compression blurs the padding value. So, where it lies below -1024 HU in a CT, all that is nearer
    to it than to -1024 HU is padding too: a scanner tells nothing below that.

    Parameters
    ----------
    dataset
        The file.
    stored
        Grey pixels as they are stored, before any rescale: shape (y, x) or (z, y, x).
    may_be_none
        Whether all of them may be padding, as in a slice of a volume.

    Returns
    -------
    NDArray[np.bool_] or None
        Of the same shape; None where the file names no padding, or holds none.

    Raises
    ------
    BadImage
        When all pixels are padding, and may not be.
    """
    ends = _ends(dataset, stored)
    if ends is None:
        return None
    valid = np.asarray(((stored < min(ends)) | (stored > max(ends))) & (stored > _below_air(dataset, ends)))
    if not may_be_none and not valid.any():
        raise BadImage(
            "a DICOM image must have a pixel that is no padding, found that all lie in the range of its "
            f"PixelPaddingValue ({min(ends):g} to {max(ends):g})"
        )
    return None if valid.all() else valid


def filled(values: Pixels, valid: NDArray[np.bool_] | None) -> Pixels:
    """Return values with the least of those that are part of the image in place of padding.

    A filter mixes neighbours: so it finds air or black around the field of view, and no -3024 HU.

    >>> filled(np.array([[-3024, -1000, 40]]), np.array([[False, True, True]]))
    array([[-1000, -1000,    40]])
    """
    return values if valid is None else np.where(valid, values, values[valid].min())


def _ends(dataset: Dataset, stored: Pixels) -> tuple[float, float] | None:
    is_float = stored.dtype.kind == "f"
    value = _first(dataset, _FLOAT_VALUES if is_float else ("PixelPaddingValue",))
    limit = _first(dataset, _FLOAT_LIMITS if is_float else ("PixelPaddingRangeLimit",))
    if value is None:
        return None
    ends = (value, value if limit is None else limit)
    return ends if is_float else (_of_16_bits(stored, ends[0]), _of_16_bits(stored, ends[1]))


def _below_air(dataset: Dataset, ends: tuple[float, float]) -> float:
    """Return the stored value up to which all is padding; minus infinity where there is none."""
    transform = group(dataset, "PixelValueTransformationSequence", 0)
    slope, intercept = (numbers(transform, name, 1) for name in ("RescaleSlope", "RescaleIntercept"))
    if meaning_of(dataset) is not Meaning.HOUNSFIELD or not (slope and intercept and slope[0] > 0):
        return -np.inf
    air = (_MIN_HU - intercept[0]) / slope[0]
    return (max(ends) + air) / 2 if max(ends) < air else -np.inf


def _first(dataset: Dataset, names: tuple[str, ...]) -> float | None:
    found = (numbers(dataset, name, 1) for name in names)
    return next((values[0] for values in found if values), None)


def _of_16_bits(stored: Pixels, value: float) -> float:
    # Writers take US where the pixels are signed, and SS where they aren't: what counts are the bits.
    bits = int(value) % 2**16
    return bits - 2**16 if stored.dtype.kind == "i" and bits >= 2**15 else bits
