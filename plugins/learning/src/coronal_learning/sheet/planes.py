"""The plane of an image that is shown, the way round that a person expects, and its values as colours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coronal import Geometry, Image, LabelMap, Meaning
from coronal.image import Pixels

__all__ = ["Plane", "plane_of", "toned", "upright"]

_PERCENTILES = (0.5, 99.5)
_SHOWN = (1.0, 1.0, -1.0)
"""Down and to the right x (to the left) and y (to the back) of LPS grow, and z (to the head) shrinks."""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A plane of an image.

    Parameters
    ----------
    pixels
        Shape (y, x), or (y, x, channels).
    drawn
        Shape (y, x): what is of the label; None where the image has no label map.
    size
        How high and how wide it is in truth, in any one unit.
    """

    pixels: Pixels
    drawn: NDArray[np.bool_] | None
    size: tuple[float, float]


def plane_of(image: Image, labels: LabelMap | None = None, label: int = 0) -> Plane:
    """Choose what is shown of an image: of a volume the middle plane along its first axis.

    Parameters
    ----------
    image
        A plane or a volume.
    labels
        What was drawn on it.
    label
        Which label of it; of a volume the plane is shown in which most is of this label.
    """
    pixels, drawn = image.pixels, None if labels is None else labels.labels == label
    if image.dimensions == 3:
        place = len(pixels) // 2 if drawn is None else int(drawn.sum(axis=(1, 2)).argmax())
        pixels, drawn = pixels[place], drawn[place] if drawn is not None else None
    way = upright(image.geometry)
    height, width = (count * step for count, step in zip(image.shape[-2:], image.spacing[-2:], strict=True))
    return Plane(pixels[way], drawn[way] if drawn is not None else None, (height, width))


def upright(geometry: Geometry) -> tuple[slice, ...]:
    """Give the slices of the last two axes that turn a plane the way round that a person expects."""
    if geometry.direction is None:
        return (slice(None), slice(None))
    slices = []
    for column in np.asarray(geometry.direction).T[-2:]:
        main = int(np.abs(column).argmax())
        slices.append(slice(None, None, 1 if column[main] * _SHOWN[main] > 0 else -1))
    return tuple(slices)


def toned(pixels: Pixels, meaning: Meaning) -> NDArray[np.uint8]:
    """Turn values into grey or colour, shape (y, x, 3): colours of 8 bits as they are, all else stretched.

    The darkest half percent becomes black and the brightest white. Of other numbers of channels than 3 the
    mean is shown.
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
