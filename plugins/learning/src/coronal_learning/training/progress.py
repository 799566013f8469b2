"""Progress of one step, scaled into that of the whole."""

from collections.abc import Callable

__all__ = ["span"]


def span(progress: Callable[[float], None], low: float, high: float) -> Callable[[float], None]:
    """Return a callback that maps a step's progress into an interval of the whole.

    Parameters
    ----------
    progress
        Called with the fraction of the whole that is done.
    low, high
        Interval of the step, from 0 to 1.

    Examples
    --------
    >>> half = span(print, 0.25, 0.75)
    >>> half(0.5)
    0.5
    """
    return lambda fraction: progress(low + (high - low) * fraction)
