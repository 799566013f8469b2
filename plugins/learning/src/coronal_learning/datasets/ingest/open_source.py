"""Opening of a data set that was sent, whose layout is detected by its content."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from coronal.formats.label_numbers import LabelNumbers
from coronal_learning.datasets.ingest.archive import TABLE, Archive
from coronal_learning.datasets.ingest.arrays import has_arrays, list_arrays
from coronal_learning.datasets.ingest.class_folders import list_class_folders
from coronal_learning.datasets.ingest.faults import Faults
from coronal_learning.datasets.ingest.image_files import Decoders, Files
from coronal_learning.datasets.ingest.image_pairs import has_pairs, label_names, list_pairs, names_in_order
from coronal_learning.datasets.ingest.labels_csv import read_labels
from coronal_learning.datasets.ingest.source import Source

__all__ = ["opened"]


@contextmanager
def opened(sent: Path, folder: Path, decode: Decoders, faults: Faults) -> Iterator[Source]:
    """Open a data set that was sent.

    Parameters
    ----------
    sent
        An ``.npz``; or a zip with folders of images and of label maps, with a ``labels.csv``, or with a
        folder for each class.
    folder
        Folder for temporary files.
    decode
        Functions that read a file.
    faults
        Collects what is wrong.

    Raises
    ------
    BadDataset
        When it is no zip, or exceeds the limits of one.
    """
    with Archive(sent, folder) as archive:
        yield _source(archive, Files(archive, decode, faults), faults)


def _source(archive: Archive, files: Files, faults: Faults) -> Source:
    if has_arrays(archive):
        return list_arrays(archive, faults)
    if has_pairs(archive):
        pairs = list_pairs(archive, faults)
        paths = [(item.name, label_path) for item, label_path in pairs]
        names = label_names(archive, faults)
        labels = LabelNumbers(frozenset(names))
        read = partial(files.pairs, paths, labels)
        return Source([item for item, _ in pairs], read, "label-maps", names_in_order(names), labels)
    if TABLE in archive.files:
        items = read_labels(archive, [path for path in archive.files if path != TABLE], faults, label=True)
    else:
        items = list_class_folders(archive, faults)
    return Source(items, partial(files.images, [item.name for item in items]))
