"""The plane of an image that is shown, in standard orientation, and its values as RGB."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import Geometry, Image, LabelMap, Meaning
from coronal.types.image import Pixels

__all__ = ["Plane", "plane_of", "to_rgb", "upright"]

_PERCENTILES = (0.5, 99.5)
_SHOWN = (1.0, 1.0, -1.0)
"""Signs of the LPS axes down and to the right: x (left) and y (posterior) grow, z (superior) shrinks."""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A plane of an image.

    Parameters
    ----------
    pixels
        Shape (y, x), or (y, x, channels).
    drawn
        Mask of the label, shape (y, x); None where the image has no label map.
    size
        Physical height and width, in any one unit.
    """

    pixels: Pixels
    drawn: NDArray[np.bool_] | None
    size: tuple[float, float]


def plane_of(image: Image, labels: LabelMap | None = None, label: int = 0) -> Plane:
    """Return the plane of an image that is shown: of a volume the middle one along its first axis.

    Parameters
    ----------
    image
        A plane or a volume.
    labels
        Label map of the image.
    label
        Label to show; of a volume the plane with most of it.
    """
    pixels, drawn = image.pixels, None if labels is None else labels.labels == label
    if image.dimensions == 3:
        place = len(pixels) // 2 if drawn is None else int(drawn.sum(axis=(1, 2)).argmax())
        pixels, drawn = pixels[place], drawn[place] if drawn is not None else None
    way = upright(image.geometry)
    height, width = (count * step for count, step in zip(image.shape[-2:], image.spacing[-2:], strict=True))
    return Plane(pixels[way], drawn[way] if drawn is not None else None, (height, width))


def upright(geometry: Geometry) -> tuple[slice, ...]:
    """Return the slices of the last two axes that flip a plane into standard orientation."""
    if geometry.direction is None:
        return (slice(None), slice(None))
    slices = []
    for column in np.asarray(geometry.direction).T[-2:]:
        main = int(np.abs(column).argmax())
        slices.append(slice(None, None, 1 if column[main] * _SHOWN[main] > 0 else -1))
    return tuple(slices)


def to_rgb(pixels: Pixels, meaning: Meaning) -> NDArray[np.uint8]:
    """Convert values into RGB, shape (y, x, 3): 8-bit colours as they are, all else stretched.

    The darkest 0.5 % become black, the brightest 0.5 % white. Of other channel counts the mean is shown.
    """
    is_colour = pixels.ndim == 3 and pixels.shape[-1] == 3 and meaning is Meaning.COLOUR
    if is_colour and pixels.dtype == np.uint8:
        return pixels.astype(np.uint8)
    values = pixels.astype(np.float32)
    if not is_colour:
        values = (values.mean(axis=-1) if values.ndim == 3 else values)[..., np.newaxis]
    finite = values[np.isfinite(values)]
    low, high = np.percentile(finite, _PERCENTILES) if finite.size else (0.0, 1.0)
    filled = np.nan_to_num((values - low) / max(float(high - low), np.finfo(np.float32).tiny))
    return np.broadcast_to(255 * filled.clip(0, 1), (*pixels.shape[:2], 3)).astype(np.uint8)
