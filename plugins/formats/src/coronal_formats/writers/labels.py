"""The writer of the label map."""

from collections.abc import Iterable

import numpy as np

from coronal import Image, LabelMap, Outcome, ResultFile, writer
from coronal_formats.encoders.own_format import in_own_format

__all__ = ["labels"]

_MAX_16_BIT = 65_535


@writer
def labels(outcome: Outcome) -> Iterable[ResultFile]:
    """Write the label map in the input's own format and geometry.

    ``labels.nii.gz`` for NIfTI and for DICOM that is placed in the patient, ``labels.png`` for PNG and JPEG,
    else ``labels.tiff``. 16 bits where the labels fit into them, else 32 (never PNG).
    """
    if outcome.case.labels is not None:
        yield in_own_format("labels", _image(outcome.case.labels), outcome.provenance.input_format)


def _image(label_map: LabelMap) -> Image:
    fits = int(label_map.labels.max()) <= _MAX_16_BIT
    return Image(label_map.labels.astype(np.uint16 if fits else np.int32, copy=False), label_map.geometry)
