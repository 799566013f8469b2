"""The images of a data set, a few at a time."""

from pathlib import Path

import numpy as np

from coronal import Image
from coronal_learning.datasets.dataset_file import Item, open_dataset, write_dataset
from coronal_learning.datasets.image_batches import batches


def test_few_large_images_are_in_memory_at_once(tmp_path: Path) -> None:
    sizes = [10, 40, 40, 90, 200, 10]
    entries = [
        (Item(name=f"{n}", label="a"), Image(np.zeros((1, size), np.uint8)), None)
        for n, size in enumerate(sizes)
    ]
    write_dataset(tmp_path / "set", entries)
    with open_dataset(tmp_path / "set") as dataset:
        taken = [numbers for numbers, _ in batches(dataset, range(6), max_bytes=100)]
    assert taken == [[0, 1, 2], [3], [4], [5]]
