"""What is kept of a model that was evaluated, so that others can be compared with it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coronal_learning.evaluation.bootstrap import Bootstrap, Measured

__all__ = ["Baseline"]


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What is kept of a model that was evaluated: little, however many items there were.

    Parameters
    ----------
    kind
        What it is.
    bootstrap
        How the resamples were drawn.
    measured
        The metrics of all classes, or labels, together: of all items, and of each resample.
    item_scores
        What each item's answer is worth, shape (items,): 1 where it is right and 0 where it is wrong; of
        segmenters its Dice, NaN where that is undefined.
    """

    kind: Literal["classifier", "segmenter"]
    bootstrap: Bootstrap
    measured: Measured
    item_scores: NDArray[np.float64]
