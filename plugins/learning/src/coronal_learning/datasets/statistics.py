"""Statistics of a data set, gathered while its images are read."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pydantic import JsonValue

from coronal import Image, LabelMap
from coronal.errors import shown
from coronal_learning.datasets.dataset_contents import Annotation, Item
from coronal_learning.datasets.ingest.faults import Faults

__all__ = ["DatasetStatistics"]

_MAX_SHAPES = 10


@dataclass(slots=True)
class DatasetStatistics:
    """Counts images, and checks what needs all of them.

    Parameters
    ----------
    annotation
        Kind of annotation.
    is_mendable
        Whether one image in two classes is a fault; else it is only counted.
    faults
        Collects what is wrong.
    """

    annotation: Annotation
    is_mendable: bool
    faults: Faults
    _items: list[Item] = field(default_factory=list)
    _members: dict[str | int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _shapes: Counter[tuple[int, ...]] = field(default_factory=Counter)
    _channels: Counter[int] = field(default_factory=Counter)
    _types: Counter[np.dtype[np.generic]] = field(default_factory=Counter)
    _first: dict[str, Item] = field(default_factory=dict)
    _repeated: Counter[str] = field(default_factory=Counter)

    def add(self, item: Item, image: Image, labels: LabelMap | None) -> None:
        """Count an image; its item has a digest."""
        dimensions = len(next(iter(self._shapes), image.shape))
        if image.dimensions != dimensions:
            self.faults.add(
                f"{shown(item.name)}: all images must have {dimensions} axes like the first, found "
                f"{image.dimensions}"
            )
            return
        self._shapes[image.shape] += 1
        self._channels[image.pixels.shape[-1] if image.has_channels else 1] += 1
        self._types[image.pixels.dtype] += 1
        found = [item.label] if labels is None else np.unique(labels.labels[labels.labels > 0]).tolist()
        for name in found:
            self._members[name].append(len(self._items))
        self._items.append(item)
        self._compare(item)

    def close(self) -> None:
        """Check the whole, once all images are counted."""
        if self.annotation == "label-maps" and self._items and not self._members:
            self.faults.add("something must be drawn in a label map, found all of them empty")

    def members(self, classes: Sequence[str]) -> dict[str, list[int]]:
        """Return the numbers of the images of each class, or of those on which each label occurs.

        Parameters
        ----------
        classes
            All classes; for label maps, names of the labels from label 1 on.
        """
        keys: Sequence[str | int] = classes if self.annotation == "classes" else range(1, len(classes) + 1)
        return {name: self._members[key] for name, key in zip(classes, keys, strict=True)}

    def facts(self, members: Mapping[str, Sequence[int]]) -> dict[str, JsonValue]:
        """Return the statistics, as JSON.

        Parameters
        ----------
        members
            Result of `members`.
        """
        shapes = self._shapes.most_common(_MAX_SHAPES)
        return {
            "annotation": self.annotation,
            "items": len(self._items),
            "classes": {name: len(numbers) for name, numbers in members.items()},
            "subsets": dict(Counter(item.subset for item in self._items if item.subset)),
            "patients": len({item.patient for item in self._items if item.patient}),
            "dimensions": len(next(iter(self._shapes))),
            "shapes": [{"shape": list(shape), "count": count} for shape, count in shapes],
            "channels": [*sorted(self._channels)],
            "types": [*sorted(map(str, self._types))],
            "repeated": {
                name: self._repeated[name] for name in ("images", "in_other_class", "in_other_subset")
            },
        }

    def _compare(self, item: Item) -> None:
        """Count duplicates."""
        other = self._first.setdefault(item.digest, item)
        if other is item:
            return
        self._repeated["images"] += 1
        self._repeated["in_other_subset"] += other.subset != item.subset
        self._repeated["in_other_class"] += other.label != item.label
        if other.label != item.label and self.is_mendable:
            self.faults.add(
                f"{shown(item.name)}: one image must be of one class, found the same as "
                f"{shown(other.name)}, which is of {shown(other.label)}"
            )
