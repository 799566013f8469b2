"""Groups of items that must stay in one subset: those of a patient, and those of an image."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadTrainingSet, shown
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.duplicates.union_find import first_of_groups

__all__ = ["Groups"]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Items grouped by patient and by image: those that share either are in one group.

    Items of one image are duplicates and, where no patient is known, copies (`copy_groups`).

    Parameters
    ----------
    classes
        Class names, sorted; for label maps a single empty one.
    number
        Group of each item, shape (items,), numbered by first items.
    code
        Index of each item's class in `classes`, shape (items,).
    noun
        Name of the groups in messages.

    Examples
    --------
    >>> items = [Item(name=name, label="round", patient=name[0]) for name in ("a1", "a2", "b1")]
    >>> Groups.of(items).counts.tolist()
    [[2], [1]]

    A duplicate of a patient's image in the folder of another joins both:

    >>> copied = [item.model_copy(update={"digest": f"image {item.name[1]}"}) for item in items]
    >>> Groups.of(copied).counts.tolist()
    [[3]]
    """

    classes: tuple[str, ...]
    number: NDArray[np.int64]
    code: NDArray[np.int64]
    noun: str

    @classmethod
    def of(cls, items: Sequence[Item]) -> Self:
        """Group items."""
        roots = first_of_groups([_keys(one) for one in items])
        places = {root: place for place, root in enumerate(dict.fromkeys(roots))}
        classes = sorted({one.label for one in items})
        codes = {name: place for place, name in enumerate(classes)}
        return cls(
            tuple(classes),
            np.array([places[root] for root in roots], np.int64),
            np.array([codes[one.label] for one in items], np.int64),
            _noun(items),
        )

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of items of each class in each group, shape (groups, classes)."""
        counts = np.zeros((int(self.number.max()) + 1, len(self.classes)), np.int64)
        np.add.at(counts, (self.number, self.code), 1)
        return counts

    def check_enough(self, least: int, why: str) -> None:
        """Check that each class has items in at least so many groups.

        Raises
        ------
        BadTrainingSet
            When a class has fewer.
        """
        found = (self.counts > 0).sum(axis=0)
        if found.min() < least:
            rarest = self.classes[int(found.argmin())]
            of_it = f" of {shown(rarest)}" if rarest else ""
            each = "of each class there" if rarest else "there"
            raise BadTrainingSet(
                f"{each} must be {least} {self.noun} or more, {why}; found {found.min()}{of_it}"
            )


def _keys(item: Item) -> list[Hashable]:
    keys: list[Hashable] = []
    if item.patient:
        keys.append(("patient", item.patient))
    elif item.copies is not None:
        # Slices of two patients resemble each other and are no copies: they would join all patients.
        keys.append(("copies", item.copies))
    return [*keys, ("image", item.image_key)] if item.image_key else keys


def _noun(items: Sequence[Item]) -> str:
    noun = "patients" if any(one.patient for one in items) else "items"
    keys = [key for one in items for key in _keys(one) if key != ("patient", one.patient)]
    return noun if len(set(keys)) == len(keys) else f"{noun} (those of one image count as one)"
