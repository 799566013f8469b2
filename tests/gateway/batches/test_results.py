"""What the jobs of a batch have left, as one table and as one zip."""

import csv
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from coronal_gateway.services import Services
from coronal_jobs.records.job import Failure

CSV = "text/csv"


def table(*lines: str) -> tuple[str, bytes]:
    return CSV, "".join(f"{line}\r\n" for line in lines).encode()


@pytest.fixture
def ids(client: FlaskClient, at: Services, png: bytes) -> list[str]:
    """The ids of a batch, and then of its four jobs; a fifth image was refused."""
    form = MultiDict({"pipeline": "[otsu, shape]"})
    for name in ("a/scan.png", "b/scan.png", "c? <x>.png", "con.nii.gz"):
        form.add("image", FileStorage(BytesIO(png + name.encode()), name))
    form.add("image", FileStorage(BytesIO(b"text"), "notes.txt"))
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    batch = client.post("/v1/batches", data=body, content_type=kind).json
    return [batch["id"], *(job.id for job in at.batches.every_job(batch["id"]))]


@pytest.fixture
def rows(client: FlaskClient, ids: list[str]) -> Callable[..., list[list[str]]]:
    """Read a table of the batch."""

    def read(name: str = "measurements") -> list[list[str]]:
        answer = client.get(f"/v1/batches/{ids[0]}/results/{name}.csv")
        assert (answer.status_code, answer.mimetype) == (200, CSV)
        return list(csv.reader(StringIO(answer.text, newline="")))

    return read


def test_an_image_called_like_a_formula_is_text_in_each_table(
    client: FlaskClient, at: Services, png: bytes
) -> None:
    form = MultiDict({"pipeline": "[otsu, shape]"})
    form.add("image", FileStorage(BytesIO(png), "=1+1.png"))
    form.add("image", FileStorage(BytesIO(b"text"), "@notes.txt"))
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    batch = client.post("/v1/batches", data=body, content_type=kind).json["id"]
    with zipfile.ZipFile(BytesIO(client.get(f"/v1/batches/{batch}/results/results.zip").data)) as archive:
        summary = list(csv.reader(StringIO(archive.read("summary.csv").decode(), newline="")))
    assert sorted(row[1] for row in summary[1:]) == ["'=1+1.png", "'@notes.txt"]


class TestTable:
    def test_the_rows_of_all_jobs_stand_in_one_table_in_the_order_of_the_images(
        self, ids: list[str], rows: Any, finish: Any
    ) -> None:
        _, first, second, *_ = ids
        finish(second, {"measurements.csv": table("label,area_px", "1,7", "2,8")})
        finish(first, {"measurements.csv": table("label,area_px", "1,5")})
        assert rows() == [
            ["image", "job", "label", "area_px"],
            ["a/scan.png", first, "1", "5"],
            ["b/scan.png", second, "1", "7"],
            ["b/scan.png", second, "2", "8"],
        ]

    def test_columns_that_only_some_have_are_empty_for_the_others(
        self, ids: list[str], rows: Any, finish: Any
    ) -> None:
        _, first, second, *_ = ids
        finish(first, {"measurements.csv": table("label,area_px", "1,5")})
        finish(second, {"measurements.csv": table("label,area_mm2,name", '1,7,"x, ""y""\nz\u2028"')})
        assert rows() == [
            ["image", "job", "label", "area_px", "area_mm2", "name"],
            ["a/scan.png", first, "1", "5", "", ""],
            ["b/scan.png", second, "1", "", "7", 'x, "y"\nz\u2028'],
        ]

    def test_several_tables_of_a_job_are_reported_apart_by_their_stage(
        self, ids: list[str], rows: Any, finish: Any
    ) -> None:
        _, first, *_ = ids
        shape, texture = table("label,area", "1,5"), table("label,entropy", "1,2")
        finish(
            first, {"measurements-shape.csv": shape, "measurements-texture.csv": texture, "other.csv": shape}
        )
        assert rows() == [
            ["image", "job", "stage", "label", "area", "entropy"],
            ["a/scan.png", first, "shape", "1", "5", ""],
            ["a/scan.png", first, "texture", "1", "", "2"],
        ]

    def test_predictions_are_a_table_of_their_own(self, ids: list[str], rows: Any, finish: Any) -> None:
        finish(ids[1], {"predictions.csv": table("stage,class,probability", "forest,ill,0.9")})
        assert rows("predictions")[1:] == [["a/scan.png", ids[1], "forest", "ill", "0.9"]]
        assert rows() == [["image", "job"]]

    def test_a_large_table_is_reported_as_a_whole(self, ids: list[str], rows: Any, finish: Any) -> None:
        lines = [f"{number},{number * number}" for number in range(100_000)]
        finish(ids[1], {"measurements.csv": table("label,area", *lines)})
        reported = rows()
        assert len(reported) == 100_001
        assert reported[-1][2:] == ["99999", "9999800001"]


class TestZip:
    @pytest.fixture
    def unpacked(self, client: FlaskClient, ids: list[str], tmp_path: Path) -> Callable[[], dict[str, bytes]]:
        """Fetch the zip, and give its files by their names."""

        def fetch() -> dict[str, bytes]:
            answer = client.get(f"/v1/batches/{ids[0]}/results/results.zip")
            assert (answer.status_code, answer.mimetype) == (200, "application/zip")
            with zipfile.ZipFile(BytesIO(answer.data)) as archive:
                assert archive.testzip() is None
                archive.extractall(tmp_path / "out")
                return {name: archive.read(name) for name in archive.namelist()}

        return fetch

    def test_each_job_that_has_succeeded_has_a_folder_with_a_safe_name_of_its_own(
        self, ids: list[str], unpacked: Any, finish: Any
    ) -> None:
        for number, job in enumerate(ids[1:]):
            finish(job, {"labels.png": ("image/png", bytes([number]) * 1000), "empty.csv": (CSV, b"")})
        files = unpacked()
        assert {name.partition("/")[0] for name in files} == {
            "00001-a_scan",
            "00002-b_scan",
            "00003-c___x_",
            "00004-con",
            "summary.csv",
        }
        assert files["00002-b_scan/labels.png"] == b"\1" * 1000
        assert files["00002-b_scan/empty.csv"] == b""

    def test_the_summary_lists_all_items(
        self, client: FlaskClient, ids: list[str], unpacked: Any, finish: Any, at: Services
    ) -> None:
        _, first, second, third, fourth = ids
        finish(first, {"labels.png": ("image/png", b"x")})
        claim = at.jobs.claim(second, "default", lease_s=60)
        assert claim is not None
        at.jobs.fail(second, claim.epoch, Failure(code="stage-error", message="it, broke", stage="otsu"))
        at.jobs.cancel(third)
        files = unpacked()
        assert set(files) == {"summary.csv", "00001-a_scan/labels.png"}
        reported = list(csv.DictReader(StringIO(files["summary.csv"].decode(), newline="")))
        assert [(row["item"], row["job"], row["state"], row["folder"]) for row in reported] == [
            ("1", first, "succeeded", "00001-a_scan"),
            ("2", second, "failed", ""),
            ("3", third, "cancelled", ""),
            ("4", fourth, "queued", ""),
            ("5", "", "refused", ""),
        ]
        assert (reported[1]["code"], reported[1]["message"], reported[1]["stage"]) == (
            "stage-error",
            "it, broke",
            "otsu",
        )
        assert (reported[4]["image"], reported[4]["code"]) == ("notes.txt", "unknown-format")

    def test_what_is_gone_by_now_is_left_out(
        self, ids: list[str], unpacked: Any, finish: Any, at: Services
    ) -> None:
        for number, job in enumerate(ids[1:3]):
            finish(job, {"labels.png": ("image/png", bytes([number]))})
        at.blobs.delete(at.jobs.get(ids[1]).artifacts[0].sha256)
        assert set(unpacked()) == {"00002-b_scan/labels.png", "summary.csv"}

    def test_a_large_file_goes_through_piece_by_piece(
        self, client: FlaskClient, ids: list[str], finish: Any
    ) -> None:
        finish(ids[1], {"labels.nii": ("application/x-nifti", bytes(range(256)) * (1 << 14))})
        answer = client.get(f"/v1/batches/{ids[0]}/results/results.zip", buffered=False)
        pieces = list(answer.iter_encoded())
        assert len(pieces) > 3
        with zipfile.ZipFile(BytesIO(b"".join(pieces))) as archive:
            assert archive.read("00001-a_scan/labels.nii") == bytes(range(256)) * (1 << 14)
