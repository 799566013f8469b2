"""How well a batch agrees with its references: mean, spread and the worst, against values found by NumPy."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from coronal_gateway.batches import comparison as batch_comparison
from coronal_gateway.services import Services

HEAD = "label,name,dice,hausdorff95_mm,relative_difference_percent,compared_as,stored_as"
NAMES = [f"{number}.png" for number in range(6)]


def table(*lines: str) -> tuple[str, bytes]:
    return "text/csv", "".join(f"{line}\r\n" for line in lines).encode()


@pytest.fixture
def ids(client: FlaskClient, at: Services, png: bytes) -> list[str]:
    """The ids of a batch, and then of its jobs."""
    form: Any = MultiDict({"pipeline": "[otsu, compare]"})
    for name in NAMES:
        for part in ("image", "reference"):
            form.add(part, FileStorage(BytesIO(png + part.encode()), name))
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    batch = client.post("/v1/batches", data=body, content_type=kind).json
    return [batch["id"], *(job.id for job in at.batches.every_job(batch["id"]))]


@pytest.fixture
def rows(client: FlaskClient, ids: list[str]) -> Callable[[], list[dict[str, str]]]:
    def read() -> list[dict[str, str]]:
        answer = client.get(f"/v1/batches/{ids[0]}/results/comparison.csv")
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        return list(csv.DictReader(StringIO(answer.text, newline="")))

    return read


def test_mean_spread_and_the_worst_are_those_of_the_images(ids: list[str], rows: Any, finish: Any) -> None:
    dice = [0.9, 0.5, 0.75, 0.95, 0.2, 0.9]
    distance = [1.5, None, 4.0, 2.0, 9.0, 1.0]
    change = [-10.0, 40.0, 5.0, -50.0, 0.0, 1.0]
    for job, one, far, more in zip(ids[1:], dice, distance, change, strict=True):
        line = f",foreground,{one},{'' if far is None else far},{more},objects,"
        finish(job, {"measurements.csv": table(HEAD, line, "1,,0.1,1,1,objects,", "2,,0.3,2,2,objects,")})
    found = {row["measure"]: row for row in rows()}
    assert {row["name"] for row in found.values()} == {"foreground"}
    for measure, values in (
        ("dice", dice),
        ("hausdorff95_mm", distance),
        ("relative_difference_percent", change),
    ):
        known = np.array([value for value in values if value is not None])
        row = found[measure]
        assert (row["images"], row["n"]) == ("6", str(known.size))
        assert float(row["mean"]) == pytest.approx(known.mean())
        assert float(row["sd"]) == pytest.approx(known.std(ddof=1))
        assert float(row["median"]) == pytest.approx(np.median(known))
        assert (float(row["min"]), float(row["max"])) == (known.min(), known.max())
    worst = {name: [row[f"worst_{place}"] for place in (1, 2, 3)] for name, row in found.items()}
    assert worst == {
        "dice": ["4.png", "1.png", "2.png"],
        "hausdorff95_mm": ["4.png", "2.png", "3.png"],
        "relative_difference_percent": ["3.png", "1.png", "0.png"],
    }
    assert found["dice"]["worst_1_value"] == "0.2"


def test_each_class_has_its_rows_and_what_was_stored_otherwise_rows_of_its_own(
    ids: list[str], rows: Any, finish: Any
) -> None:
    for job, stored_as in zip(ids[1:4], ("", "", "255"), strict=True):
        lines = [",foreground,0.5,1,1,classes,", f"1,liver,0.8,1,1,classes,{stored_as}"]
        finish(job, {"measurements.csv": table(HEAD, *lines)})
    dice = [row for row in rows() if row["measure"] == "dice"]
    assert [(row["label"], row["name"], row["stored_as"], row["n"]) for row in dice] == [
        ("", "foreground", "", "3"),
        ("1", "liver", "", "2"),
        ("1", "liver", "255", "1"),
    ]
    assert dice[2]["sd"] == ""


def test_tables_that_compare_nothing_are_left_out_and_stages_reported_apart(
    ids: list[str], rows: Any, finish: Any
) -> None:
    shape, agreement = table("label,area", "1,5"), table(HEAD, ",foreground,0.5,1,1,objects,")
    finish(ids[1], {"measurements-shape.csv": shape, "measurements-compare.csv": agreement})
    assert {row["stage"] for row in rows()} == {"compare"}
    assert "area" not in {row["measure"] for row in rows()}


def test_without_a_job_that_compares_there_is_a_heading_alone(rows: Any) -> None:
    assert rows() == []


def test_of_very_many_labels_the_rest_is_left_out_with_a_word_about_it(
    ids: list[str], rows: Any, finish: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_comparison, "_MAX_LABELS", 3)
    finish(ids[1], {"measurements.csv": table(HEAD, *(f"{n},,1,1,1,classes," for n in range(5)))})
    *_, last = rows()
    assert last["name"] == "of more than 3 labels the others are left out"
