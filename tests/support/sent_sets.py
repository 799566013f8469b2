"""Data sets as somebody sends them, and the task that takes them in."""

import io
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from coronal import BadDataset, Plugins, TaskResult, TrainingContext, Work
from coronal.formats.reading import read_image, read_labels
from coronal.task_spec import DatasetTask
from coronal_learning.datasets.dataset import dataset
from coronal_learning.datasets.dataset_file import Dataset, Item
from coronal_worker.running.loader import load_plugins

__all__ = ["faults_of", "npz", "picture", "png", "said", "take", "zipped"]


def picture(number: int, shape: tuple[int, ...] = (6, 5)) -> np.ndarray:
    """An image of bytes, another for each number."""
    return np.random.default_rng(number).integers(0, 256, shape, dtype=np.uint8)


def png(pixels: np.ndarray) -> bytes:
    """The PNG of an image."""
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def zipped(path: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write a zip of files, by their paths within it; one that ends in a slash is a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def npz(path: Path, **arrays: Any) -> Path:
    """Write arrays as NumPy does."""
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
    return path


def said(taken: Dataset) -> tuple[Item, ...]:
    """Return what the sender has said of each image, without what its pixels say."""
    seen = {"digest": "", "is_flat": False, "copies": None}
    return tuple(item.model_copy(update=seen) for item in taken.items)


def take(sent: Path, name: str = "set", **context: Any) -> TaskResult:
    """Take a file in as a worker does, in a new folder beside it."""
    folder = sent.with_name(f"{sent.name}.work")
    folder.mkdir()
    plugins = _plugins()
    return dataset(
        Work(
            spec=DatasetTask(name=name, description="As it was sent."),
            source=sent,
            folder=folder,
            plugins=plugins,
            read=lambda path: read_image(path, plugins),
            read_labels=lambda path: read_labels(path, plugins),
            context=TrainingContext(**context),
        )
    )


@cache
def _plugins() -> Plugins:
    return load_plugins().plugins


def faults_of(sent: Path) -> tuple[str, ...]:
    """What is wrong with a file; nothing where it is taken."""
    try:
        take(sent)
    except BadDataset as bad:
        return bad.faults
    return ()
