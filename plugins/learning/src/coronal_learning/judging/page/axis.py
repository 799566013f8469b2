"""The axis of a chart: from what to what, and where its ticks are."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["UNIT", "Axis"]

_TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis.

    Parameters
    ----------
    name
        What it tells.
    low, high
        Its ends.
    ticks
        Where it has ticks, ascending.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    ticks: tuple[float, ...] = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

    @classmethod
    def around(cls, name: str, values: Iterable[float], *, is_whole: bool = False) -> "Axis":
        """Make one on which some values lie, with ticks at round numbers.

        Parameters
        ----------
        name
            What it tells.
        values
            One at least.
        is_whole
            Whether only whole numbers have a meaning.

        Examples
        --------
        >>> Axis.around("loss", [0.13, 0.88]).ticks
        (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
        """
        told = list(values)
        least, most = min(told), max(told)
        step = _round_step((most - least) / _TICKS or abs(most) / _TICKS or 1.0)
        step = max(1.0, step) if is_whole else step
        first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
        ticks = tuple(round(step * number, 10) for number in range(first, max(last, first + 1) + 1))
        return cls(name, ticks[0], ticks[-1], ticks)

    def part(self, value: float) -> float:
        """Tell where a value lies, from 0 at the low end to 1 at the high one."""
        return (value - self.low) / (self.high - self.low)


UNIT = Axis("")
"""From 0 to 1."""


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * (1 - 1e-9))
