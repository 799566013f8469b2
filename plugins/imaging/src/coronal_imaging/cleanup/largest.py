"""The largest objects, and no others."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from coronal import LabelMap, Parameter, algorithm
from coronal.types.runs import Runs
from coronal_imaging.cleanup.pieces import connected_pieces, without_pieces

__all__ = ["largest"]


@algorithm
def largest(
    labels: LabelMap,
    count: Annotated[int, Parameter("How many pieces stay.", minimum=1, maximum=1_000_000)] = 1,
    among: Annotated[
        Literal["all", "each-label"],
        Parameter("Whether the largest of all stay, or the largest of each label."),
    ] = "all",
) -> LabelMap:
    """Keep the largest connected pieces, and remove all others.

    The one way to an organ that is larger than all else that is as bright. Where the labels are classes,
    ``each-label`` keeps the largest pieces of each class. A volume's pieces are connected across slices.

    Parameters
    ----------
    labels
        Objects or classes. Pixels of one label that touch by a corner are connected.
    count
        Where there are fewer, all stay. Of two of one size that which comes first in the array is larger.
    among
        ``all``: the largest of the whole label map; ``each-label``: the largest of each number.

    Returns
    -------
    LabelMap
        What is left, under its own numbers and names.

    Notes
    -----
    `skimage.measure.label`; sizes are counted in pixels, all of which are of one size.
    """
    pieces = Runs.of(connected_pieces(labels))
    groups = np.zeros(pieces.numbers.size, np.int32)
    if among == "each-label":
        groups = labels.labels.reshape(-1)[pieces.starts[pieces.offsets]]
    goes = np.ones(pieces.numbers.size, np.bool_)
    goes[_first_of_each(groups, pieces.sizes_px, count)] = False
    return without_pieces(labels, pieces, goes)


def _first_of_each(groups: NDArray[np.int32], sizes: NDArray[np.int_], count: int) -> NDArray[np.int_]:
    order = np.lexsort((-sizes, groups))
    ranks = np.arange(order.size) - np.searchsorted(groups[order], groups[order])
    return np.asarray(order[ranks < count])
