"""Detection of duplicates and near-duplicates among the items of a data set."""

from dataclasses import dataclass, field

from coronal import Image
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.duplicates.copy_groups import copy_groups
from coronal_learning.datasets.duplicates.near_duplicates import NearDuplicates

__all__ = ["MAX_PAIRS", "DuplicateDetector", "ItemsWithDuplicates"]

MAX_PAIRS = 10_000
"""Maximum number of pairs of near-duplicates that are stored, the first ones."""


@dataclass(frozen=True, slots=True)
class ItemsWithDuplicates:
    """Items with their duplicates and near-duplicates.

    Parameters
    ----------
    items
        Items with `digest` and `copies`, by number.
    near_duplicates
        Pairs of numbers of images that are nearly, and not exactly, the same; at most 10,000.
    """

    items: tuple[Item, ...]
    near_duplicates: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class DuplicateDetector:
    """Collects items with their images, one by one."""

    _items: list[Item] = field(default_factory=list)
    _near: NearDuplicates = field(default_factory=NearDuplicates)

    def add(self, item: Item, image: Image) -> None:
        """Add the next item."""
        known = item if item.digest else item.with_digest(image)
        self._near.add(len(self._items), known.digest, image)
        self._items.append(known)

    def close(self) -> ItemsWithDuplicates:
        """Return all items with their duplicates, once all are added."""
        near = self._near.pairs()
        copies = copy_groups(near)
        items = tuple(
            item.model_copy(update={"copies": copies[number]}) if number in copies else item
            for number, item in enumerate(self._items)
        )
        return ItemsWithDuplicates(items, tuple(near[:MAX_PAIRS]))
