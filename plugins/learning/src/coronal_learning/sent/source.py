"""What all forms of a data set come to once they are understood."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from coronal import Image, LabelMap
from coronal.label_numbers import LabelNumbers
from coronal_learning.dataset_contents import Answers, Item

__all__ = ["MOST_ITEMS", "Found", "Source"]

MOST_ITEMS = 500_000

Found: TypeAlias = tuple[Image, LabelMap | None]
"""What was read of an item: its image, and its label map in a data set of those."""


@dataclass(frozen=True, slots=True)
class Source:
    """Images that were sent with their labels, listed and not yet read.

    Parameters
    ----------
    items
        What is known of each image.
    read
        Reads the images in the order of their items; None for one that can't be, which is then a fault.
    answers
        Whether there is a class for each image, or a label map.
    names
        Of label maps the names of the labels, from label 1 on, as far as they were told.
    labels
        Of label maps the numbers that their files hold; filled while they are read.
    is_mendable
        Whether the sender can mend the labels: they are those of files, and not of an array that somebody
        else has published.
    """

    items: Sequence[Item]
    read: Callable[[], Iterator[Found | None]]
    answers: Answers = "classes"
    names: Sequence[str] = ()
    labels: LabelNumbers = field(default_factory=LabelNumbers)
    is_mendable: bool = True
