"""A piece of foreground, split into the objects that it is made of."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import label
from skimage.segmentation import watershed

from coronal import Parameter
from coronal_imaging.cleanup.whole_pixels import px_within
from coronal_imaging.region.peak_depth import peak_depths
from coronal_imaging.region.smoothing import sigma_in_pixels

__all__ = ["Depth", "Distance", "Smoothing", "Splitting", "split_all"]

Distance = Annotated[
    float,
    Parameter(
        "The least distance between the middles of two objects.", unit="mm or px", above=0, maximum=1000
    ),
]
Smoothing = Annotated[
    float,
    Parameter(
        "The standard deviation by which the distance to the edge is smoothed.",
        unit="mm or px",
        minimum=0,
        maximum=100,
    ),
]
Depth = Annotated[
    Annotated[float, Parameter(minimum=0, maximum=1000)] | None,
    Parameter(
        "How far the distance to the edge must fall on the way from one object to the next; null is a pixel.",
        unit="mm or px",
    ),
]

_ROUNDING = 1e-6
"""A depth of 3 pixels of 0.1 mm is not over 0.3 mm, though it is in floating point."""

Box = tuple[slice, ...]


@dataclass(frozen=True, slots=True)
class Splitting:
    """How pieces are split.

    Parameters
    ----------
    spacing
        Along each axis, in array order; in mm, or 1.
    distance
        How far apart two peaks must lie along some axis; in the unit of the spacing.
    sigma_px
        By how much the distance to the edge is smoothed, in pixels along each axis.
    depth
        How far the distance to the edge must fall between a peak and a higher one; in the unit of the
        spacing. None for the longest side of a pixel: on a grid the distance to a straight edge rises and
        falls by up to so much.
    """

    spacing: tuple[float, ...]
    distance: float
    sigma_px: tuple[float, ...]
    depth: float | None

    @classmethod
    def of(
        cls, spacing: tuple[float, ...], distance: Distance, smoothing: Smoothing, depth: Depth
    ) -> "Splitting":
        """Read the parameters of a stage.

        Raises
        ------
        BadParameter
            When smoothing is more than 100 pixels along an axis.
        """
        return cls(spacing, distance, sigma_in_pixels(spacing, smoothing), depth)

    @property
    def reach_px(self) -> tuple[int, ...]:
        """The distance in whole pixels along each axis; of two neighbours the lower is never a peak."""
        return tuple(max(px_within(self.distance, step), 1) for step in self.spacing)

    def depth_in(self, box: Box) -> float:
        """Return the depth of saddle that counts in a piece; an axis of one pixel has no edge."""
        if self.depth is not None:
            return self.depth
        return max(step for step, side in zip(self.spacing, box, strict=True) if side.stop - side.start > 1)


def split_all(pieces: NDArray[np.int32], splitting: Splitting) -> NDArray[np.int32]:
    """Split each piece on its own, and number the objects 1, 2, 3 … in the order of the pieces.

    No piece can reach into another, and memory is needed for one at a time.

    Parameters
    ----------
    pieces
        2-D or 3-D, 0 for the background; each is connected, and ends where another begins.
    splitting
        How they are split.

    Returns
    -------
    NDArray[np.int32]
        Of the same shape and the same background.
    """
    objects, count = np.zeros_like(pieces), 0
    for number, box in enumerate(ndimage.find_objects(pieces), start=1):
        if box is None:
            continue
        around = _with_margin(box)
        piece = pieces[around] == number
        parts = piece.astype(np.int32)
        if _has_room_for_two(box, splitting):
            parts = _split(piece, splitting, splitting.depth_in(box))
        np.add(parts, count, out=objects[around], where=piece)
        count += int(parts.max())
    return objects


def _has_room_for_two(box: Box, splitting: Splitting) -> bool:
    return any(
        side.stop - side.start > reach + 1 for side, reach in zip(box, splitting.reach_px, strict=True)
    )


def _with_margin(box: Box) -> Box:
    # The background around a piece is what its distances are measured to.
    return tuple(slice(max(side.start - 1, 0), side.stop + 1) for side in box)


def _split(piece: NDArray[np.bool_], splitting: Splitting, depth: float) -> NDArray[np.int32]:
    height = ndimage.distance_transform_edt(piece, sampling=splitting.spacing)
    height = ndimage.gaussian_filter(height, splitting.sigma_px, mode="nearest") * piece
    peaks = _peaks(piece, height, splitting.reach_px)
    if peaks.max() == 1:
        return piece.astype(np.int32)
    objects = _flooded(piece, height, peaks)
    is_deep = peak_depths(height, peaks, objects) > depth + _ROUNDING
    if is_deep.all():
        return objects
    return _flooded(piece, height, _renumbered(peaks, is_deep))


def _flooded(
    piece: NDArray[np.bool_], height: NDArray[np.float64], peaks: NDArray[np.int32]
) -> NDArray[np.int32]:
    return np.asarray(watershed(-height, peaks, connectivity=piece.ndim, mask=piece), np.int32)


def _renumbered(peaks: NDArray[np.int32], is_kept: NDArray[np.bool_]) -> NDArray[np.int32]:
    numbers = np.concatenate([[0], np.where(is_kept, np.cumsum(is_kept), 0)])
    return np.asarray(numbers[peaks], np.int32)


def _peaks(
    piece: NDArray[np.bool_], height: NDArray[np.float64], reach_px: tuple[int, ...]
) -> NDArray[np.int32]:
    reach = [min(r, size) for r, size in zip(reach_px, piece.shape, strict=True)]
    neighbourhood = ndimage.maximum_filter(height, size=[2 * r + 1 for r in reach])
    peaks = piece & (height == neighbourhood)
    # Boxes of this side touch if, and only if, their peaks are within reach: such equal peaks are one.
    near = ndimage.maximum_filter(peaks, size=[max(r, 1) for r in reach], mode="constant")
    return np.asarray(label(near) * peaks, np.int32)
