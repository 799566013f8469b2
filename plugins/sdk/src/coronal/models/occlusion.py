"""Occlusion: what of an image speaks for its class, found by hiding it part by part."""

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from coronal.types.image import Image
from coronal.types.prediction import Prediction

__all__ = ["occlusion"]

_PARTS = {2: 12, 3: 6}
"""Into how many parts each axis is divided: 144 predictions of a plane, 216 of a volume."""

_AT_ONCE = 64


def occlusion(image: Image, predict: Callable[[Sequence[Image]], list[Prediction]]) -> NDArray[np.float32]:
    """Return how much less probable the predicted class is where a part of an image is hidden.

    Parameters
    ----------
    image
        A plane or a volume, of any number of channels.
    predict
        A classifier's.

    Returns
    -------
    NDArray[np.float32]
        Of the image's spatial shape, from -1 to 1, the same within each of 12 × 12 (6 × 6 × 6) parts. A part
        is hidden by the mean of the image, of each channel for itself.

    Notes
    -----
    M. D. Zeiler and R. Fergus, Visualizing and understanding convolutional networks, ECCV (2014) 818-833.

    Examples
    --------
    >>> def brightness(images):
    ...     bright = [image.pixels.max() / 255 for image in images]
    ...     return [Prediction(("dark", "bright"), (1 - part, part)) for part in bright]
    >>> pixels = np.zeros((4, 4), np.uint8)
    >>> pixels[1, 2] = 204
    >>> occlusion(Image(pixels), brightness)[:2, 1:].round(2)
    array([[0.  , 0.  , 0.  ],
           [0.  , 0.75, 0.  ]], dtype=float32)
    """
    whole, *_ = predict([image])
    place = whole.probabilities.index(max(whole.probabilities))
    heat = np.zeros(image.shape, np.float32)
    left = _parts(image.shape)
    while parts := list(itertools.islice(left, _AT_ONCE)):
        hidden = predict([_without(image, part) for part in parts])
        for part, prediction in zip(parts, hidden, strict=True):
            heat[part] = whole.probabilities[place] - prediction.probabilities[place]
    return heat


def _parts(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    edges = [
        np.linspace(0, length, min(length, _PARTS[len(shape)]) + 1).astype(int).tolist() for length in shape
    ]
    yield from itertools.product(*(list(map(slice, one, one[1:])) for one in edges))


def _without(image: Image, part: tuple[slice, ...]) -> Image:
    pixels = image.pixels.copy()
    axes = tuple(range(image.dimensions))
    mean = image.pixels.mean(axis=axes, dtype=np.float64)
    pixels[part] = mean if pixels.dtype.kind == "f" else np.round(mean).astype(pixels.dtype)
    return image.with_pixels(pixels)
