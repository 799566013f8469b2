"""The progress of one step, as a part of that of the whole."""

from collections.abc import Callable

__all__ = ["span"]


def span(progress: Callable[[float], None], low: float, high: float) -> Callable[[float], None]:
    """Give what a step calls with the part of its own that is done.

    Parameters
    ----------
    progress
        Takes the part of the whole.
    low, high
        Where the step begins and ends in it.

    Examples
    --------
    >>> told = span(print, 0.25, 0.75)
    >>> told(0.5)
    0.5
    """
    return lambda part: progress(low + (high - low) * part)
