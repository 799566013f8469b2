"""An image as the planes that it is made of."""

from collections.abc import Iterator

from coronal.types.image import Pixels

__all__ = ["planes"]


def planes(grey: Pixels) -> Iterator[Pixels]:
    """Yield the slices of a volume, or a plane alone.

    >>> import numpy as np
    >>> [plane.shape for plane in planes(np.zeros((2, 3, 4)))]
    [(3, 4), (3, 4)]
    """
    yield from grey if grey.ndim == 3 else (grey,)
