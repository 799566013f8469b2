"""An estimate with its confidence interval."""

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["CONFIDENCE_LEVEL", "MIN_RESAMPLES", "Estimate", "ReportModel"]

CONFIDENCE_LEVEL = 0.95
"""How probable it is meant to be that an interval holds the true value."""

MIN_RESAMPLES = 100
"""From fewer resamples there is no interval."""

_SAME = 1e-12


class ReportModel(BaseModel):
    """What lands in a report as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Estimate(ReportModel):
    """A value with its 95 % interval.

    Examples
    --------
    >>> str(Estimate(value=0.9, low=0.85, high=0.94))
    '0.900 (0.850 to 0.940)'
    """

    value: float | None = Field(description="None where it is undefined.")
    low: float | None = Field(default=None, description="None where no interval can be estimated.")
    high: float | None = None
    undefined_resamples: int = Field(
        default=0, description="In how many resamples it is undefined; the interval is of the others."
    )

    @classmethod
    def of(cls, value: float, drawn: NDArray[np.float64], units: int | None = None) -> Self:
        """Build it from the values in resamples.

        Parameters
        ----------
        value
            Of all items; NaN where it is undefined.
        drawn
            The value in each resample, shape (resamples,); NaN likewise.
        units
            Of a proportion: of how many patients, or items, it is one. Where all are right (or wrong) all
            resamples are the same, and say nothing: its interval is then the exact one.
        """
        if np.isnan(value):
            return cls(value=None)
        kept = drawn[~np.isnan(drawn)]
        low, high = _interval(value, kept, units)
        return cls(value=value, low=low, high=high, undefined_resamples=len(drawn) - len(kept))

    def __str__(self) -> str:
        if self.value is None:
            return "–"
        interval = "" if self.low is None else f" ({self.low:.3f} to {self.high:.3f})"
        return f"{self.value:.3f}{interval}"


def _interval(
    value: float, kept: NDArray[np.float64], units: int | None
) -> tuple[float, float] | tuple[None, None]:
    if len(kept) < MIN_RESAMPLES:
        return None, None
    if np.ptp(kept) < _SAME:
        return _exact(value, units)
    tail = 50 * (1 - CONFIDENCE_LEVEL)
    low, high = np.percentile(kept, (tail, 100 - tail))
    return float(low), float(high)


def _exact(value: float, units: int | None) -> tuple[float, float] | tuple[None, None]:
    # C. J. Clopper and E. S. Pearson (1934), in the two cases that have a closed form.
    if not units or value not in (0.0, 1.0):
        return None, None
    reach: float = ((1 - CONFIDENCE_LEVEL) / 2) ** (1 / units)
    return (reach, 1.0) if value else (0.0, 1 - reach)
