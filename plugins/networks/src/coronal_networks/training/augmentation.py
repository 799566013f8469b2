"""Augmentation: an image is seen a little differently each time that it is learned from."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from coronal import Parameter

__all__ = ["Augmentation", "Change"]

Augmentation = Annotated[
    tuple[Literal["flip", "rotate", "shift", "contrast"], ...],
    Parameter(
        "What is done at random to an image that is learned from: mirrored from left to right, turned by up "
        "to 15° in the plane, moved by up to a tenth of each axis, contrast times 0.8 to 1.25. Only what "
        "leaves the class what it is: no flip where left and right, or digits, matter."
    ),
]

N = TypeVar("N", np.float32, np.int32)

_MAX_ROTATION_DEG = 15.0
_MAX_SHIFT = 0.1
_MAX_CONTRAST = 1.25


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to one image, and to the label map on it.

    Parameters
    ----------
    is_flipped
        Whether it is mirrored along its last axis.
    turned_deg
        How far it is turned about its middle, counter-clockwise in the plane of its last two axes.
    shifted
        How far it is moved along each spatial axis, as a part of its length.
    contrast
        What the distance of each value from the image's mean is multiplied by.

    Examples
    --------
    >>> Change(shifted=(0.0, 0.5)).image(np.array([[[1.0], [2.0]]], np.float32)).tolist()
    [[[1.0], [1.0]]]
    """

    is_flipped: bool = False
    turned_deg: float = 0.0
    shifted: tuple[float, ...] = ()
    contrast: float = 1.0

    @classmethod
    def drawn(cls, which: Augmentation, dimensions: int, random: np.random.Generator) -> "Change":
        """Choose one at random, of what is named."""
        # Drawn whether it is named or not: one more name changes nothing else.
        flip, turn, contrast, *shift = random.uniform(-1, 1, 3 + dimensions).tolist()
        return cls(
            is_flipped="flip" in which and flip < 0,
            turned_deg=_MAX_ROTATION_DEG * turn if "rotate" in which else 0.0,
            shifted=tuple(_MAX_SHIFT * part for part in shift) if "shift" in which else (),
            contrast=_MAX_CONTRAST**contrast if "contrast" in which else 1.0,
        )

    def image(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Change values of shape (…, channels); beyond its edge an image goes on as it ends."""
        moved = np.stack([self._moved(one, order=1) for one in np.moveaxis(values, -1, 0)], axis=-1)
        if self.contrast == 1.0:
            return moved
        mean = moved.mean(axis=tuple(range(moved.ndim - 1)))
        return np.asarray(mean + np.float32(self.contrast) * (moved - mean), np.float32)

    def labels(self, labels: NDArray[np.int32]) -> NDArray[np.int32]:
        """Change a label map in the same way; each place gets the label of its nearest."""
        return self._moved(labels, order=0)

    def _moved(self, array: NDArray[N], order: Literal[0, 1]) -> NDArray[N]:
        if self.is_flipped:
            array = array[..., ::-1]
        if not (self.turned_deg or self.shifted):
            return array
        angle = np.deg2rad(self.turned_deg)
        matrix = np.eye(array.ndim)
        matrix[-2:, -2:] = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        middle = (np.array(array.shape) - 1) / 2
        shift = np.array(self.shifted or (0.0,) * array.ndim) * array.shape
        offset = middle - matrix @ (middle + shift)
        return ndimage.affine_transform(array, matrix, offset, order=order, mode="nearest")
