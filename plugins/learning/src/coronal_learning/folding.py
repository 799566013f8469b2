"""Folds of a cross-validation: each item is left out once."""

from collections.abc import Sequence
from dataclasses import dataclass

from coronal_learning.dataset_contents import Item
from coronal_learning.groups import Groups

__all__ = ["Fold", "folds_of"]


@dataclass(frozen=True, slots=True)
class Fold:
    """One way to leave items out.

    Parameters
    ----------
    learned
        The places of those that are learned from.
    left_out
        Of those that tell how well it was learned.
    """

    learned: tuple[int, ...]
    left_out: tuple[int, ...]


def folds_of(items: Sequence[Item], count: int, seed: int) -> list[Fold]:
    """Divide items into folds, each left out once: classes as even as can be, a patient always in one fold.

    Raises
    ------
    BadTrainingSet
        When a class is of fewer patients than there are folds.

    Notes
    -----
    `sklearn.model_selection.StratifiedGroupKFold`.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    groups = Groups.of(items)
    groups.check_enough(count, f"one for each of {count} folds to search by")
    divided = StratifiedGroupKFold(count, shuffle=True, random_state=seed % 2**32)
    pairs = divided.split(groups.code, groups.code, groups.number)
    return [Fold(tuple(learned.tolist()), tuple(left_out.tolist())) for learned, left_out in pairs]
