"""Items that belong together: those of one patient go the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadTrainingSet, shown
from coronal_learning.dataset_contents import Item

__all__ = ["Groups"]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Items by patient; one without a patient is a group of its own.

    Parameters
    ----------
    classes
        Their names in alphabetical order; of items with label maps a single one without a name.
    number
        The group of each item, shape (items,).
    code
        The place of each item's class in `classes`, shape (items,).
    noun
        What a group is called in a message: ``patients``, or ``items`` where no patient is known.

    Examples
    --------
    >>> items = [Item(name=name, label="round", patient=name[0]) for name in ("a1", "a2", "b1")]
    >>> Groups.of(items).counts.tolist()
    [[2], [1]]
    """

    classes: tuple[str, ...]
    number: NDArray[np.int64]
    code: NDArray[np.int64]
    noun: str

    @classmethod
    def of(cls, items: Sequence[Item]) -> Self:
        """Group items."""
        keys = [
            ("patient", one.patient) if one.patient else ("item", place) for place, one in enumerate(items)
        ]
        places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        classes = sorted({one.label for one in items})
        codes = {name: place for place, name in enumerate(classes)}
        return cls(
            tuple(classes),
            np.array([places[key] for key in keys], np.int64),
            np.array([codes[one.label] for one in items], np.int64),
            "patients" if any(one.patient for one in items) else "items",
        )

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many items of each class each group has, shape (groups, classes)."""
        counts = np.zeros((int(self.number.max()) + 1, len(self.classes)), np.int64)
        np.add.at(counts, (self.number, self.code), 1)
        return counts

    def check_enough(self, least: int, why: str) -> None:
        """Check that each class has items of so many patients.

        Raises
        ------
        BadTrainingSet
            When one has fewer; it says why so many are needed.
        """
        found = (self.counts > 0).sum(axis=0)
        if found.min() < least:
            rarest = self.classes[int(found.argmin())]
            of_it = f" of {shown(rarest)}" if rarest else ""
            each = "of each class there" if rarest else "there"
            raise BadTrainingSet(
                f"{each} must be {least} {self.noun} or more, {why}; found {found.min()}{of_it}"
            )
