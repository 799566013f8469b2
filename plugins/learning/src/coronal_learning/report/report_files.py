"""A report as files: one that a program reads, and one that a person opens."""

import json
import math
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from coronal import ResultFile
from coronal_learning.evaluation.evaluation_result import EvaluatedModel, Images
from coronal_learning.report.page import PageContent, page

__all__ = ["report_files"]

_OF_ALL = {"items", "counts"}
"""What is the same for all models, and as long as the data set."""


def report_files(
    models: Sequence[EvaluatedModel],
    *,
    curve: Sequence[Mapping[str, float]] = (),
    images: Images | None = None,
) -> tuple[ResultFile, ...]:
    """Write ``report.json`` and ``report.html``; the same report gives the same bytes.

    Parameters
    ----------
    models
        What was evaluated, and how good it is: one, or several on the same items; the others are compared
        with the first.
    curve
        What the training of a single one has measured, step by step.
    images
        Gives the image of an item, by its place among those that were evaluated on; it is asked for the worst
        dozen of each model only.

    Returns
    -------
    tuple[ResultFile, ...]
        The page needs no network and no script: styles, charts and pictures are in it.
    """
    steps = [{name: value for name, value in row.items() if math.isfinite(value)} for row in curve]
    content: dict[str, JsonValue] = {
        "about": models[0].about.model_dump(mode="json"),
        "report": models[0].report.model_dump(mode="json"),
        "learning_curve": [{**step} for step in steps],
        "models": [_reported(one) for one in models],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    reported = PageContent(models=models, curve=steps, images=images)
    return (
        ResultFile("report.json", "application/json", text.encode() + b"\n"),
        ResultFile("report.html", "text/html; charset=utf-8", page(reported).encode()),
    )


def _reported(evaluated: EvaluatedModel) -> JsonValue:
    differences = evaluated.result.differences
    return {
        "name": evaluated.name,
        "algorithm": evaluated.about.algorithm,
        "about": evaluated.about.model_dump(mode="json", exclude=_OF_ALL),
        **evaluated.report.model_dump(mode="json"),
        "differences": None if differences is None else differences.model_dump(mode="json"),
    }
