"""What can be given as an image or a pipeline."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from coronal_client.errors import BadFile
from coronal_client.files.uploads import opened, pipeline_text


def test_a_path_is_opened_and_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "cells.png"
    path.write_bytes(b"png")
    with opened(path, None) as (name, file, media_type):
        assert (name, file.read(), media_type) == ("cells.png", b"png", "image/png")
    assert file.closed
    with opened(str(path), "other.tif") as (name, _, media_type):
        assert (name, media_type) == ("other.tif", "image/tiff")


def test_bytes_are_sent_under_the_name_that_is_given() -> None:
    with opened(b"1", "a.dcm") as upload:
        assert upload[:2] == ("a.dcm", b"1")
    with opened(b"1", None) as upload:
        assert upload == ("image", b"1", "application/octet-stream")


def test_an_open_file_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "cells.png"
    path.write_bytes(b"png")
    with path.open("rb") as file:
        with opened(file, None) as upload:
            assert upload[0] == "cells.png"
        assert not file.closed
    with opened(BytesIO(b"1"), None) as upload:
        assert upload[0] == "image"


@pytest.mark.parametrize("name", ["none.png", "."], ids=["missing", "a folder"])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadFile, match="can't be read"), opened(tmp_path / name, None):
        pass


def test_a_pipeline_can_be_a_text_a_file_a_list_or_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("- otsu\n")
    assert pipeline_text("bright-objects") == "bright-objects"
    assert pipeline_text("[otsu, shape]") == "[otsu, shape]"
    assert pipeline_text(path) == "- otsu\n"
    assert json.loads(pipeline_text(["otsu"])) == ["otsu"]
    assert json.loads(pipeline_text({"name": "p", "stages": ["otsu"]})) == {"name": "p", "stages": ["otsu"]}


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"], ids=["missing", "no UTF-8"])
def test_a_pipeline_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "p.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadFile, match=r"p\.yaml"):
        pipeline_text(path)
