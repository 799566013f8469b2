"""The file format of a data set: labelled images in one form, whatever they were sent as.

It is a zip of plain files, none of them compressed and all of one date, so that the same images with the
same labels give the same bytes. Each image and each label map is an array in NumPy's ``.npy``;
``dataset.json`` has all else. No pickle.
"""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import numpy as np

from coronal import BadDataset, Image, LabelMap
from coronal.types.image import Pixels
from coronal_learning.datasets.dataset_contents import Annotation, Contents, ImageFacts, Item, Listed
from coronal_learning.datasets.duplicate_detection import DuplicateDetector, ItemsWithDuplicates

__all__ = ["Annotation", "Dataset", "Entry", "Item", "open_dataset", "write_dataset"]

_CONTENTS = "dataset.json"
_DATE = (1980, 1, 1, 0, 0, 0)
_BROKEN = (OSError, zipfile.BadZipFile, KeyError, NotImplementedError, ValueError, EOFError)

Entry: TypeAlias = tuple[Item, Image, LabelMap | None]
"""An item with its image, and its label map if the data set has them."""


class Dataset:
    """An open data set; its images are read one by one. Close it, or use it in a ``with``.

    Attributes
    ----------
    items
        Metadata of each image, by number.
    annotation
        Whether it has a class for each image, or a label map.
    classes
        Names of the classes, sorted; for label maps, names of the labels from label 1 on.
    near_duplicates
        Pairs of numbers of near-duplicates; None in a data set of an older version.
    """

    def __init__(self, archive: zipfile.ZipFile, contents: Contents) -> None:
        self.items = tuple(listed.item for listed in contents.items)
        self.annotation = contents.annotation
        self.classes = contents.classes
        self.near_duplicates = contents.near_duplicates
        self._facts = tuple(listed.image for listed in contents.items)
        self._names = dict(enumerate(contents.classes, start=1))
        self._archive = archive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self.items)

    def with_duplicates(self) -> ItemsWithDuplicates:
        """Return the items with their duplicates; of an older data set all images are read for that."""
        if self.near_duplicates is not None:
            return ItemsWithDuplicates(self.items, self.near_duplicates)
        identification = DuplicateDetector()
        for number, item in enumerate(self.items):
            identification.add(item, self.image(number))
        return identification.close()

    def close(self) -> None:
        """Close its file."""
        self._archive.close()

    def image(self, number: int) -> Image:
        """Read the image of an item, by its index in `items`.

        Raises
        ------
        BadDataset
            When the file is corrupt.
        """
        facts = self._facts[number]
        pixels = _read(self._archive, _image_name(number))
        if not facts.has_padding:
            return facts.image(pixels, None)
        return facts.image(pixels, _read(self._archive, _valid_name(number)).astype(np.bool_, copy=False))

    def label_map(self, number: int) -> LabelMap:
        """Read the label map of an item; it lies on the grid of its image.

        Raises
        ------
        BadDataset
            When the data set has none, or the file is broken there.
        """
        labels = _read(self._archive, _label_map_name(number))
        return LabelMap(labels.astype(np.int32), self._facts[number].geometry, self._names)


def open_dataset(path: Path) -> Dataset:
    """Open what `write_dataset` wrote.

    Raises
    ------
    BadDataset
        When the file is no data set.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as broken:
        raise _foreign(broken) from broken
    try:
        contents = Contents.model_validate_json(archive.read(_CONTENTS))
    except _BROKEN as broken:
        archive.close()
        raise _foreign(broken) from broken
    return Dataset(archive, contents)


def write_dataset(target: Path, entries: Iterable[Entry], names: Iterable[str] = ()) -> None:
    """Write a data set into one file, image by image; the same entries give the same bytes.

    Parameters
    ----------
    target
        Path of the new file.
    entries
        All items, each with a label map or none.
    names
        Names of the labels, from label 1 on; a label without one is named by its number.

    Raises
    ------
    BadDataset
        When there is no entry, or some have a label map and others none.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "cells"
    >>> write_dataset(path, [(Item(name="1.png", label="round"), Image(np.ones((2, 3))), None)])
    >>> with open_dataset(path) as cells:
    ...     cells.classes, cells.items[0].name, cells.image(0).shape
    (('round',), '1.png', (2, 3))
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        writing = _Writing(archive)
        for entry in entries:
            writing.add(*entry)
        contents = writing.contents(tuple(names))
        _put(archive, _CONTENTS, contents.model_dump_json(exclude_defaults=True).encode())


@dataclass(slots=True)
class _Writing:
    """The index of a file that is being written."""

    archive: zipfile.ZipFile
    facts: list[ImageFacts] = field(default_factory=list)
    identification: DuplicateDetector = field(default_factory=DuplicateDetector)
    label_maps: int = 0
    largest_label: int = 0

    def add(self, item: Item, image: Image, labels: LabelMap | None) -> None:
        number = len(self.facts)
        _put(self.archive, _image_name(number), _npy(image.pixels))
        if image.valid is not None:
            _put(self.archive, _valid_name(number), _npy(image.valid))
        if labels is not None:
            largest = int(labels.labels.max())
            kept = labels.labels.astype(np.min_scalar_type(largest))
            _put(self.archive, _label_map_name(number), _npy(kept))
            self.largest_label = max(self.largest_label, largest)
            self.label_maps += 1
        self.identification.add(item, image)
        self.facts.append(ImageFacts.of(image))

    def contents(self, names: tuple[str, ...]) -> Contents:
        if not self.facts or self.label_maps not in (0, len(self.facts)):
            found = f"{len(self.facts):,} images, {self.label_maps:,} with a label map"
            raise BadDataset([f"there must be images, with a label map each or none at all, found {found}"])
        known = self.identification.close()
        unnamed = range(len(names) + 1, self.largest_label + 1)
        labels = (*names, *map(str, unnamed))
        return Contents(
            annotation="label-maps" if self.label_maps else "classes",
            classes=labels if self.label_maps else tuple(sorted({item.label for item in known.items})),
            items=tuple(
                Listed(item=item, image=facts) for item, facts in zip(known.items, self.facts, strict=True)
            ),
            near_duplicates=known.near_duplicates,
        )


def _image_name(number: int) -> str:
    return f"images/{number}.npy"


def _valid_name(number: int) -> str:
    return f"valid/{number}.npy"


def _label_map_name(number: int) -> str:
    return f"label-maps/{number}.npy"


def _npy(array: Pixels) -> bytes:
    file = io.BytesIO()
    # An array that lies column by column would give other bytes.
    np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _DATE), content)


def _read(archive: zipfile.ZipFile, name: str) -> Pixels:
    try:
        array: Pixels = np.lib.format.read_array(io.BytesIO(archive.read(name)), allow_pickle=False)
    except _BROKEN as broken:
        raise _foreign(broken) from broken
    return array


def _foreign(broken: Exception) -> BadDataset:
    return BadDataset([f"the file must be that of a data set, found {type(broken).__name__}"])
