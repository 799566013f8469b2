"""What the stored values of a DICOM file stand for: Hounsfield units, other units, brightness."""

from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset

from coronal import BadImage, Meaning
from coronal.types.image import Pixels
from coronal_formats.readers.common.rescale import rescale, rescaled_types
from coronal_formats.readers.dicom.groups import frame_groups, numbers
from coronal_formats.readers.dicom.pixels.decode import frames_of
from coronal_formats.readers.dicom.pixels.lookup import modality_lookup
from coronal_formats.readers.dicom.uptake import uptake_factor

__all__ = ["are_turned", "meaning_of", "value_types", "values_of"]


def meaning_of(dataset: Dataset) -> Meaning:
    """Return what the values of a grey image mean.

    Hounsfield units for CT with a rescale to them (not for a localizer), SUV for PET whose header allows it.
    """
    if uptake_factor(dataset) is not None and not dataset.get("ModalityLUTSequence"):
        return Meaning.UPTAKE
    is_ct = dataset.get("Modality") == "CT" and "LOCALIZER" not in (dataset.get("ImageType") or ())
    if not is_ct or dataset.get("ModalityLUTSequence"):
        return Meaning.INTENSITY
    transforms = _transforms(dataset, frames_of(dataset))
    return Meaning.HOUNSFIELD if all(map(_is_in_hounsfield, transforms)) else Meaning.INTENSITY


def values_of(dataset: FileDataset, stored: Pixels) -> Pixels:
    """Return the values that stored ones stand for.

    Parameters
    ----------
    dataset
        The file.
    stored
        Grey pixels, shape (frame, y, x).

    Returns
    -------
    Pixels
        Of the same shape. The Modality LUT or the rescale is applied (PS3.3, C.11.1), that of each frame for
        itself and in SUV where a PET allows it, or the scaling of a dose grid (Gy). Then MONOCHROME1, which
        applies to these values, is turned round within the range that they can have; but never what has a
        unit: Hounsfield units, SUV or the activity of a PET, a dose. Real world value maps are for whoever
        asks for them (PS3.3, C.7.6.16.2.11).

    Raises
    ------
    BadImage
        When a slope or an intercept is no finite number.
    """
    is_turned = are_turned(dataset)
    table = modality_lookup(dataset)
    if table is not None:
        values = table.apply(stored)
        return np.subtract(values.dtype.type(2**table.bits - 1), values) if is_turned else values
    lines = [_line(dataset, transform) for transform in _transforms(dataset, len(stored))]
    if len(set(lines)) == 1:
        # A line keeps the middle of a range in the middle: turned before it, whole numbers stay exact.
        return rescale(_turned_round(dataset, stored) if is_turned else stored, *lines[0])
    values = np.stack(
        [rescale(plane.astype(np.float32), *line) for plane, line in zip(stored, lines, strict=True)]
    )
    return np.subtract(np.float32(sum(_reach(dataset, lines))), values) if is_turned else values


def value_types(dataset: FileDataset, stored: "np.dtype[Any]") -> tuple[str, ...]:
    """Return the number types that `values_of` may return for stored ones of a type, the narrowest first."""
    table = modality_lookup(dataset)
    if table is not None:
        return (table.entries.dtype.name,)
    lines = {_line(dataset, transform) for transform in _transforms(dataset, frames_of(dataset))}
    if len(lines) > 1:
        return ("float32",)
    return rescaled_types(stored, *lines.pop(), _stored_range(dataset))


def are_turned(dataset: Dataset) -> bool:
    """Return whether 0 is white in a file, and its values are turned round since they have no unit."""
    return bool(dataset.PhotometricInterpretation == "MONOCHROME1" and not _has_unit(dataset))


def _has_unit(dataset: Dataset) -> bool:
    is_measured = dataset.get("Modality") == "PT" or "DoseGridScaling" in dataset
    return is_measured or meaning_of(dataset) is Meaning.HOUNSFIELD


def _transforms(dataset: Dataset, frames: int) -> list[Dataset]:
    # A file of a single frame has it at the top.
    found = frame_groups(dataset, "PixelValueTransformationSequence", frames)
    return [dataset if item is None else item for item in found]


def _is_in_hounsfield(transform: Dataset) -> bool:
    return "RescaleSlope" in transform and (transform.get("RescaleType") or "HU") == "HU"


def _turned_round(dataset: FileDataset, stored: Pixels) -> Pixels:
    if stored.dtype.kind == "f":
        return np.negative(stored)
    return np.subtract(np.array(sum(_stored_range(dataset)), stored.dtype), stored)


def _stored_range(dataset: FileDataset) -> tuple[int, int]:
    if "PixelData" not in dataset:  # floats have no bounds: they are turned round 0
        return 0, 0
    count = 2 ** int(dataset.BitsStored)
    return (-count // 2, count // 2 - 1) if int(dataset.PixelRepresentation) else (0, count - 1)


def _reach(dataset: FileDataset, lines: list[tuple[float, float]]) -> tuple[float, float]:
    ends = [slope * end + intercept for slope, intercept in lines for end in _stored_range(dataset)]
    return min(ends), max(ends)


def _line(dataset: Dataset, transform: Dataset) -> tuple[float, float]:
    if "RescaleSlope" not in transform:
        scaling = numbers(dataset, "DoseGridScaling", 1)
        return (scaling or (1.0,))[0], 0.0
    slope = numbers(transform, "RescaleSlope", 1)
    intercept = numbers(transform, "RescaleIntercept", 1)
    if slope is None or intercept is None:
        raise BadImage("the rescale slope and intercept of a DICOM file must be finite numbers, found others")
    factor = uptake_factor(dataset) or 1.0
    return factor * slope[0], factor * intercept[0]
