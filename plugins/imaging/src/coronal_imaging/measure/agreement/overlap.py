"""How far two masks of one object agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

__all__ = ["Agreement"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a segmentation agrees with a reference; what is undefined is None.

    Parameters
    ----------
    found_px, expected_px, common_px
        The pixels of the segmentation, of the reference, and of both.
    hausdorff95
        The larger of two numbers: within which distance of the reference's edge 95 % of the segmentation's
        lie, and the other way round. None where one of them is empty.
    mean_distance
        The mean distance of the pixels of both edges to the other edge.
    """

    found_px: int
    expected_px: int
    common_px: int
    hausdorff95: float | None
    mean_distance: float | None

    @classmethod
    def of(
        cls, found: NDArray[np.bool_], expected: NDArray[np.bool_], spacing: tuple[float, ...]
    ) -> "Agreement":
        """Compare two masks of one shape, which hold the whole objects.

        Parameters
        ----------
        found, expected
            The segmentation, and the reference.
        spacing
            Along each axis, in array order.
        """
        found_px, expected_px = int(found.sum()), int(expected.sum())
        common_px = int((found & expected).sum())
        if not (found_px and expected_px):
            return cls(found_px, expected_px, common_px, None, None)
        edge, expected_edge = _edge(found, spacing), _edge(expected, spacing)
        there, back = _distances(edge, expected_edge), _distances(expected_edge, edge)
        hausdorff95 = float(max(np.percentile(there, 95), np.percentile(back, 95)))
        mean_distance = float(np.concatenate([there, back]).mean())
        return cls(found_px, expected_px, common_px, hausdorff95, mean_distance)

    @property
    def dice(self) -> float | None:
        """Twice what is common, divided by the sum of both; 0 is none, 1 is all."""
        return _ratio(2 * self.common_px, self.found_px + self.expected_px)

    @property
    def jaccard(self) -> float | None:
        """What is common, divided by what is in either; 0 is none, 1 is all."""
        return _ratio(self.common_px, self.found_px + self.expected_px - self.common_px)

    @property
    def precision(self) -> float | None:
        """The part of the segmentation that is in the reference."""
        return _ratio(self.common_px, self.found_px)

    @property
    def sensitivity(self) -> float | None:
        """The part of the reference that was found."""
        return _ratio(self.common_px, self.expected_px)


def _edge(mask: NDArray[np.bool_], spacing: tuple[float, ...]) -> NDArray[np.float64]:
    return np.asarray(np.argwhere(mask & ~ndimage.binary_erosion(mask)) * spacing, np.float64)


def _distances(places: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    # A distance transform gives the same, and takes a minute for a volume: most of it is no edge.
    return np.asarray(KDTree(others).query(places)[0])


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
