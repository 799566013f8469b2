"""Batches of images of a data set."""

from collections.abc import Iterable, Iterator

from coronal import Image
from coronal_learning.datasets.dataset_file import Dataset

__all__ = ["batches"]

_MAX_IMAGES = 64


def batches(
    dataset: Dataset, numbers: Iterable[int], *, max_bytes: int = 64 * 2**20
) -> Iterator[tuple[list[int], list[Image]]]:
    """Yield numbers and images of items, at most 64 and `max_bytes` at once, or one larger image."""
    places: list[int] = []
    images: list[Image] = []
    size = 0
    for number in numbers:
        image = dataset.image(number)
        if images and (len(images) == _MAX_IMAGES or size + image.pixels.nbytes > max_bytes):
            yield places, images
            places, images, size = [], [], 0
        places.append(number)
        images.append(image)
        size += image.pixels.nbytes
    if images:
        yield places, images
