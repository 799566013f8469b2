"""The runs of a label map: stretches of one label along its last axis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Runs"]

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """All pixels of all labels but the background, as runs, sorted by label and then by place.

    There are far fewer runs than pixels: what is summed over runs takes a fraction of the time.

    Parameters
    ----------
    numbers
        The labels that occur, ascending; shape (labels,).
    offsets
        Place of the first run of each label among all runs; shape (labels,).
    starts
        Place of each run's first pixel in the label map as one axis; shape (runs,).
    lengths
        Number of pixels of each run, all in one line of the last axis; shape (runs,).
    """

    numbers: NDArray[np.int32]
    offsets: Places
    starts: Places
    lengths: Places

    @classmethod
    def of(cls, labels: NDArray[np.int32]) -> "Runs":
        """Find the runs of an array of labels, in which 0 is the background.

        Examples
        --------
        >>> runs = Runs.of(np.array([[0, 7, 7], [7, 0, 4]], np.int32))
        >>> runs.numbers.tolist(), runs.starts.tolist(), runs.lengths.tolist(), runs.sizes_px.tolist()
        ([4, 7], [5, 1, 3], [1, 2, 1], [1, 3])
        """
        flat = labels.reshape(-1)
        is_start = np.empty(flat.size, np.bool_)
        np.not_equal(flat[1:], flat[:-1], out=is_start[1:])
        is_start.reshape(labels.shape)[..., 0] = True
        starts = np.flatnonzero(is_start)
        lengths = np.diff(starts, append=flat.size)
        of_runs = flat[starts]
        # Zeros come first, and are left out.
        order = np.argsort(of_runs, kind="stable")[np.count_nonzero(of_runs == 0) :]
        of_runs = of_runs[order]
        offsets = np.flatnonzero(np.diff(of_runs, prepend=np.int32(0)))
        return cls(of_runs[offsets], offsets, starts[order], lengths[order])

    @property
    def sizes_px(self) -> Places:
        """Number of pixels of each label; shape (labels,)."""
        return np.add.reduceat(self.lengths, self.offsets)

    def pixels(self, taken: NDArray[np.bool_] | None = None) -> Places:
        """Return the place of each pixel in the label map as one axis, label by label.

        Parameters
        ----------
        taken
            Which labels are wanted, shape (labels,); all of them by default.
        """
        starts, lengths = self.starts, self.lengths
        if taken is not None:
            of_runs = np.repeat(taken, np.diff(self.offsets, append=starts.size))
            starts, lengths = starts[of_runs], lengths[of_runs]
        ends = np.cumsum(lengths)
        return np.repeat(starts - (ends - lengths), lengths) + np.arange(lengths.sum())
