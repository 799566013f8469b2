"""Where the frames of a DICOM file go in the array of its image."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from coronal import Geometry

__all__ = ["Layout"]

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """Where each frame goes.

    Parameters
    ----------
    shape
        That of the image: (y, x) or (z, y, x).
    corners
        Shape (frame, 3): the slice, the row and the column of each frame's first pixel; the slice is 0 in a
        plane.
    geometry
        Where the image lies.
    """

    shape: tuple[int, ...]
    corners: NDArray[np.intp]
    geometry: Geometry

    def arranged(self, frames: NDArray[Value], background: float = 0) -> NDArray[Value]:
        """Lay frames where they belong.

        Parameters
        ----------
        frames
            Shape (frame, y, x), with channels or not. What of a frame lies beyond the image is left out.
        background
            What is put where no frame lies.

        Returns
        -------
        NDArray
            Of the image's shape. The frames themselves where they are in order already.

        Examples
        --------
        >>> layout = Layout((2, 1, 2), np.array([[1, 0, 0], [0, 0, 0]]), Geometry())
        >>> layout.arranged(np.array([[[1, 2]], [[3, 4]]])).tolist()
        [[[3, 4]], [[1, 2]]]
        """
        if self._is_in_order(frames.shape[1:3]):
            return frames.reshape(*self.shape, *frames.shape[3:])
        array = np.full((*self._volume, *frames.shape[3:]), background, frames.dtype)
        for frame, corner in zip(frames, self.corners, strict=True):
            part = array[self.place(corner, frame.shape)]
            part[...] = frame[: part.shape[0], : part.shape[1]]
        return array.reshape(*self.shape, *frames.shape[3:])

    def place(self, corner: NDArray[np.intp], shape: tuple[int, ...]) -> tuple[int, slice, slice]:
        """Return where in the array, as (z, y, x), a frame of a shape goes that begins at a corner."""
        z, y, x = (int(start) for start in corner)
        return z, slice(y, y + shape[0]), slice(x, x + shape[1])

    def covered(self, frame: tuple[int, ...]) -> NDArray[np.bool_] | None:
        """Return where a frame of a shape (y, x) lies; None where one lies everywhere."""
        if self._is_in_order(frame):
            return None
        mask = np.zeros(self._volume, np.bool_)
        for corner in self.corners:
            mask[self.place(corner, frame)] = True
        return None if mask.all() else mask.reshape(self.shape)

    @property
    def _volume(self) -> tuple[int, ...]:
        return (1,) * (3 - len(self.shape)) + self.shape

    def _is_in_order(self, frame: tuple[int, ...]) -> bool:
        slices, in_order = self.corners[:, 0], np.arange(self._volume[0])
        return frame[:2] == self.shape[-2:] and np.array_equal(slices, in_order)
