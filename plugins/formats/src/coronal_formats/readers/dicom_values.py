"""What the stored values of a DICOM file stand for: Hounsfield units, other units, brightness."""

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut

from coronal import BadImage, Meaning
from coronal.image import Pixels
from coronal_formats.readers.dicom_groups import group, numbers
from coronal_formats.rescale import rescale

__all__ = ["meaning_of", "values_of"]

_TRANSFORM = "PixelValueTransformationSequence"


def meaning_of(dataset: Dataset) -> Meaning:
    """Tell what the values of a grey image mean: HU for CT with a rescale to them (not for a localizer)."""
    transform = group(dataset, _TRANSFORM, 0)
    is_ct = dataset.get("Modality") == "CT" and "LOCALIZER" not in (dataset.get("ImageType") or ())
    is_rescaled = "RescaleSlope" in transform and (transform.get("RescaleType") or "HU") == "HU"
    return Meaning.HOUNSFIELD if is_ct and is_rescaled else Meaning.INTENSITY


def values_of(dataset: Dataset, stored: Pixels) -> Pixels:
    """Give the values that stored ones stand for.

    Parameters
    ----------
    dataset
        The file.
    stored
        Grey pixels, shape (y, x) or (z, y, x).

    Returns
    -------
    Pixels
        Of the same shape. MONOCHROME1 is turned round within the stored range, but Hounsfield units never;
        then the Modality LUT or the rescale is applied (PS3.3, C.11.1), or the scaling of a dose grid (Gy).

    Raises
    ------
    BadImage
        When a slope or an intercept is no finite number.
    """
    if dataset.PhotometricInterpretation == "MONOCHROME1" and meaning_of(dataset) is not Meaning.HOUNSFIELD:
        stored = _turned_round(dataset, stored)
    if dataset.get("ModalityLUTSequence"):
        return np.asarray(apply_modality_lut(stored, dataset))
    frames = stored.shape[0] if stored.ndim == 3 else 1
    lines = [_line(dataset, frame) for frame in range(frames)]
    if len(set(lines)) == 1:
        return rescale(stored, *lines[0])
    planes = (rescale(plane.astype(np.float32), *line) for plane, line in zip(stored, lines, strict=True))
    return np.stack(list(planes))


def _turned_round(dataset: Dataset, stored: Pixels) -> Pixels:
    if stored.dtype.kind == "f":
        return np.negative(stored)
    ends = -1 if stored.dtype.kind == "i" else 2 ** int(dataset.BitsStored) - 1
    return np.subtract(np.array(ends, stored.dtype), stored)


def _line(dataset: Dataset, frame: int) -> tuple[float, float]:
    transform = group(dataset, _TRANSFORM, frame)
    if "RescaleSlope" not in transform:
        scaling = numbers(dataset, "DoseGridScaling", 1)
        return (scaling or (1.0,))[0], 0.0
    slope = numbers(transform, "RescaleSlope", 1)
    intercept = numbers(transform, "RescaleIntercept", 1)
    if slope is None or intercept is None:
        raise BadImage("the rescale slope and intercept of a DICOM file must be finite numbers, found others")
    return slope[0], intercept[0]
