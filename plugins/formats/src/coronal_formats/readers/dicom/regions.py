"""The calibrated regions of an ultrasound image (PS3.3, C.8.5.5)."""

from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset

from coronal_formats.readers.dicom.groups import numbers

__all__ = ["has_regions", "spacing_of_regions"]

_CENTIMETRES = 3
_MM_IN_CM = 10.0
_WITHOUT_SCALE = (0, 5)
"""`RegionSpatialFormat` of what is drawn beside the image: none, and graphics."""

_TOLERANCE = 1e-3


def has_regions(dataset: Dataset) -> bool:
    """Return whether a file says where its scales hold."""
    return bool(_scaled(dataset))


def spacing_of_regions(dataset: Dataset) -> tuple[float, ...] | None:
    """Return the spacing (y, x) in mm that all regions of an image agree on.

    Returns
    -------
    tuple[float, ...] | None
        None where one of them has no scale in centimetres, as a spectrum or an M-mode, or another scale than
        the others or than `PixelSpacing`: no one number is then true of every pixel.
    """
    found = [_spacing(region) for region in _scaled(dataset)]
    found += [numbers(dataset, "PixelSpacing", 2)] if "PixelSpacing" in dataset else []
    known = [spacing for spacing in found if spacing is not None and min(spacing) > 0]
    if len(known) < len(found) or not np.allclose(known, known[0], rtol=_TOLERANCE, atol=0):
        return None
    return known[0]


def _scaled(dataset: Dataset) -> Sequence[Dataset]:
    regions = dataset.get("SequenceOfUltrasoundRegions") or []
    return [region for region in regions if region.get("RegionSpatialFormat") not in _WITHOUT_SCALE]


def _spacing(region: Dataset) -> tuple[float, ...] | None:
    units = [region.get(f"PhysicalUnits{axis}Direction") for axis in "YX"]
    steps = [numbers(region, f"PhysicalDelta{axis}", 1) for axis in "YX"]
    if units != [_CENTIMETRES] * 2:
        return None
    return tuple(abs(step[0]) * _MM_IN_CM for step in steps if step)
