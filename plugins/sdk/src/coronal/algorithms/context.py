"""What an algorithm may ask of, and tell to, the job that it works in."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Context"]


def _ignore(_: object) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """The job around an algorithm; one that wants it takes a parameter of this type.

    Parameters
    ----------
    seed
        The seed of the stage: all that is random comes from it (`random`), so that a job can be run again.
    progress
        Call it with the part that is done, from 0 to 1.
    log
        Call it with a line for the job's log. No patient's name, no pixel.
    warn
        Call it with what whoever reads the result must know of it, such as that nothing was found or changed.
        It stands in the log, in ``result.json`` and ``provenance.json``, and beside the measurements.
    is_cancelled
        Whether somebody has cancelled the job; a long loop asks now and then, and returns early.

    Examples
    --------
    >>> first, again = (Context(seed=7).random.integers(0, 256, 3) for _ in range(2))
    >>> (first == again).all().item()
    True
    """

    seed: int = 0
    progress: Callable[[float], None] = field(default=_ignore)
    log: Callable[[str], None] = field(default=_ignore)
    warn: Callable[[str], None] = field(default=_ignore)
    is_cancelled: Callable[[], bool] = field(default=_never)

    @property
    def random(self) -> np.random.Generator:
        """A new generator of random numbers, the same for the same seed."""
        return np.random.default_rng(self.seed)
