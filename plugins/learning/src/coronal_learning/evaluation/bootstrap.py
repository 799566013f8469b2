"""The bootstrap: what would have come out, had other items of the same kind been drawn.

B. Efron, Bootstrap methods: another look at the jackknife, Ann. Statist. 7 (1979) 1-26. Where items belong to
patients, whole patients are drawn: A. C. Davison and D. V. Hinkley, Bootstrap methods and their application,
Cambridge (1997), 3.8.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from coronal_learning.evaluation.estimate import CONFIDENCE_LEVEL, Estimate, ReportModel

__all__ = ["RESAMPLES", "Bootstrap", "Measured", "Resamples", "Score", "Scores", "Weights"]

RESAMPLES = 1000

_MAX_AT_ONCE = 400_000
"""Weights that are held at once: few enough to stay in a processor's cache."""

Weights: TypeAlias = NDArray[np.float64]
"""How often each item was drawn, shape (resamples, items)."""

Scores: TypeAlias = Mapping[str, NDArray[np.float64]]
"""By name, the measures in each resample, (resamples,) or (resamples, values); NaN where that can't be."""

Score: TypeAlias = Callable[[Weights], Scores]


class Bootstrap(ReportModel):
    """The bootstrap that a report's confidence intervals come from."""

    confidence_level: float = CONFIDENCE_LEVEL
    resamples: int = RESAMPLES
    unit: Literal["item", "patient"] = Field(description="What was drawn.")
    unit_count: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What was measured of all items, and of each resample.

    Parameters
    ----------
    whole
        Of all items: as of one resample.
    drawn
        Of each resample.
    """

    whole: Scores
    drawn: Scores

    def estimate(self, name: str, place: int | None = None, units: int | None = None) -> Estimate:
        """Return one of them with its interval.

        Parameters
        ----------
        name
            Of the score.
        place
            Which of its values, where it has several.
        units
            As in `Estimate.of`.
        """
        of = slice(None) if place is None else (slice(None), place)
        return Estimate.of(float(self.whole[name][of][0]), self.drawn[name][of], units)

    def only(self, names: Iterable[str]) -> "Measured":
        """Keep some of the scores."""
        kept = tuple(names)
        return Measured({name: self.whole[name] for name in kept}, {name: self.drawn[name] for name in kept})

    def less(self, other: "Measured") -> "Measured":
        """Subtract what was measured by the same resamples, score by score."""
        return Measured(
            {name: values - other.whole[name] for name, values in self.whole.items()},
            {name: values - other.drawn[name] for name, values in self.drawn.items()},
        )


@dataclass(frozen=True, slots=True, eq=False)
class Resamples:
    """A thousand draws, the same for the same seed.

    Parameters
    ----------
    units
        What each item belongs to and is drawn with, as numbers from 0 on without a gap; shape (items,).
    seed
        Where the draws come from.
    by_patient
        Whether some items belong to one patient.

    Examples
    --------
    >>> Resamples.of(3, patients=["ann", "bob", "ann"]).bootstrap.unit_count
    2
    """

    units: NDArray[np.int64]
    seed: int
    by_patient: bool

    @classmethod
    def of(cls, items: int, *, patients: Sequence[str] = (), seed: int = 0) -> "Resamples":
        """Prepare to draw.

        Parameters
        ----------
        items
            How many there are.
        patients
            Whom each shows; empty for an item of nobody, and no sequence where nobody is known.
        seed
            Where the draws come from.

        Raises
        ------
        ValueError
            When there are patients, but not as many as items.
        """
        if len(patients) not in (0, items):
            raise ValueError(f"each item must have its patient, found {items} and {len(patients)}")
        if not any(patients):
            return cls(np.arange(items), seed, by_patient=False)
        numbers: dict[tuple[str, int], int] = {}
        keys = [(name, -1) if name else ("", number) for number, name in enumerate(patients)]
        units = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
        return cls(units, seed, by_patient=True)

    @property
    def bootstrap(self) -> Bootstrap:
        """The facts of the draws, for a report."""
        return Bootstrap(
            unit="patient" if self.by_patient else "item", unit_count=self.count(np.s_[:]), seed=self.seed
        )

    def count(self, items: "NDArray[np.bool_] | slice") -> int:
        """Return how many units some of the items belong to."""
        return len(np.unique(self.units[items]))

    def measure(self, score: Score) -> Measured:
        """Measure all items, and each resample."""
        whole = score(np.ones((1, len(self.units))))
        parts = [score(weights) for weights in self._weights()]
        return Measured(whole, {name: np.concatenate([part[name] for part in parts]) for name in whole})

    def _weights(self) -> Iterator[Weights]:
        random = np.random.default_rng(self.seed)
        units, at_once = self.count(np.s_[:]), max(1, _MAX_AT_ONCE // len(self.units))
        for start in range(0, RESAMPLES, at_once):
            rows = min(at_once, RESAMPLES - start)
            drawn = random.integers(units, size=(rows, units)) + units * np.arange(rows)[:, None]
            times = np.bincount(drawn.reshape(-1), minlength=rows * units).reshape(rows, units)
            yield times[:, self.units].astype(np.float64)
