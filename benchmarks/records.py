"""What a benchmark found, beside what it was compared with and the goal."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal

__all__ = ["Effort", "Record", "Target", "at_least", "at_most", "ratio_record"]

Windows = Mapping[str, Sequence[float]]
"""What each contender reached in each window; the windows of one position stand side by side in time."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How thoroughly a benchmark is to measure.

    Parameters
    ----------
    rounds
        Number of windows of each contender.
    fraction
        Size of a window, as a fraction of that of a whole run.
    """

    rounds: int = 5
    fraction: float = 1.0

    def count(self, whole: int, least: int = 1) -> int:
        """Return a number of images, jobs or requests, scaled, but never fewer than the least."""
        return max(round(whole * self.fraction), min(least, whole))


@dataclass(frozen=True, slots=True)
class Target:
    """A goal for a value."""

    sign: Literal["≥", "≤"]
    limit: float

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"

    def is_met(self, value: float) -> bool:
        """Return whether a value reaches it."""
        return value >= self.limit if self.sign == "≥" else value <= self.limit


def at_least(limit: float) -> Target:
    """Return the goal of a value that must not be smaller."""
    return Target("≥", limit)


def at_most(limit: float) -> Target:
    """Return the goal of a value that must not be larger."""
    return Target("≤", limit)


@dataclass(frozen=True, slots=True)
class Record:
    """A measured value.

    Parameters
    ----------
    goal
        Number of the goal, ``P1`` to ``P13``; ``algorithms`` for those of the catalogue; empty without one.
    name
        What was measured.
    value
        The median; None where it could not be measured, and the note says why.
    unit
        ``×`` for a ratio.
    baseline
        What it was compared with.
    target
        The goal; None for a value that has none.
    windows
        What each contender reached in each window, in the unit that its name says.
    note
        What a reader should know beside it.
    """

    goal: str
    name: str
    value: float | None
    unit: str
    baseline: str = ""
    target: Target | None = None
    windows: Windows = field(default_factory=dict)
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is no goal or no value."""
        return None if self.target is None or self.value is None else self.target.is_met(self.value)

    def as_json(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return asdict(self) | {"target": str(self.target or ""), "met": self.met}

    def __str__(self) -> str:
        value = "not measured" if self.value is None else shown(self.value, self.unit)
        goal = "" if self.target is None else f", goal {self.target}: {_VERDICTS[self.met]}"
        beside = f" ({self.baseline})" if self.baseline else ""
        return f"{self.goal:4} {self.name}: {value}{beside}{goal}" + (f"; {self.note}" if self.note else "")


_VERDICTS = {True: "met", False: "not met", None: "not measured"}


def shown(value: float, unit: str = "") -> str:
    """Return a value with three digits that count, and its unit."""
    digits = max(0, 3 - len(f"{abs(value):.0f}")) if abs(value) >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()


def ratio_record(
    goal: str,
    name: str,
    windows: Windows,
    pair: tuple[str, str],
    *,
    target: Target | None = None,
    note: str = "",
) -> Record:
    """Return the record of the ratio of two contenders, the median of the ratios of each window.

    Parameters
    ----------
    goal, name, target, note
        As of `Record`.
    windows
        Of at least these two.
    pair
        The contender, and what it is compared with.
    """
    own, baseline = (windows[one] for one in pair)
    ratio = median(one / other for one, other in zip(own, baseline, strict=True))
    beside = f"{pair[0]} {shown(median(own))}, {pair[1]} {shown(median(baseline))}"
    return Record(goal, name, ratio, "×", beside, target, {one: windows[one] for one in pair}, note)
