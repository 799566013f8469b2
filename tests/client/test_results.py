"""What a job has left, fetched and checked."""

import hashlib
import json
from pathlib import Path

import pytest

from coronal_client.errors import BadAnswer, CutTable
from coronal_client.http.transport import Transport
from coronal_client.results import Results

TABLE = {
    "columns": [{"name": "label", "unit": ""}, {"name": "area", "unit": "mm²", "description": "Its size."}],
    "rows": [[1, 12.5], [2, None]],
    "row_count": 2,
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


CSV = b"label,area_mm2,name\r\n1,12.5,'=1+1\r\n2,,''quoted'\r\n3,8,4\r\n"


def cut(**changes: object) -> dict[str, object]:
    columns = [*TABLE["columns"], {"name": "name"}]
    table = {"columns": columns, "rows": [[1, 12.5, "=1+1"]], "row_count": 3, **changes}
    return {"tables": {"shape": table}}


def test_a_long_table_is_read_from_its_file_cell_by_cell(small, answer, transport) -> None:
    small.answers = [answer(body=CSV)]
    table = Results(transport, body_of({"measurements.csv": CSV}, cut())).tables["shape"]
    assert table.rows == ((1, 12.5, "=1+1"), (2, None, "'quoted'"), (3, 8, "4"))
    assert (table.is_cut, table.column("area")) == (False, (12.5, None, 8))


def test_of_several_tables_each_has_its_own_file(small, answer, transport) -> None:
    small.answers = [answer(body=CSV)]
    summary = {"tables": {**cut()["tables"], "count": TABLE | {"row_count": 2}}}
    results = Results(transport, body_of({"measurements-shape.csv": CSV}, summary))
    assert results.tables["shape"].row_count == len(results.tables["shape"].rows)
    assert not results.tables["count"].is_cut


def test_a_cut_table_without_its_file_never_looks_whole(transport) -> None:
    table = Results(transport, body_of({}, cut())).tables["shape"]
    assert table.is_cut
    with pytest.raises(CutTable, match="all its 3 rows, found 1: name `measurements`"):
        table.column("area")


def test_a_file_of_another_number_of_rows_is_not_its_table(small, answer, transport) -> None:
    small.answers = [answer(body=CSV)]
    results = Results(transport, body_of({"measurements.csv": CSV}, cut(row_count=4)))
    with pytest.raises(CutTable, match="all its 4 rows, found 3"):
        _ = results.tables


def test_tables_and_predictions_stand_in_the_summary(transport) -> None:
    results = Results(transport, body_of({}, SUMMARY))
    table = results.tables["shape"]
    assert table.column("area") == (12.5, None)
    assert (table.columns[1].unit, table.row_count) == ("mm²", 2)
    assert results.predictions == {"forest": {"a": 1.0}}
    with pytest.raises(KeyError, match="there are label, area"):
        table.column("volume")


def test_warnings_are_reported_with_their_stage(transport) -> None:
    warned = SUMMARY | {"warnings": [{"stage": "n4", "message": "no field"}]}
    assert Results(transport, body_of({}, warned)).warnings == ("n4: no field",)
    assert Results(transport, body_of({}, SUMMARY)).warnings == ()


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
