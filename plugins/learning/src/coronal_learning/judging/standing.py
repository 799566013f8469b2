"""What is kept of a model that was judged, so that others can be compared with it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coronal_learning.judging.resamples import Drawing, Measured

__all__ = ["Standing"]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What is kept of a model that was judged: little, however many items there were.

    Parameters
    ----------
    kind
        What it is.
    drawing
        How the resamples were drawn.
    measured
        What tells of all classes, or labels, together: of all items, and of each resample.
    merits
        What each item's answer is worth, shape (items,): 1 where it is right and 0 where it is wrong; of
        segmenters its Dice, NaN where that can't be told.
    """

    kind: Literal["classifier", "segmenter"]
    drawing: Drawing
    measured: Measured
    merits: NDArray[np.float64]
