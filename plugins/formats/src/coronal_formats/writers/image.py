"""The writer of a filtered image."""

from collections.abc import Iterable

from coronal import Outcome, ResultFile, writer
from coronal_formats.encoders.own_format import in_own_format

__all__ = ["image"]


@writer
def image(outcome: Outcome) -> Iterable[ResultFile]:
    """Write the image that the filters have made, where nothing was segmented: it is then the result.

    ``image.nii.gz``, ``image.png`` or ``image.tiff``: the input's format where that holds the numbers without
    loss, else TIFF.
    """
    case = outcome.case
    if case.labels is None and case.image is not case.source:
        yield in_own_format("image", case.image, outcome.provenance.input_format)
