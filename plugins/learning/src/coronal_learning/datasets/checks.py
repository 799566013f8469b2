"""Checks of the items of a data set, whatever form it was sent in."""

from collections.abc import Sequence

from coronal.errors import shown
from coronal_learning.datasets.dataset_contents import Annotation, Item
from coronal_learning.datasets.ingest.faults import Faults
from coronal_learning.datasets.ingest.source import MAX_ITEMS

__all__ = ["check_items"]

_MAX_CLASSES = 1_000
_MAX_NAME_LENGTH = 100


def check_items(items: Sequence[Item], annotation: Annotation, names: Sequence[str], faults: Faults) -> None:
    """Check a list of items, before any image is read.

    Parameters
    ----------
    items
        All items.
    annotation
        Kind of annotation of each.
    names
        Names of the labels, for label maps.
    faults
        Collects what is wrong: no or too many images, fewer than two or too many classes, a name that isn't
        printable, a patient in two subsets.
    """
    if not 0 < len(items) <= MAX_ITEMS:
        faults.add(f"there must be 1 to {MAX_ITEMS:,} images, found {len(items):,}")
    classes = sorted({item.label for item in items if item.label})
    if annotation == "classes" and items and not 2 <= len(classes) <= _MAX_CLASSES:
        found = f"only {shown(classes[0])}" if len(classes) == 1 else f"{len(classes):,}"
        faults.add(f"there must be images of 2 to {_MAX_CLASSES:,} classes, found {found}")
    for name in (*classes, *names):
        if len(name) > _MAX_NAME_LENGTH or not name.isprintable():
            faults.add(
                f"the name of a class must have at most {_MAX_NAME_LENGTH} printable characters, found "
                f"{shown(name)}"
            )
    _check_patients(items, faults)


def _check_patients(items: Sequence[Item], faults: Faults) -> None:
    first: dict[str, Item] = {}
    reported: set[str] = set()
    for item in items:
        if not item.patient:
            continue
        other = first.setdefault(item.patient, item)
        if other.subset != item.subset and item.patient not in reported:
            reported.add(item.patient)
            faults.add(
                f"a patient must be in one subset alone, found the same in {other.subset} "
                f"({shown(other.name)}) and in {item.subset} ({shown(item.name)})"
            )
