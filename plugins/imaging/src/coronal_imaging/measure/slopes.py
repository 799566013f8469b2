"""How the edge of an object is tilted at each face of its pixels or voxels."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Heights", "Reach", "slopes"]

_COLUMNS = 2
_JUMP = 3
"""Both chosen by balls, ellipsoids, tilted boxes and cylinders in even and uneven spacing."""

_MAX_PX = 64
"""However much longer the pixels are along one axis than along another."""

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far around a face is looked.

    Parameters
    ----------
    columns
        To either side, in pixels.
    jump
        From one column to the next the edge is lost when it rises or falls by as many pixels.
    """

    columns: int
    jump: int

    @classmethod
    def of(cls, height: float, width: float) -> "Reach":
        """Choose it by the height of a column's pixels, and by their width.

        The lower the pixels are, the sooner there is a step of one of them, and the more steps there are.
        """
        steps = height / width
        columns = max(_COLUMNS, math.ceil(_COLUMNS * steps)) if steps >= 1 else round(_COLUMNS * steps)
        return cls(min(max(columns, 1), _MAX_PX), min(max(_JUMP, math.ceil(_JUMP / steps)), _MAX_PX))


@dataclass(frozen=True, slots=True)
class Heights:
    """Columns of pixels that end at the edge of their object.

    Parameters
    ----------
    grid
        A label map in one axis, with a margin of 0 on all sides.
    voxels
        Where the last pixel of each column is.
    outward
        The step from a pixel to that above it.
    """

    grid: NDArray[np.int32]
    voxels: Places
    outward: int


class _Arm:
    """One way from each face along the edge, column by column.

    Parameters
    ----------
    heights
        Where it starts.
    step
        From one column to the next.
    jump
        Where it ends.
    """

    def __init__(self, heights: Heights, step: int, jump: int) -> None:
        self._heights, self._step, self._jump = heights, step, jump
        self._at = heights.voxels.copy()
        self._own = heights.grid[self._at]
        count = heights.voxels.size
        self.height = np.zeros(count)
        self.is_alive = np.ones(count, np.bool_)
        self._sum_heights, self._sum_columns = np.zeros(count), np.zeros(count)

    def go_on(self, column: int) -> None:
        """Move to the next column, where the edge continues there."""
        alive = np.flatnonzero(self.is_alive)
        rise = self._rise(alive)
        self.height[alive] += rise
        lost = np.abs(rise) >= self._jump
        self.is_alive[alive[lost]] = False
        still = alive[~lost]
        self._sum_heights[still] += self.height[still]
        self._sum_columns[still] += column

    def slope(self) -> Numbers:
        """Return the slope along the arm; of one that ended at once, that of its jump."""
        return np.where(
            self._sum_columns > 0, self._sum_heights / np.maximum(self._sum_columns, 1), self.height
        )

    def _rise(self, alive: Places) -> Numbers:
        grid, outward = self._heights.grid, self._heights.outward
        at, own = self._at[alive] + self._step, self._own[alive]
        rise = np.zeros(alive.size)
        is_in = grid[at] == own
        up, down = np.flatnonzero(is_in), np.flatnonzero(~is_in)
        for _ in range(self._jump):
            up = up[grid[at[up] + outward] == own[up]]
            at[up] += outward
            rise[up] += 1
            at[down] -= outward
            rise[down] -= 1
            down = down[grid[at[down]] != own[down]]
        self._at[alive] = at
        return rise


def slopes(heights: Heights, step: int, reach: Reach) -> Numbers:
    """Compute how many pixels the edge rises from one column to the next, at each face.

    Parameters
    ----------
    heights
        The columns that the faces end.
    step
        From a column to the next, in the flat grid.
    reach
        How far is looked.

    Returns
    -------
    NDArray[np.float64]
        The least squares' slope through the face and as many columns on either side as the edge goes on to.
        Where it ends at once on a side, the face lies at a rim of the body, or the edge is steep there: then
        the harmonic mean of both sides' slopes, and 0 when one of them is 0 or they differ in sign. So the
        sides of a block are flat up to their rims, and the steps of a tilted plane are not.

    Notes
    -----
    The harmonic mean is the limiter of B. van Leer, Towards the ultimate conservative difference scheme II,
    J. Comput. Phys. 14 (1974) 361–370, which keeps fronts sharp that a central difference would round.
    """
    right, left = (_Arm(heights, way, reach.jump) for way in (step, -step))
    rise, run = np.zeros(heights.voxels.size), np.zeros(heights.voxels.size)
    for column in range(1, reach.columns + 1):
        right.go_on(column)
        left.go_on(column)
        both = right.is_alive & left.is_alive
        rise += np.where(both, right.height - left.height, 0.0)
        run += np.where(both, 2.0 * column, 0.0)
    return np.where(run > 0, rise / np.maximum(run, 1.0), _limited(right.slope(), -left.slope()))


def _limited(one: Numbers, other: Numbers) -> Numbers:
    is_same = one * other > 0
    return np.where(is_same, 2 * one * other / np.where(is_same, one + other, 1.0), 0.0)
