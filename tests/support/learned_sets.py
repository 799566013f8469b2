"""Data sets to learn from, and orders to train on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from offered import entry_points_of
from sklearn.datasets import load_digits

from coronal import Image, LabelMap, Plugins, TrainingContext, Work
from coronal.task_spec import DatasetUse, TrainingTask
from coronal_learning.datasets.dataset_file import Item, write_dataset

__all__ = ["classes_set", "digits_set", "drawn_set", "levels", "order", "plugins_of", "work_of"]


def plugins_of(*members: str) -> Plugins:
    """Return the plugins of members."""
    plugins = Plugins()
    for member in members:
        for point in entry_points_of(member):
            plugins.add(point.name, point.load(), distribution=f"coronal-{member} 0.1.0")
    return plugins


def levels(count: int, level: float, seed: int = 0) -> list[Image]:
    """Return images of 2 × 2 values around a level, one standard deviation apart."""
    random = np.random.default_rng(seed)
    return [Image(random.normal(level, 1.0, (2, 2))) for _ in range(count)]


def classes_set(path: Path, items: Sequence[Item], images: Sequence[Image]) -> Path:
    """Write a data set of images with classes."""
    write_dataset(path, ((item, image, None) for item, image in zip(items, images, strict=True)))
    return path


def digits_set(path: Path, count: int = 600) -> Path:
    """Write handwritten digits of 8 × 8 pixels; each writer has written ten in a row."""
    bunch = load_digits()
    items = [
        Item(name=f"{place}.png", label=str(bunch.target[place]), patient=f"writer {place // 10}")
        for place in range(count)
    ]
    return classes_set(path, items, [Image(pixels.astype(np.uint8)) for pixels in bunch.images[:count]])


def drawn_set(path: Path, count: int = 12) -> Path:
    """Write images with a bright square each, and label maps of it."""
    random = np.random.default_rng(0)
    entries = []
    for place in range(count):
        row, column = random.integers(0, 8, 2)
        pixels = random.normal(0, 10, (16, 16))
        labels = np.zeros((16, 16), np.uint8)
        labels[row : row + 6, column : column + 6] = 1
        image = Image((pixels + 100 * labels).astype(np.float32))
        entries.append((Item(name=f"{place}.png"), image, LabelMap.of(image, labels)))
    write_dataset(path, entries, ["square"])
    return path


def order(algorithm: str, **more: Any) -> TrainingTask:
    """Order a training."""
    use = DatasetUse(name="set", version=1, sha256="0" * 64)
    return TrainingTask(name="model", algorithm=algorithm, dataset=use, **more)


def work_of(spec: TrainingTask, source: Path, folder: Path, plugins: Plugins, **context: Any) -> Work:
    """Make what a worker gives to a task; the folder is made."""
    folder.mkdir(parents=True)
    return Work(
        spec=spec,
        source=source,
        folder=folder,
        plugins=plugins,
        read=lambda path: Image(np.load(path)),
        context=TrainingContext(**context),
    )
