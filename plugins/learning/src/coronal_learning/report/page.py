"""The whole page, from its templates."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from coronal_learning.datasets.duplicates.duplicates import MAX_NAMED
from coronal_learning.evaluation.classifier_report import ClassifierReport
from coronal_learning.evaluation.evaluation_result import EvaluatedModel, Images
from coronal_learning.report import conclusion, curves, examples, metrics, numbers, overview, pictures

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["PageContent", "page"]

_MAX_PAIRS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """The content of a page.

    Parameters
    ----------
    models
        What was evaluated, and how good it is: one, or several on the same items.
    curve
        What the training of a single one has measured, step by step; empty where that is unknown.
    images
        Where the pictures of the worst items come from; None for none.
    """

    models: Sequence[EvaluatedModel]
    curve: Sequence[Mapping[str, float]] = ()
    images: Images | None = None


def page(content: PageContent) -> str:
    """Write the page; the same content gives the same bytes."""
    return (
        _environment()
        .get_template("page.html")
        .render(models=content.models, first=content.models[0], curve=content.curve, images=content.images)
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "counted": numbers.counted,
        "number": numbers.number,
        "p_value": numbers.p_value,
        "parameters": _parameters,
        "percent": numbers.percent,
    }
    environment.globals |= {
        "COMPARED": overview.COMPARED,
        "FEW": 30,
        "METRICS": metrics.METRICS,
        "MAX_NAMED": 10,
        "MAX_PAIRS": MAX_NAMED,
        "OUTLINES": {"truth": pictures.TRUTH, "segmentation": pictures.FOUND},
        "columns": overview.columns,
        "conclusion": conclusion.conclusion,
        "curves": curves.curves,
        "estimates": metrics.estimates,
        "examples": examples.examples,
        "is_better": metrics.is_better,
        "learning_curves": curves.learning_curves,
        "metric_title": metrics.metric_title,
        "most_confused": _most_confused,
        "rarest": overview.rarest,
        "widest": metrics.widest,
    }
    return environment


def _parameters(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())


def _most_confused(report: ClassifierReport) -> list[tuple[int, int, int]]:
    """Return the most frequent errors: how many, the true class, the predicted class."""
    pairs = [
        (count, truth, predicted)
        for truth, counts in enumerate(report.confusion_matrix)
        for predicted, count in enumerate(counts)
        if truth != predicted and count
    ]
    return sorted(pairs, key=lambda pair: (-pair[0], *pair[1:]))[:_MAX_PAIRS]
