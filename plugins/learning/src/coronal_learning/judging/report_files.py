"""A report as files: one that a program reads, and one that a person opens."""

import json
import math
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from coronal import ResultFile
from coronal_learning.judging.page.page import Told, page
from coronal_learning.judging.verdict import Images, Judged

__all__ = ["report_files"]

_OF_ALL = {"items", "counts"}
"""What is the same for all models, and as long as the data set."""


def report_files(
    models: Sequence[Judged], *, curve: Sequence[Mapping[str, float]] = (), images: Images | None = None
) -> tuple[ResultFile, ...]:
    """Write ``report.json`` and ``report.html``; the same report gives the same bytes.

    Parameters
    ----------
    models
        What was judged, and how good it is: one, or several by the same items; the others are compared with
        the first.
    curve
        What the training of a single one has measured, step by step.
    images
        Gives the image of an item, by its place among those that were judged by; it is asked for the worst
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
        "curve": [{**step} for step in steps],
        "models": [_told(one) for one in models],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    told = Told(models=models, curve=steps, images=images)
    return (
        ResultFile("report.json", "application/json", text.encode() + b"\n"),
        ResultFile("report.html", "text/html; charset=utf-8", page(told).encode()),
    )


def _told(judged: Judged) -> JsonValue:
    differences = judged.verdict.differences
    return {
        "name": judged.name,
        "algorithm": judged.about.algorithm,
        "about": judged.about.model_dump(mode="json", exclude=_OF_ALL),
        **judged.report.model_dump(mode="json"),
        "differences": None if differences is None else differences.model_dump(mode="json"),
    }
