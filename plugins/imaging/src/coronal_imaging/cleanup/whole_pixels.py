"""Sizes in whole pixels."""

import math

__all__ = ["px_needed", "px_within"]

_ROUNDING = 1e-6
"""0.3 mm at 0.1 mm a pixel is 3 px, though not in floating point."""


def px_needed(size: float, step: float) -> int:
    """Return how many pixels are at least as large (long) as a size.

    Parameters
    ----------
    size
        In mm, mm² or mm³; in pixels where the step is 1.
    step
        Of one pixel, in the same unit.

    Examples
    --------
    >>> px_needed(0.3, 0.1), px_needed(0.31, 0.1)
    (3, 4)
    """
    return math.ceil(size / step - _ROUNDING)


def px_within(size: float, step: float) -> int:
    """Return how many pixels are at most as large (long) as a size; see `px_needed`.

    >>> px_within(0.3, 0.1), px_within(0.39, 0.1)
    (3, 3)
    """
    return math.floor(size / step + _ROUNDING)
