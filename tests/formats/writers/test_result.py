import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from coronal import Case, Column, Image, Outcome, Prediction, Provenance, ResultFile, StageRun, Table
from coronal_formats.writers.provenance import provenance
from coronal_formats.writers.result import result

Written = Callable[..., dict[str, ResultFile]]


def summary(files: dict[str, ResultFile]) -> dict[str, object]:
    assert list(files) == ["result.json"]
    loaded: dict[str, object] = json.loads(files["result.json"].content)
    return loaded


def test_the_summary_tells_image_labels_tables_and_predictions(volume_case: Case, written: Written) -> None:
    table = Table((Column("area", "mm²", "How large."),), ((1.5,), (float("nan"),)))
    source = replace(volume_case.source, remarks=("left out: 2 × localizer",))
    case = (
        replace(volume_case, source=source)
        .add("shape", table)
        .add("forest", Prediction(("a", "b"), (0.25, 0.75)))
    )
    found = summary(written(result, case))
    assert found["image"] == {
        "axes": "zyx",
        "shape": [5, 12, 16],
        "type": "int16",
        "spacing_mm": [3.0, 0.5, 0.75],
        "is_placed": True,
        "modality": "MR",
        "meaning": "intensity",
        "padding": 0,
        "remarks": ["left out: 2 × localizer"],
    }
    assert found["labels"] == {"count": 2, "shape": [5, 12, 16], "names": {}}
    column = {"heading": "area_mm2", "name": "area", "unit": "mm²", "description": "How large."}
    assert found["tables"] == {"shape": {"columns": [column], "rows": [[1.5], [None]], "row_count": 2}}
    assert found["predictions"] == {"forest": {"label": "b", "probabilities": {"a": 0.25, "b": 0.75}}}


def test_the_warnings_of_all_stages_stand_in_the_summary(outcome_of: Callable[..., Outcome]) -> None:
    outcome = outcome_of(Case.start(Image(np.zeros((2, 2)))))
    runs = [
        StageRun(
            stage=stage,
            algorithm="n4",
            version="1.0",
            distribution="test 1.0",
            parameters={},
            on="current",
            seed=1,
            seconds=0.1,
            warnings=warnings,
        )
        for stage, warnings in [("n4", ("no field",)), ("gaussian", ()), ("n4-2", ("one", "two"))]
    ]
    provenance = outcome.provenance.model_copy(update={"stages": tuple(runs)})
    (file,) = result(Outcome(outcome.case, provenance))
    assert [(one["stage"], one["message"]) for one in json.loads(file.content)["warnings"]] == [
        ("n4", "no field"),
        ("n4-2", "one"),
        ("n4-2", "two"),
    ]


def test_without_a_label_map_there_is_none(written: Written) -> None:
    assert summary(written(result, Case.start(Image(np.zeros((2, 2))))))["labels"] is None


@pytest.mark.parametrize(("rows", "kept"), [(10_000, 10_000), (10_001, 10_000)])
def test_a_long_table_is_reported_by_its_first_rows_and_its_length(
    rows: int, kept: int, written: Written
) -> None:
    table = Table((Column("label"),), tuple((label,) for label in range(rows)))
    found = summary(written(result, Case.start(Image(np.zeros((2, 2)))).add("shape", table)))
    tables = found["tables"]
    assert isinstance(tables, dict)
    assert len(tables["shape"]["rows"]) == kept
    assert tables["shape"]["row_count"] == rows


def test_the_provenance_is_read_back_as_it_was(outcome_of: Callable[..., Outcome]) -> None:
    outcome = outcome_of(Case.start(Image(np.zeros((2, 2)))))
    (file,) = provenance(outcome)
    assert file.name == "provenance.json"
    assert Provenance.model_validate_json(file.content) == outcome.provenance
