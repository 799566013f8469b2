"""Which axes of a TIFF file are space, and which are channels."""

from dataclasses import dataclass

import numpy as np

from coronal import BadImage
from coronal.types.image import Pixels

__all__ = ["Layout", "layout_of"]

_STACKED = "ZIQ"
"""Letters for z: of a known meaning, a sequence of pages, and an axis that nobody named."""

_CHANNELS = "SC"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the axes of a file's array become those of an image.

    Parameters
    ----------
    kept
        The shape without axes of length 1 that are neither y nor x.
    order
        The places of (z,) y, x (, channels) in `kept`.
    has_channels
        Whether the last of them holds channels.
    """

    kept: tuple[int, ...]
    order: tuple[int, ...]
    has_channels: bool

    @property
    def dimensions(self) -> int:
        """The number of spatial axes."""
        return len(self.order) - self.has_channels

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the arranged array, channels included."""
        return tuple(self.kept[place] for place in self.order)

    def arrange(self, array: Pixels) -> Pixels:
        """Return the array of the file as (z,) y, x (, channels)."""
        return np.ascontiguousarray(array.reshape(self.kept).transpose(self.order))


def layout_of(axes: str, shape: tuple[int, ...]) -> Layout:
    """Find the layout for axes as tifffile names them.

    Parameters
    ----------
    axes
        A letter an axis: Y, X; Z, I (pages) or Q (unnamed); S (samples) or C (channels); T (time) and others.
    shape
        The length of each.

    Raises
    ------
    BadImage
        When there is a time or another axis that is no space, or more than three axes of space.

    Examples
    --------
    >>> layout_of("CZYX", (2, 5, 30, 40))
    Layout(kept=(2, 5, 30, 40), order=(1, 2, 3, 0), has_channels=True)
    >>> layout_of("TYX", (8, 30, 40))
    Traceback (most recent call last):
    coronal.errors.BadImage: a TIFF file must hold a plane or one stack (z, y, x)... found TYX (8, 30, 40)
    """
    kept = [(name, size) for name, size in zip(axes, shape, strict=True) if size > 1 or name in "YX"]
    names = "".join(name for name, _ in kept)
    stacks = [name for name in names if name in _STACKED]
    channels = [name for name in names if name in _CHANNELS]
    wanted = "".join([*stacks, "Y", "X", *channels])
    if len(stacks) > 1 or len(channels) > 1 or sorted(wanted) != sorted(names):
        raise BadImage(
            "a TIFF file must hold a plane or one stack (z, y, x), with channels or not, "
            f"found {axes} {tuple(shape)}"
        )
    order = tuple(names.index(name) for name in wanted)
    return Layout(tuple(size for _, size in kept), order, bool(channels))
