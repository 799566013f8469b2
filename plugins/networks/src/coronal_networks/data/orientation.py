"""The axes of a volume exchanged and reversed, and back again."""

from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

__all__ = ["Orientation"]

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Orientation:
    """How the axes of a volume (z, y, x) are brought into another order.

    Parameters
    ----------
    order
        Of each new axis the number of the old one.
    reversed_axes
        The new axes that run the other way.

    Examples
    --------
    >>> turn = Orientation((1, 0, 2), (0,))
    >>> array = np.arange(6).reshape(1, 2, 3)
    >>> turn.applied(array)[:, 0].tolist()
    [[3, 4, 5], [0, 1, 2]]
    >>> bool((turn.undone(turn.applied(array)) == array).all())
    True
    """

    order: tuple[int, ...]
    reversed_axes: tuple[int, ...]

    @classmethod
    def to_lps(cls, direction: tuple[tuple[float, ...], ...] | None) -> Self:
        """Return how z comes to lead to the head, y to the back and x to the left, as nearly as can be.

        Parameters
        ----------
        direction
            That of `coronal.Geometry`; where it isn't known all stays.
        """
        if direction is None:
            return cls((0, 1, 2), ())
        cosines = np.asarray(direction)[::-1]
        _, order = linear_sum_assignment(np.abs(cosines), maximize=True)
        is_reversed = cosines[range(3), order] < 0
        return cls(tuple(order.tolist()), tuple(np.flatnonzero(is_reversed).tolist()))

    def applied(self, array: NDArray[T]) -> NDArray[T]:
        """Return a view of a volume with the new axes."""
        return np.flip(array.transpose(self.order), self.reversed_axes)

    def undone(self, array: NDArray[T]) -> NDArray[T]:
        """Return a view of a turned volume with the axes that there were."""
        return np.flip(array, self.reversed_axes).transpose(np.argsort(self.order))
