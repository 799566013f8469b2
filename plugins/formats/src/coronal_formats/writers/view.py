"""The writer of what an interactive viewer shows."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from coronal import Geometry, Image, Meaning, Outcome, ResultFile, writer
from coronal.types.image import Pixels
from coronal_formats.encoders import nifti
from coronal_formats.encoders.nifti import nifti_bytes

__all__ = ["view"]

_COMPRESSION = 1
_MAX_LABEL = 65_535
"""Viewers take numbers of 32 bits for real ones, between which there are others."""

_TYPES = ("uint8", "int16", "uint16", "int32", "float32")
"""Number types of NIfTI that every viewer reads."""


@writer(on_request=True)
def view(outcome: Outcome) -> Iterable[ResultFile]:
    """Write the image that the overlay shows, and the label map on its grid, for an interactive viewer.

    ``view-image.nii.gz`` and ``view-labels.nii.gz``, whatever the format of the input. A placed volume
    lies at its place in the patient. Any other, and every plane, begins at the origin with its columns to the
    patient's left and its rows to the back: viewers in radiological convention then show it upright.
    A label map with numbers above 65,535 is left out.
    """
    image = outcome.case.backdrop
    geometry = _geometry(image)
    pixels = image if nifti.holds(image) else image.with_pixels(image.grey(), meaning=Meaning.INTENSITY)
    yield _file("view-image.nii.gz", replace(pixels, pixels=_with_type(pixels.pixels), geometry=geometry))
    labels = outcome.case.labels
    if labels is not None and labels.lies_on(image) and labels.labels.max() <= _MAX_LABEL:
        yield _file("view-labels.nii.gz", Image(labels.labels.astype(np.uint16), geometry))


def _file(name: str, image: Image) -> ResultFile:
    return ResultFile(name, "application/gzip", nifti_bytes(image, _COMPRESSION))


def _geometry(image: Image) -> Geometry:
    if image.geometry.is_placed and image.dimensions == 3:
        return image.geometry
    # Array axes (y, x) or (z, y, x), along the axes of LPS.
    direction = np.eye(3)[:, ::-1][:, -image.dimensions :]
    return Geometry(image.spacing, (0.0, 0.0, 0.0), tuple(map(tuple, direction.tolist())))


def _with_type(pixels: Pixels) -> Pixels:
    if pixels.dtype.name in _TYPES:
        return pixels
    return pixels.astype(np.uint8 if pixels.dtype == np.bool_ else np.float32)
