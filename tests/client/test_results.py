"""What a job has left, fetched and checked."""

import hashlib
import json
from pathlib import Path

import pytest

from coronal_client.errors import BadAnswer
from coronal_client.results import Results
from coronal_client.transport import Transport

TABLE = {
    "columns": [{"name": "label", "unit": ""}, {"name": "area", "unit": "mm²", "description": "Its size."}],
    "rows": [[1, 12.5], [2, None]],
    "row_count": 30,
}
SUMMARY = {"tables": {"shape": TABLE}, "predictions": {"forest": {"label": "a", "probabilities": {"a": 1.0}}}}


def body_of(files: dict[str, bytes], result: object = None) -> dict[str, object]:
    artifacts = [
        {
            "name": name,
            "media_type": "text/plain",
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "href": f"/v1/jobs/7/results/{name}",
        }
        for name, content in files.items()
    ]
    return {"job": "7", "artifacts": artifacts, "result": result}


@pytest.fixture
def transport(small):
    with Transport(small.url, patience_s=0) as transport:
        yield transport


def test_tables_and_predictions_stand_in_the_summary(transport) -> None:
    results = Results(transport, body_of({}, SUMMARY))
    table = results.tables["shape"]
    assert table.column("area") == (12.5, None)
    assert (table.columns[1].unit, table.row_count) == ("mm²", 30)
    assert results.predictions == {"forest": {"a": 1.0}}
    with pytest.raises(KeyError, match="there are label, area"):
        table.column("volume")


def test_a_summary_too_large_for_the_answer_is_fetched(small, answer, transport) -> None:
    content = json.dumps(SUMMARY).encode()
    small.answers = [answer(body=content)]
    results = Results(transport, body_of({"result.json": content}))
    assert list(results.tables) == ["shape"]
    assert small.asked[0].path == "/v1/jobs/7/results/result.json"


def test_a_job_without_tables_has_none(transport) -> None:
    results = Results(transport, body_of({}))
    assert (results.tables, results.predictions, results.overlay) == ({}, {}, None)


def test_all_files_are_saved_into_a_new_folder(small, answer, transport, tmp_path: Path) -> None:
    small.answers = [answer(body=b"1"), answer(body=b"22")]
    folder = Results(transport, body_of({"a.txt": b"1", "overlay.png": b"22"})).save(
        tmp_path / "out" / "cells"
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "a.txt": b"1",
        "overlay.png": b"22",
    }
    assert [path.name for path in folder.parent.iterdir()] == ["cells"]


def test_nothing_is_left_when_bytes_are_not_those_of_the_job(
    small, answer, transport, tmp_path: Path
) -> None:
    small.answers = [answer(body=b"1"), answer(body=b"oops")]
    results = Results(transport, body_of({"a.txt": b"1", "b.txt": b"22"}))
    with pytest.raises(BadAnswer, match=r"b\.txt must have the SHA-256"):
        results.save(tmp_path / "cells")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(small, answer, transport, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    small.answers = [answer(body=b"1")]
    with pytest.raises(FileExistsError, match="is there already"):
        Results(transport, body_of({"a.txt": b"1"})).save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_single_file_replaces_another_only_when_it_is_whole(
    small, answer, transport, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    file = Results(transport, body_of({"a.txt": b"new"})).files["a.txt"]
    small.answers = [answer(body=b"oops"), answer(body=b"new")]
    with pytest.raises(BadAnswer):
        file.save(path)
    assert path.read_text() == "old"
    assert file.save(path).read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["../a", ".hidden", "a/b", "a\\b", "", 7])
def test_a_name_that_leads_out_of_the_folder_is_refused(transport, name) -> None:
    body = body_of({"a": b""})
    body["artifacts"][0]["name"] = name
    with pytest.raises(BadAnswer, match="plain file name"):
        Results(transport, body)
