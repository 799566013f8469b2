"""Cross-validation: stratified folds that keep patients and duplicates together."""

from collections.abc import Sequence
from dataclasses import dataclass

from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.duplicates.groups import Groups

__all__ = ["Fold", "folds_of"]


@dataclass(frozen=True, slots=True)
class Fold:
    """Training and validation items of one fold.

    Parameters
    ----------
    learned
        Indices of the training items.
    left_out
        Indices of the items that it is scored on.
    """

    learned: tuple[int, ...]
    left_out: tuple[int, ...]


def folds_of(items: Sequence[Item], count: int, seed: int) -> list[Fold]:
    """Divide items into stratified folds; a patient, or an image with its copies, is in one fold.

    Raises
    ------
    BadTrainingSet
        When a class has fewer patients than there are folds.

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
