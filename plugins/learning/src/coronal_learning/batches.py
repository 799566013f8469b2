"""The images of a data set, a few at a time."""

from collections.abc import Iterable, Iterator

from coronal import Image
from coronal_learning.dataset_file import Dataset

__all__ = ["batches"]

_MOST_IMAGES = 64


def batches(
    dataset: Dataset, numbers: Iterable[int], *, most_bytes: int = 64 * 2**20
) -> Iterator[tuple[list[int], list[Image]]]:
    """Give items' numbers with their images: 64 at most, and so many bytes unless one alone has more."""
    places: list[int] = []
    images: list[Image] = []
    size = 0
    for number in numbers:
        image = dataset.image(number)
        if images and (len(images) == _MOST_IMAGES or size + image.pixels.nbytes > most_bytes):
            yield places, images
            places, images, size = [], [], 0
        places.append(number)
        images.append(image)
        size += image.pixels.nbytes
    if images:
        yield places, images
