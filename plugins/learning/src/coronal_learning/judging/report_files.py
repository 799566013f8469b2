"""A report as files: one that a program reads, and one that a person opens."""

import json
import math
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from coronal import ResultFile
from coronal_learning.judging.about import About, Against, Report
from coronal_learning.judging.page.page import Told, page
from coronal_learning.judging.page.worst import Images, LabelMaps

__all__ = ["report_files"]


def report_files(
    report: Report,
    *,
    about: About,
    curve: Sequence[Mapping[str, float]] = (),
    against: Against | None = None,
    images: Images | None = None,
    label_maps: LabelMaps | None = None,
) -> tuple[ResultFile, ...]:
    """Write ``report.json`` and ``report.html``; the same report gives the same bytes.

    Parameters
    ----------
    report
        How good the model is.
    about
        What was judged, and by what.
    curve
        What the training has measured, step by step.
    against
        A second model that was judged by the same items.
    images
        Gives the image of an item, by its place among those that were judged by; it is asked for the worst
        dozen only.
    label_maps
        Gives the truth of an item and what was found, on the grid of its image.

    Returns
    -------
    tuple[ResultFile, ...]
        The page needs no network and no script: styles, charts and pictures are in it.
    """
    steps = [{name: value for name, value in row.items() if math.isfinite(value)} for row in curve]
    content: dict[str, JsonValue] = {
        "about": about.model_dump(mode="json"),
        "report": report.model_dump(mode="json"),
        "curve": [{**step} for step in steps],
        "against": None if against is None else against.model_dump(mode="json"),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    told = Told(
        report=report, about=about, curve=steps, against=against, images=images, label_maps=label_maps
    )
    return (
        ResultFile("report.json", "application/json", text.encode() + b"\n"),
        ResultFile("report.html", "text/html; charset=utf-8", page(told).encode()),
    )
