"""The writer of the summary that a program reads."""

import json
from collections.abc import Iterable

from pydantic import JsonValue

from coronal import Image, LabelMap, Outcome, Prediction, Reference, ResultFile, Table, writer

__all__ = ["result"]

_MAX_ROWS = 10_000
"""Of a table; beyond it the summary would be no summary, and the CSV file has them all."""


@writer
def result(outcome: Outcome) -> Iterable[ResultFile]:
    """Write ``result.json``: what the image is, warnings, how many objects there are, tables and predictions.

    A table of more than 10,000 rows has its first 10,000 here; `row_count` says how many there are.
    """
    case = outcome.case
    summary: dict[str, JsonValue] = {
        "job": outcome.provenance.job,
        "image": _image(case.source),
        "warnings": [_warning(run.stage, text) for run in outcome.provenance.stages for text in run.warnings],
        "labels": None if case.labels is None else _labels(case.labels),
        "tables": {stage: _table(table) for stage, table in case.tables.items()},
        "predictions": {stage: _prediction(one) for stage, one in case.predictions.items()},
    }
    if case.reference is not None:
        summary["reference"] = _reference(case.reference)
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    yield ResultFile("result.json", "application/json", text.encode() + b"\n")


def _image(image: Image) -> JsonValue:
    return {
        "axes": image.axes,
        "shape": list(image.pixels.shape),
        "type": image.pixels.dtype.name,
        "spacing_mm": None if image.spacing_mm is None else list(image.spacing_mm),
        "is_placed": image.geometry.is_placed,
        "modality": image.modality,
        "meaning": image.meaning.value,
        "padding": image.padding_count,
        "remarks": list(image.remarks),
    }


def _warning(stage: str, message: str) -> JsonValue:
    return {"stage": stage, "message": message}


def _labels(labels: LabelMap) -> JsonValue:
    names: dict[str, JsonValue] = {str(label): name for label, name in labels.names.items()}
    return {"count": labels.count, "shape": list(labels.shape), "names": names}


def _reference(reference: Reference) -> JsonValue:
    stored_as: dict[str, JsonValue] = {str(label): stored for label, stored in reference.stored_as.items()}
    return {"count": reference.count, "stored_as": stored_as}


def _table(table: Table) -> JsonValue:
    columns: list[JsonValue] = [
        {
            "heading": column.heading,
            "name": column.name,
            "unit": column.unit,
            "description": column.description,
        }
        for column in table.columns
    ]
    rows: list[JsonValue] = [list(row) for row in table.rows[:_MAX_ROWS]]
    return {"columns": columns, "rows": rows, "row_count": len(table.rows)}


def _prediction(prediction: Prediction) -> JsonValue:
    probabilities = dict(zip(prediction.classes, prediction.probabilities, strict=True))
    return {"label": prediction.label, "probabilities": {**probabilities}}
