"""The common form of all layouts of a data set: items that are listed, and read on demand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from coronal import Image, LabelMap
from coronal.formats.label_numbers import LabelNumbers
from coronal_learning.datasets.dataset_contents import Annotation, Item

__all__ = ["MAX_ITEMS", "LabelledImage", "Source"]

MAX_ITEMS = 500_000

LabelledImage: TypeAlias = tuple[Image, LabelMap | None]
"""An image, with its label map if the data set has them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Items of a data set, listed and not yet read.

    Parameters
    ----------
    items
        Metadata of each image.
    read
        Reads the images in the order of the items; yields None for a faulty one.
    annotation
        Kind of annotation.
    names
        Names of the labels, from label 1 on, as far as given.
    labels
        Numbers in the label files, counted while these are read.
    is_mendable
        Whether the sender can correct labels: those of files, not those of a published array.
    """

    items: Sequence[Item]
    read: Callable[[], Iterator[LabelledImage | None]]
    annotation: Annotation = "classes"
    names: Sequence[str] = ()
    labels: LabelNumbers = field(default_factory=LabelNumbers)
    is_mendable: bool = True
