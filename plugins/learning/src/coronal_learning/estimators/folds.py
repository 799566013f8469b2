"""Cross-validation folds within the fit of a classifier."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coronal import TrainingContext
from coronal_learning.estimators.estimator import seed_of

__all__ = ["Fold", "folds_of"]

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Indices of the training images, and of those left out."""


def folds_of(codes: NDArray[np.int64], context: TrainingContext[str], most: int) -> Sequence[Fold]:
    """Divide images into stratified folds, with each group of the job in one fold.

    Parameters
    ----------
    codes
        The number of each image's class, shape (images,); of each class there are two images.
    context
        The job, whose groups are heeded where each fold then leaves images of each class to learn from.
    most
        How many folds there are; fewer where a class has fewer groups.

    Notes
    -----
    `sklearn.model_selection.StratifiedGroupKFold`; without groups, or with too few, `StratifiedKFold`.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    seed = seed_of(context)
    if len(set(context.groups)) < len(context.groups) == len(codes):
        groups = np.array(context.groups)
        count = min(most, *(len(np.unique(groups[codes == code])) for code in np.unique(codes)))
        if count > 1:
            grouped = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
            folds = list(grouped.split(codes, codes, groups))
            if all(len(np.unique(codes[learned])) == codes.max() + 1 for learned, _ in folds):
                return folds
    count = min(most, int(np.bincount(codes).min()))
    return list(StratifiedKFold(count, shuffle=True, random_state=seed).split(codes, codes))
