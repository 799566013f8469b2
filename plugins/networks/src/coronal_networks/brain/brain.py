"""The brain in a T1 MR of a head, by a network that was trained elsewhere."""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import resize

from coronal import Context, Image, LabelMap, Parameter, algorithm
from coronal.types.image import MAX_MAGNITUDE, Pixels, supported
from coronal_networks.brain.deepbrain import SIDE, deepbrain
from coronal_networks.data.orientation import Orientation

__all__ = ["brain"]


_VOLUMES_ML = (250, 2200)
"""From a newborn's brain to the largest adult's, with what a mask may miss or add."""


@algorithm(dimensions=(3,))
def brain(
    image: Image,
    context: Context,
    threshold: Annotated[
        float, Parameter("From which probability on a voxel is of the brain.", above=0, below=1)
    ] = 0.5,
) -> LabelMap:
    """Find the brain in a T1 MR of a head, by a trained network (deepbrain).

    The volume is turned to LPS by its direction and stretched to 128 × 128 × 128 voxels; the probability that
    the network gives is brought back to the image's own grid. Of what is probable enough the largest piece
    stays, and its holes are filled. A volume whose direction isn't known is taken as it lies: the network was
    trained on heads in any position. It knows heads with skull alone, and whole ones; in anything else it
    finds something too, so it warns of another modality than MR, and of a volume that no brain has.

    Parameters
    ----------
    image
        A head in T1 weighting, of any unit; of colours their luminance. What is no number counts as the
        darkest value.
    threshold
        More makes the brain smaller.

    Returns
    -------
    LabelMap
        1 is the brain. Nothing where the image has only one value.

    Raises
    ------
    PluginError
        When the trained network isn't installed: ``pip install --no-deps deepbrain==0.1``.

    Notes
    -----
    The U-Net of deepbrain 0.1 (I. Itzcovich, MIT licence); of that package nothing but its graph is used.
    """
    turn = Orientation.to_lps(image.geometry.direction)
    head = _from_0_to_1(turn.applied(image.grey()))
    if head is None:
        return LabelMap.of(image, np.zeros(image.shape, np.bool_), names={1: "brain"})
    probability = deepbrain(resize(head, (SIDE,) * 3, order=1, mode="edge", anti_aliasing=True))
    own = resize(probability, head.shape, order=1, mode="edge", anti_aliasing=True)
    found = turn.undone(_one_piece(own >= threshold))
    _check_plausible(image, found, context)
    return LabelMap.of(image, found, names={1: "brain"})


def _check_plausible(image: Image, found: NDArray[np.bool_], context: Context) -> None:
    """Warn where the network was asked what it doesn't know: it always answers something."""
    if image.modality not in ("", "MR"):
        context.warn(f"the network was trained on MR alone, found {image.modality}")
    if image.spacing_mm is None or not found.any():
        return
    volume_ml = np.count_nonzero(found) * math.prod(image.spacing_mm) / 1000
    least, most = _VOLUMES_ML
    if not least <= volume_ml <= most:
        context.warn(
            f"what was found has {volume_ml:,.3g} ml, and a human brain {least:,} to {most:,}: it may be no "
            "head, a part of one, or of another spacing than its file says"
        )


def _from_0_to_1(pixels: Pixels) -> NDArray[np.float32] | None:
    """Stretch values to what the network knows; None where no two differ."""
    values = supported(pixels)
    is_number = np.abs(values) <= MAX_MAGNITUDE
    numbers = values[is_number]
    if numbers.size == 0 or numbers.min() == numbers.max():
        return None
    low, high = float(numbers.min()), float(numbers.max())
    stretched = (np.where(is_number, values, numbers.min()) - low) / (high - low)
    return np.ascontiguousarray(stretched, np.float32)


def _one_piece(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    pieces, count = ndimage.label(mask)
    if count == 0:
        return mask
    largest = 1 + np.bincount(pieces.ravel())[1:].argmax()
    return np.asarray(ndimage.binary_fill_holes(pieces == largest))
