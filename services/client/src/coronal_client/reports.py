"""How good a model is, as a report tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from coronal_client.errors import BadAnswer

__all__ = ["ClassRow", "Estimate", "Estimates", "Report", "estimates_of"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was measured on some images, and how sure it is.

    Parameters
    ----------
    value
        None where it can't be told.
    low, high
        Its 95 % interval; None where there is none.

    Examples
    --------
    >>> str(Estimate(0.9, 0.85, 0.94))
    '0.900 (0.850 to 0.940)'
    """

    value: float | None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.value is None:
            return "–"
        has_interval = self.low is not None and self.high is not None
        return f"{self.value:.3f}" + (f" ({self.low:.3f} to {self.high:.3f})" if has_interval else "")


Estimates: TypeAlias = Mapping[str, Estimate]
"""By the name of a metric."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """How good a model is at one class, or at one label.

    Parameters
    ----------
    name
        What it is called.
    n
        How many images of it there were.
    metrics
        By name, e.g. ``recall``.
    """

    name: str
    n: int
    metrics: Estimates


@dataclass(frozen=True, slots=True)
class Report:
    """What a model was found to be worth.

    Parameters
    ----------
    model, dataset, part
        What was judged, by which images: the data set, and which part of it.
    n
        How many images these are.
    metrics
        Of all classes together, by name, e.g. ``balanced_accuracy``.
    rows
        Of each class.
    differences
        Its metrics less those of the first model that was judged beside it, each with the interval of the
        difference; empty of that one.
    others
        The reports of the other models on the same images; empty where only one was judged.
    body
        The whole of ``report.json``.
    """

    model: str
    dataset: str
    part: str
    n: int
    metrics: Estimates
    rows: tuple[ClassRow, ...]
    differences: Estimates = field(default_factory=dict)
    others: tuple["Report", ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Report":
        """Read ``report.json``.

        Raises
        ------
        BadAnswer
            When it is something else.
        """
        try:
            first, *others = (_report(body["about"], told) for told in body["models"])
            return replace(first, others=tuple(others), body=body)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"the report is none: {error!r}") from error


def estimates_of(members: Mapping[str, Any]) -> Estimates:
    """Read those members that are estimates; a row of a class has others too."""
    return {
        name: Estimate(told["value"], told.get("low"), told.get("high"))
        for name, told in members.items()
        if isinstance(told, Mapping) and "value" in told
    }


def _report(about: Mapping[str, Any], told: Mapping[str, Any]) -> Report:
    differences = told["differences"]
    return Report(
        model=str(told["name"]),
        dataset=str(about["dataset"]),
        part=str(about["part"]),
        n=int(told["n"]),
        metrics=estimates_of(told["metrics"]),
        rows=tuple(ClassRow(str(row["name"]), int(row["n"]), estimates_of(row)) for row in told["rows"]),
        differences=estimates_of(differences["metrics"]) if differences else {},
    )
