"""Values to grey that an eye can tell apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import Image, Meaning
from coronal.types.image import Pixels

__all__ = ["Rgb", "Window", "whole_window_of", "window_of"]

Rgb = NDArray[np.uint8]
"""Shape (y, x, 3)."""

_SOFT_TISSUE = (40.0, 400.0)
"""Centre and width in HU, as a CT is first looked at."""

_PERCENTILES = (0.5, 99.5)
_SAMPLED = 1_000_000
_MAX_WIDENING = 4.0


@dataclass(frozen=True, slots=True)
class Window:
    """The range of values that is spread from black to white.

    Parameters
    ----------
    low, high
        What becomes black, and what becomes white.
    description
        The window in words, for a caption; empty where there is nothing to say.

    Examples
    --------
    >>> Window(0.0, 10.0).apply(np.array([[-5, 5, 20]]))[..., 0].tolist()
    [[0, 128, 255]]
    """

    low: float
    high: float
    description: str = ""

    def is_like(self, other: "Window") -> bool:
        """Return whether the values of one can be seen in the other: of like width, and not far apart.

        >>> Window(0, 255).is_like(Window(30, 200)), Window(0, 255).is_like(Window(0, 1))
        (True, False)
        """
        widths = self.high - self.low, other.high - other.low
        middles = self.low + self.high, other.low + other.high
        is_near = abs(middles[0] - middles[1]) <= 2 * max(widths)
        return is_near and max(widths) <= _MAX_WIDENING * min(widths)

    def joined(self, other: "Window") -> "Window":
        """Return the least window in which the values of both can be seen.

        >>> Window(0, 200).joined(Window(30, 255))
        Window(low=0, high=255, description='')
        """
        description = self.description if self.description == other.description else ""
        return Window(min(self.low, other.low), max(self.high, other.high), description)

    def apply(self, plane: Pixels) -> Rgb:
        """Return a plane as colours to look at: `levels`, grey as three equal channels."""
        levels = self.levels(plane)
        return levels if levels.ndim == 3 else np.repeat(levels[..., None], 3, axis=-1)

    def levels(self, plane: Pixels) -> NDArray[np.uint8]:
        """Return a plane as levels from 0, black, to 255, white.

        Parameters
        ----------
        plane
            Shape (y, x), or (y, x, 3) in colour; any number type. What isn't finite becomes black. Of
            any other number of channels their mean is shown.

        Returns
        -------
        NDArray[np.uint8]
            Shape (y, x), or (y, x, 3) in colour.
        """
        if plane.ndim == 3 and plane.shape[-1] != 3:
            plane = plane.mean(axis=-1, dtype=np.float32)
        if plane.dtype == np.uint8:
            return np.asarray(plane if plane.ndim == 3 else self._levels(np.arange(256))[plane], np.uint8)
        return self._levels(plane)

    def _levels(self, values: Pixels) -> NDArray[np.uint8]:
        finite = np.nan_to_num(values.astype(np.float32), nan=self.low, posinf=self.high, neginf=self.low)
        spread = np.clip((finite - self.low) / max(self.high - self.low, 1e-12), 0.0, 1.0)
        return np.asarray(np.rint(255.0 * spread), np.uint8)


def window_of(image: Image) -> Window:
    """Find a window for an image.

    Returns
    -------
    Window
        Soft tissue for Hounsfield units. For all else from the 0.5th to the 99.5th percentile (of at most a
        million values), of all channels together; colours of 8 bits stay as they are.
    """
    if image.meaning is Meaning.HOUNSFIELD:
        centre, width = _SOFT_TISSUE
        return Window(centre - width / 2, centre + width / 2, f"window {width:g} HU at {centre:g} HU")
    counted = image.inside(image.pixels)
    values = counted.reshape(-1)[:: max(1, counted.size // _SAMPLED)]
    if values.dtype.kind != "u":
        values = values[np.isfinite(values)].astype(np.float64)
    low, high = np.percentile(values, _PERCENTILES) if values.size else (0.0, 1.0)
    if low == high:
        low, high = values.min(initial=low), values.max(initial=high)
    return Window(float(low), float(high))


def whole_window_of(image: Image) -> Window:
    """Return the window of all values that an image can have: soft tissue for Hounsfield units.

    Of 8 bits 0 to 255; of all else its lowest to its highest, for nobody knows how many bits are used.

    >>> whole_window_of(Image(np.array([[20, 90]], np.uint8)))
    Window(low=0.0, high=255.0, description='')
    """
    if image.meaning is Meaning.HOUNSFIELD:
        return window_of(image)
    if image.pixels.dtype == np.uint8:
        return Window(0.0, 255.0)
    counted = image.inside(image.pixels)
    values = counted[np.isfinite(counted)]
    return Window(float(values.min()), float(values.max())) if values.size else window_of(image)
