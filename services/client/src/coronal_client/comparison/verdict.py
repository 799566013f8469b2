"""How much two results are the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

__all__ = ["Found", "Verdict", "worst"]


class Verdict(IntEnum):
    """How much two results are the same; the higher, the less."""

    EQUAL = 0
    WITHIN_TOLERANCE = 1
    DIFFERS = 2

    def __str__(self) -> str:
        """Return it in words: ``equal``, ``within tolerance``, ``differs``."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison of two files has come to.

    Parameters
    ----------
    verdict
        Equal to the bit, equal within the tolerance of what they hold, or neither.
    detail
        What isn't equal, in words; empty where the bytes are equal.
    """

    verdict: Verdict
    detail: str = ""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; equal where there are none.

    >>> str(worst([Verdict.EQUAL, Verdict.WITHIN_TOLERANCE]))
    'within tolerance'
    """
    return max(verdicts, default=Verdict.EQUAL)
