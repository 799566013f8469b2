"""The writer of what spoke for a classifier's answer."""

from collections.abc import Iterable

import numpy as np

from coronal import Image, Outcome, ResultFile, writer
from coronal_formats.encoders.own_format import in_own_format
from coronal_formats.rendering.explained import explained
from coronal_formats.rendering.page import png_of

__all__ = ["explanation"]


@writer
def explanation(outcome: Outcome) -> Iterable[ResultFile]:
    """Write which places of the image spoke for what was predicted, for each classifier that tells it.

    ``explanation-STAGE.png`` is for a person: the image as the model saw it, beside the same in grey with the
    heat over it, orange for the class and blue against it. ``explanation-STAGE.nii.gz`` or ``.tiff`` is the
    heat itself, float32, in the place of the image that the model saw.
    """
    case = outcome.case
    for stage, one in case.explanations.items():
        page = explained(stage, case.predictions[stage], one)
        yield ResultFile(f"explanation-{stage}.png", "image/png", png_of(page))
        yield in_own_format(f"explanation-{stage}", _array(one.heat), outcome.provenance.input_format)


def _array(heat: Image) -> Image:
    # A plugin may give another number type, and one that PNG holds would take the picture's name.
    return heat.with_pixels(heat.pixels.astype(np.float32, copy=False))
