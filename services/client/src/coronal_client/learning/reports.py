"""How good a model is, as a report tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from coronal_client.errors import BadAnswer

__all__ = ["ClassMetrics", "Estimate", "Estimates", "Report", "estimates_of"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was measured on some images, and its confidence interval.

    Parameters
    ----------
    value
        None where it is undefined.
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
class ClassMetrics:
    """How good a model is at one class, or at one label.

    Parameters
    ----------
    name
        What it is called.
    support
        How many images of it there were.
    metrics
        By name, e.g. ``recall``.
    """

    name: str
    support: int
    metrics: Estimates


@dataclass(frozen=True, slots=True)
class Report:
    """What a model was found to be worth.

    Parameters
    ----------
    model, dataset, subset
        What was evaluated on which images: the data set, and which subset of it.
    n
        How many images these are.
    metrics
        Of all classes together, by name, e.g. ``balanced_accuracy``.
    per_class
        Of each class, or label.
    differences
        Its metrics minus those of the first model that it is compared with, each with the interval of the
        difference; empty of that one.
    others
        The reports of the other models on the same images; empty where only one was evaluated.
    body
        The whole of ``report.json``.
    """

    model: str
    dataset: str
    subset: str
    n: int
    metrics: Estimates
    per_class: tuple[ClassMetrics, ...]
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
            first, *others = (_report(body["about"], reported) for reported in body["models"])
            return replace(first, others=tuple(others), body=body)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"the report is none: {error!r}") from error


def estimates_of(members: Mapping[str, Any]) -> Estimates:
    """Read those members that are estimates; a row of a class has others too."""
    return {
        name: Estimate(reported["value"], reported.get("low"), reported.get("high"))
        for name, reported in members.items()
        if isinstance(reported, Mapping) and "value" in reported
    }


def _report(about: Mapping[str, Any], reported: Mapping[str, Any]) -> Report:
    differences = reported["differences"]
    return Report(
        model=str(reported["name"]),
        dataset=str(about["dataset"]),
        subset=str(about["subset"]),
        n=int(reported["n"]),
        metrics=estimates_of(reported["metrics"]),
        per_class=tuple(
            map(_class_metrics, reported["per_class"] if "per_class" in reported else reported["per_label"])
        ),
        differences=estimates_of(differences["metrics"]) if differences else {},
    )


def _class_metrics(reported: Mapping[str, Any]) -> ClassMetrics:
    return ClassMetrics(str(reported["name"]), int(reported["support"]), estimates_of(reported))
