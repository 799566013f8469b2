"""An image that a header declares, whose numbers lie in data files and aren't read yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coronal import Image, ImageProperties
from coronal_formats.readers.common.data_file import DataFile, Storage, check_lengths, read_numbers

__all__ = ["DeclaredImage"]


@dataclass(frozen=True, slots=True)
class DeclaredImage:
    """All that is needed to read an image, or to return its properties without reading it.

    Parameters
    ----------
    what
        What declares it, e.g. ``NRRD file``.
    shape
        The size along each spatial axis: (y, x) or (z, y, x).
    stored_shape
        The shape of the stored array, in C order.
    components
        The axis of the stored array that holds colours; None where there is none.
    files
        Those that hold the numbers, each a like part.
    storage
        How the numbers are stored.
    to_image
        Makes the image of the stored array.
    number_types
        Those that the image can have, where its values decide it; else empty.
    """

    what: str
    shape: tuple[int, ...]
    stored_shape: tuple[int, ...]
    components: int | None
    files: Sequence[DataFile]
    storage: Storage
    to_image: Callable[[NDArray[Any]], Image]
    number_types: tuple[str, ...] = ()

    def image(self) -> Image:
        """Read the numbers, and return the image."""
        return self.to_image(read_numbers(self.what, self.files, self.stored_shape, self.storage))

    def labels(self) -> Image:
        """Return the image of a label map: in these formats its numbers are those of the image."""
        return self.image()

    def properties(self) -> ImageProperties:
        """Return the properties of the image; no number is read.

        They are those of an image of a single element that is made in the same way.
        """
        check_lengths(self.what, self.files, self.stored_shape, self.storage)
        sizes = [size if axis == self.components else 1 for axis, size in enumerate(self.stored_shape)]
        found = ImageProperties.of(self.to_image(np.zeros(sizes, self.storage.dtype)))
        return replace(found, shape=self.shape, number_types=self.number_types or found.number_types)
