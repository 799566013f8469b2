"""What must hold of the items of a data set, whatever form they were sent in."""

from collections.abc import Sequence

from coronal.errors import shown
from coronal_learning.dataset_contents import Answers, Item
from coronal_learning.sent.faults import Faults
from coronal_learning.sent.source import MOST_ITEMS

__all__ = ["check_items"]

_MOST_CLASSES = 1_000
_LONGEST_NAME = 100


def check_items(items: Sequence[Item], answers: Answers, names: Sequence[str], faults: Faults) -> None:
    """Tell what is wrong with a list of items, before any image is read.

    Parameters
    ----------
    items
        All of them.
    answers
        What is known of each.
    names
        Of label maps the names of the labels.
    faults
        Where it is told: no image or too many, fewer than two classes or too many, a name that can't be
        shown, a patient in two parts.
    """
    if not 0 < len(items) <= MOST_ITEMS:
        faults.add(f"there must be 1 to {MOST_ITEMS:,} images, found {len(items):,}")
    classes = sorted({item.label for item in items if item.label})
    if answers == "classes" and items and not 2 <= len(classes) <= _MOST_CLASSES:
        found = f"only {shown(classes[0])}" if len(classes) == 1 else f"{len(classes):,}"
        faults.add(f"there must be images of 2 to {_MOST_CLASSES:,} classes, found {found}")
    for name in (*classes, *names):
        if len(name) > _LONGEST_NAME or not name.isprintable():
            faults.add(
                f"the name of a class must have at most {_LONGEST_NAME} characters that can be shown, found "
                f"{shown(name)}"
            )
    _check_patients(items, faults)


def _check_patients(items: Sequence[Item], faults: Faults) -> None:
    first: dict[str, Item] = {}
    torn: set[str] = set()
    for item in items:
        if not item.patient:
            continue
        other = first.setdefault(item.patient, item)
        if other.part != item.part and item.patient not in torn:
            torn.add(item.patient)
            faults.add(
                f"a patient must be in one part alone, found the same in {other.part} ({shown(other.name)}) "
                f"and in {item.part} ({shown(item.name)})"
            )
