"""From the file that was sent to what it holds: its form is known by its content."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from coronal.label_numbers import LabelNumbers
from coronal_learning.sent.archive import TABLE, Archive
from coronal_learning.sent.arrays import arrays_of, has_arrays
from coronal_learning.sent.class_folders import classified
from coronal_learning.sent.faults import Faults
from coronal_learning.sent.files import Decoders, Files
from coronal_learning.sent.image_pairs import has_pairs, label_names, names_in_order, paired
from coronal_learning.sent.source import Source
from coronal_learning.sent.table import items_of

__all__ = ["opened"]


@contextmanager
def opened(sent: Path, folder: Path, decode: Decoders, faults: Faults) -> Iterator[Source]:
    """Open what was sent.

    Parameters
    ----------
    sent
        An ``.npz``; or a zip with folders of images and of label maps, with a ``labels.csv``, or with a
        folder for each class.
    folder
        Where files are put while they are read.
    decode
        What reads an image file.
    faults
        Where it is told what is wrong.

    Raises
    ------
    BadDataset
        When it is no zip, or one that mustn't be inflated.
    """
    with Archive(sent, folder) as archive:
        yield _source(archive, Files(archive, decode, faults), faults)


def _source(archive: Archive, files: Files, faults: Faults) -> Source:
    if has_arrays(archive):
        return arrays_of(archive, faults)
    if has_pairs(archive):
        pairs = paired(archive, faults)
        paths = [(item.name, drawing) for item, drawing in pairs]
        names = label_names(archive, faults)
        labels = LabelNumbers(frozenset(names))
        read = partial(files.pairs, paths, labels)
        return Source([item for item, _ in pairs], read, "label-maps", names_in_order(names), labels)
    if TABLE in archive.files:
        items = items_of(archive, [path for path in archive.files if path != TABLE], faults, label=True)
    else:
        items = classified(archive, faults)
    return Source(items, partial(files.images, [item.name for item in items]))
