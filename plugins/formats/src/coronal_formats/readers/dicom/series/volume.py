"""The pixels of a series as one array, filled slice by slice: there is no second copy of the volume."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal import BadImage, Meaning
from coronal.types.image import Pixels
from coronal_formats.readers.dicom.images import Frames

__all__ = ["Volume", "common_type"]


class Volume:
    """Slices that are laid one by one.

    Parameters
    ----------
    depth
        How many there will be.

    Attributes
    ----------
    meaning
        What their values mean; that of the first.
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._pixels: Pixels | None = None
        self._valid: NDArray[np.bool_] | None = None
        self._least: Any = None
        self.meaning = Meaning.INTENSITY

    def lay(self, z: int, frames: Frames) -> None:
        """Lay the one frame of a file, in the number type that holds it and all before it.

        Raises
        ------
        BadImage
            When it is of another shape or meaning than those before.
        """
        plane = frames.pixels[0]
        if self._pixels is None:
            self._pixels, self.meaning = np.empty((self._depth, *plane.shape), plane.dtype), frames.meaning
        elif plane.shape != self._pixels.shape[1:] or frames.meaning is not self.meaning:
            raise BadImage("the slices of a DICOM series must have one shape and meaning, found several")
        dtype = common_type(self._pixels.dtype, plane.dtype)
        if dtype != self._pixels.dtype:
            self._pixels = self._pixels.astype(dtype)
        self._pixels[z] = plane
        self._note_padding(z, plane, None if frames.valid is None else frames.valid[0])

    def finished(self) -> tuple[Pixels, NDArray[np.bool_] | None]:
        """Return pixels (z, y, x), with channels last where they are colours, and which are no padding.

        Padding holds the least value of the others.

        Raises
        ------
        BadImage
            When all of it is padding.
        """
        assert self._pixels is not None
        if self._valid is None:
            return self._pixels, None
        if self._least is None:
            raise BadImage("a DICOM series must have a pixel that is no padding, found padding alone")
        for plane, valid in zip(self._pixels, self._valid, strict=True):
            plane[~valid] = self._least
        return self._pixels, self._valid

    def _note_padding(self, z: int, plane: Pixels, valid: NDArray[np.bool_] | None) -> None:
        if valid is not None:
            if self._valid is None:
                self._valid = np.ones((self._depth, *plane.shape), np.bool_)
            self._valid[z] = valid
        values = plane if valid is None else plane[valid]
        if values.size:
            least = values.min()
            self._least = least if self._least is None else min(self._least, least)


def common_type(*dtypes: "np.dtype[Any]") -> "np.dtype[Any]":
    """Return the number type of a volume whose slices have several.

    Whole numbers beside real ones become real numbers of the latter's type, as a rescale makes them.

    >>> common_type(np.dtype("int16"), np.dtype("int32")), common_type(np.dtype("int32"), np.dtype("float32"))
    (dtype('int32'), dtype('float32'))
    """
    real = [dtype for dtype in dtypes if dtype.kind == "f"]
    return np.result_type(*(real or dtypes))
