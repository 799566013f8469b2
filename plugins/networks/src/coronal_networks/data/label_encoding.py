"""Labels of images as class codes of a network."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from coronal import BadTrainingSet, LabelMap

__all__ = ["UNKNOWN", "LabelEncoding"]

UNKNOWN = -1
"""The code of a place that isn't learned from: outside of the image, or of a label that isn't learned."""

_MAX_LABELS = 64
"""So many labels at most: more are objects that were numbered one by one."""


class LabelEncoding(BaseModel):
    """The labels that mean something, in the order of the network's outputs, after the background.

    Parameters
    ----------
    labels
        Their numbers, in their order.
    names
        What they stand for, of those that have a name.

    Examples
    --------
    >>> drawn = LabelEncoding.of([LabelMap(np.array([[0, 2], [7, 2]]), names={2: "liver"})])
    >>> drawn.codes(np.array([[7, 0, 3]])).tolist()
    [[2, 0, -1]]
    >>> drawn.numbers(np.array([0, 1, 2])).tolist()
    [0, 2, 7]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: tuple[int, ...]
    names: Mapping[int, str]

    @classmethod
    def of(cls, label_maps: Sequence[LabelMap]) -> Self:
        """Collect what there is in label maps.

        Raises
        ------
        BadTrainingSet
            When no map has a label, there are more than 64 labels, or one has two names.
        """
        found = {int(label) for one in label_maps for label in np.unique(one.labels)} - {0}
        if not found:
            raise BadTrainingSet("a label map must have a label, found none in any")
        if len(found) > _MAX_LABELS:
            raise BadTrainingSet(
                f"labels must be at most {_MAX_LABELS} classes, not objects one by one; found {len(found):,}"
            )
        names = {label: name for label, name in _names(label_maps).items() if label in found}
        return cls(labels=tuple(sorted(found)), names=names)

    def __len__(self) -> int:
        """Return the number of classes, the background included."""
        return 1 + len(self.labels)

    @property
    def called(self) -> tuple[str, ...]:
        """The name of each label, or its number where it has none."""
        return tuple(self.names.get(label, str(label)) for label in self.labels)

    def codes(self, labels: NDArray[np.integer]) -> NDArray[np.int16]:
        """Turn labels into the places of the network's outputs; those that aren't learned are unknown."""
        known = np.array((0, *self.labels))
        places = np.searchsorted(known, labels).clip(max=len(known) - 1)
        return np.where(known[places] == labels, places, UNKNOWN).astype(np.int16)

    def numbers(self, codes: NDArray[np.integer]) -> NDArray[np.int32]:
        """Turn the places of outputs into labels."""
        return np.asarray(np.array((0, *self.labels), np.int32)[codes])


def _names(label_maps: Sequence[LabelMap]) -> dict[int, str]:
    names: dict[int, str] = {}
    for label, name in (pair for one in label_maps for pair in one.names.items()):
        if names.setdefault(label, name) != name:
            raise BadTrainingSet(f"a label must mean the same in all label maps, found two names of {label}")
    return dict(sorted(names.items()))
