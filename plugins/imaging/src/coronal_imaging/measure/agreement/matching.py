"""Objects of two label maps, matched by where they lie: each map numbers them in its own way."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Matching"]


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Which objects of a segmentation are which of a reference.

    Two match where their intersection over union (IoU) is more than 0.5: then neither matches another.

    Parameters
    ----------
    found, expected
        The numbers of the objects, ascending: of the segmentation, and of the reference.
    partner
        Of each object of the reference that of the segmentation with the greatest IoU, the smaller number of
        equal ones; 0 where none overlaps it. Shape (number of expected objects,).
    iou
        With that partner, from 0 to 1; of the same shape.
    split
        Objects of the reference that hold more than half of each of two or more objects of the segmentation.
    merged
        Objects of the segmentation that hold more than half of each of two or more objects of the reference.

    Notes
    -----
    A. Kirillov et al., Panoptic segmentation, CVPR 2019. That an object is one in which more than half of
    another lies: P. Matula et al., Cell tracking accuracy measurement based on comparison of acyclic oriented
    graphs, PLoS ONE 10 (2015) e0144959.
    """

    found: NDArray[np.int32]
    expected: NDArray[np.int32]
    partner: NDArray[np.int32]
    iou: NDArray[np.float64]
    split: int
    merged: int

    @classmethod
    def of(cls, found: NDArray[np.int32], expected: NDArray[np.int32]) -> "Matching":
        """Match the objects of two label maps of one shape; 0 is background in both.

        Examples
        --------
        >>> one = np.array([[5, 5, 5, 0, 7, 7]])
        >>> matching = Matching.of(one, np.array([[1, 1, 1, 1, 0, 2]]))
        >>> matching.partner.tolist(), matching.iou.tolist(), matching.matched
        ([5, 7], [0.75, 0.5], 1)
        """
        numbers, areas = np.unique(found[found > 0], return_counts=True)
        expected_numbers, expected_areas = np.unique(expected[expected > 0], return_counts=True)
        # One number for each pair of numbers: both are below 2³¹.
        is_common = (found > 0) & (expected > 0)
        pairs = (found[is_common].astype(np.int64) << 32) | expected[is_common]
        pairs, common = np.unique(pairs, return_counts=True)
        one = np.searchsorted(numbers, pairs >> 32)
        other = np.searchsorted(expected_numbers, pairs & (2**32 - 1))
        area, expected_area = areas[one], expected_areas[other]
        partner = np.zeros(expected_numbers.size, np.int32)
        iou = np.zeros(expected_numbers.size)
        union = area + expected_area - common
        # The last that is written stays: the greatest IoU, and of equal ones the smallest number.
        order = np.lexsort((-one, common / union))
        partner[other[order]] = numbers[one[order]]
        iou[other[order]] = (common / union)[order]
        return cls(
            found=numbers,
            expected=expected_numbers,
            partner=partner,
            iou=iou,
            split=_of_two_or_more(other[2 * common > area]),
            merged=_of_two_or_more(one[2 * common > expected_area]),
        )

    @property
    def is_match(self) -> NDArray[np.bool_]:
        """Of each object of the reference whether its partner matches it."""
        return np.asarray(self.iou > 0.5)

    @property
    def matched(self) -> int:
        """How many pairs match: the true positives."""
        return int(self.is_match.sum())

    @property
    def f1(self) -> float | None:
        """The F1 of objects at an IoU of 0.5, which is the recognition quality; None without an object."""
        objects = self.found.size + self.expected.size
        return 2 * self.matched / objects if objects else None

    @property
    def segmentation_quality(self) -> float | None:
        """The mean IoU of the pairs that match; None without one."""
        return float(self.iou[self.is_match].mean()) if self.matched else None

    @property
    def panoptic_quality(self) -> float | None:
        """Recognition quality times segmentation quality; None without an object."""
        f1 = self.f1
        return None if f1 is None else f1 * (self.segmentation_quality or 0.0)


def _of_two_or_more(places: NDArray[np.intp]) -> int:
    return int((np.unique(places, return_counts=True)[1] > 1).sum())
