"""The items of a data set with all by which their images are known again."""

from dataclasses import dataclass, field

from coronal import Image
from coronal_learning.copies import copies_of
from coronal_learning.dataset_contents import Item
from coronal_learning.near_duplicates import NearDuplicates

__all__ = ["MOST_PAIRS", "Identification", "Identified"]

MOST_PAIRS = 10_000
"""So many pairs that are nearly the same are kept, the first ones."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Items whose duplicates are known, and what is nearly the same.

    Parameters
    ----------
    items
        With `Item.digest` and `Item.copies`, in their order.
    near_duplicates
        The numbers of two images that are nearly the same, and not the same; 10,000 pairs at most.
    """

    items: tuple[Item, ...]
    near_duplicates: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Identification:
    """Gathers items with their images, one by one."""

    _items: list[Item] = field(default_factory=list)
    _near: NearDuplicates = field(default_factory=NearDuplicates)

    def add(self, item: Item, image: Image) -> None:
        """Add the next item."""
        known = item if item.digest else item.identified(image)
        self._near.add(len(self._items), known.digest, image)
        self._items.append(known)

    def close(self) -> Identified:
        """Return all items, once they were added."""
        near = self._near.pairs()
        copies = copies_of(near)
        items = tuple(
            item.model_copy(update={"copies": copies[number]}) if number in copies else item
            for number, item in enumerate(self._items)
        )
        return Identified(items, tuple(near[:MOST_PAIRS]))
