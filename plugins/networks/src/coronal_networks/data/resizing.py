"""From an image's own grid to the one that a network works on, and back."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from skimage.transform import resize

__all__ = ["framed", "most_probable", "multiple_of", "shrunk_codes", "unframed"]

N = TypeVar("N", bound=np.generic)


def shrunk_codes(codes: NDArray[np.int16], shape: tuple[int, ...]) -> NDArray[np.int16]:
    """Resample class numbers to another grid over the same place, by nearest neighbour."""
    if codes.shape == shape:
        return codes
    nearest = resize(codes, shape, order=0, mode="edge", anti_aliasing=False, preserve_range=True)
    return np.asarray(nearest, np.int16)


def most_probable(probabilities: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.int16]:
    """Return which class is the most probable at each place of another grid over the same place.

    Parameters
    ----------
    probabilities
        Shape (…, classes), on the grid of the network.
    shape
        The size of the other grid; between places probabilities are interpolated linearly.

    Returns
    -------
    NDArray[np.int16]
        The number of a class; the first one where two are equal.
    """
    if probabilities.shape[:-1] == shape:
        return np.asarray(probabilities.argmax(axis=-1), np.int16)
    # Class by class: all of a large volume's at once would take a multiple of its memory.
    best, codes = np.full(shape, -1, np.float32), np.zeros(shape, np.int16)
    for code, one in enumerate(np.moveaxis(probabilities, -1, 0)):
        own = resize(one, shape, order=1, mode="edge", anti_aliasing=False)
        codes[own > best] = code
        np.maximum(best, own, out=best)
    return codes


def multiple_of(shape: tuple[int, ...], step: int) -> tuple[int, ...]:
    """Return the smallest shape that holds another and that a step divides.

    >>> multiple_of((8, 9), 4)
    (8, 12)
    """
    return tuple(-(-length // step) * step for length in shape)


def framed(array: NDArray[N], frame: tuple[int, ...], fill: int | None = None) -> NDArray[N]:
    """Put an array into the middle of a larger one.

    Parameters
    ----------
    array
        Of the axes of the frame, and perhaps channels.
    frame
        The larger one's size along each axis.
    fill
        What lies around; None: what lies at the edge goes on.

    Examples
    --------
    >>> framed(np.array([1, 2]), (5,)).tolist(), framed(np.array([1, 2]), (5,), fill=-1).tolist()
    ([1, 1, 2, 2, 2], [-1, 1, 2, -1, -1])
    """
    around = [
        ((large - small) // 2, (large - small + 1) // 2)
        for small, large in zip(array.shape, frame, strict=False)
    ]
    around += [(0, 0)] * (array.ndim - len(frame))
    return np.pad(array, around, "edge") if fill is None else np.pad(array, around, constant_values=fill)


def unframed(array: NDArray[N], shape: tuple[int, ...]) -> NDArray[N]:
    """Take what was framed out again.

    >>> unframed(framed(np.array([1, 2]), (5,)), (2,)).tolist()
    [1, 2]
    """
    starts = [(large - small) // 2 for small, large in zip(shape, array.shape, strict=False)]
    return array[tuple(slice(start, start + small) for start, small in zip(starts, shape, strict=True))]
