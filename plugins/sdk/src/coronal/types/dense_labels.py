"""Labels, numbered again without gaps."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["dense_labels"]


def dense_labels(labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number labels 1, 2, 3 … in their order, and leave the background 0.

    Returns
    -------
    tuple
        The new labels, and the former label of each new one, its first 0.

    Examples
    --------
    >>> dense, numbers = dense_labels(np.array([[0, 7], [9, 7]], np.int32))
    >>> dense.tolist(), numbers.tolist()
    ([[0, 1], [2, 1]], [0, 7, 9])
    """
    highest = int(labels.max())
    if highest > labels.size:
        numbers, places = np.unique(np.append(labels, np.int32(0)), return_inverse=True)
        return places[:-1].reshape(labels.shape).astype(np.int32), numbers
    # A table of all numbers up to the largest is many times as fast as to sort the pixels.
    occurs = np.zeros(highest + 1, np.bool_)
    occurs[labels] = True
    occurs[0] = True
    numbers = np.flatnonzero(occurs).astype(np.int32)
    if numbers.size == occurs.size:
        return labels, numbers
    new = np.zeros(occurs.size, np.int32)
    new[numbers] = np.arange(numbers.size)
    return np.asarray(new[labels]), numbers
