"""Objects between two levels that are given."""

from typing import Annotated

import numpy as np

from coronal import BadParameter, Image, LabelMap, Parameter, algorithm
from coronal.types.image import MAX_MAGNITUDE, supported
from coronal_imaging.threshold.foreground import MinSize, connected_pieces

__all__ = ["threshold"]


@algorithm
def threshold(
    image: Image,
    lower: Annotated[
        float | None,
        Parameter(
            "The lowest value of an object, itself included.", unit="as the image", minimum=-1e9, maximum=1e9
        ),
    ] = None,
    upper: Annotated[
        float | None,
        Parameter(
            "The highest value of an object, itself included.", unit="as the image", minimum=-1e9, maximum=1e9
        ),
    ] = None,
    min_size: MinSize = 0.0,
) -> LabelMap:
    """Segment what lies between two levels, each connected component an object.

    The levels are in the unit of the image: of CT they are Hounsfield units, and ``lower: 300`` finds bone
    and metal. The same levels hold in all of a volume. Pieces, colour, other channels and NaN are taken as in
    `otsu`. There is no level that suits any image: one of the two must be given.

    Parameters
    ----------
    image
        Of any meaning.
    lower, upper
        In the unit of the image's values, both included; one of them alone leaves the other side open.
    min_size
        Smaller objects are left out. In mm² (2-D) or mm³ (3-D); in pixels where the image has no spacing.

    Returns
    -------
    LabelMap
        1, 2, 3 … in the order of the objects' first pixels. Pixels that touch by a corner are connected.

    Raises
    ------
    BadParameter
        When neither level is given, or upper lies below lower.

    Notes
    -----
    `skimage.measure.label`.
    """
    if lower is None and upper is None:
        raise BadParameter(
            "lower", found=None, allowed="given, or upper: a level in the unit of the image's values"
        )
    low = -MAX_MAGNITUDE if lower is None else lower
    high = MAX_MAGNITUDE if upper is None else upper
    if low > high:
        raise BadParameter("upper", found=f"{high:g}", allowed=f"≥ lower ({low:g})")
    values = supported(image.grey())
    mask = np.asarray((values >= low) & (values <= high))
    return LabelMap.of(image, connected_pieces(image, mask, min_size))
