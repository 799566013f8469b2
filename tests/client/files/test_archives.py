"""Labelled images on their way out: what is packed of a folder, and what is not."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from coronal_client.errors import BadFile
from coronal_client.files.archives import opened_archive, opened_image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes, a table, and what nobody means to send."""
    folder = tmp_path / "cells"
    for name in (
        "round/2.png",
        "round/10.png",
        "flat/1.dcm",
        "labels.csv",
        ".hidden",
        ".git/config",
        "flat/Desktop.ini",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
    return folder


def packed(folder: Path) -> bytes:
    with opened_archive(folder) as (_, file, _):
        assert not isinstance(file, bytes)
        return file.read()


def test_a_folder_is_packed_in_order_without_what_is_hidden(folder: Path) -> None:
    with opened_archive(folder) as (name, file, media_type), zipfile.ZipFile(file) as archive:
        assert (name, media_type) == ("cells.zip", "application/zip")
        assert archive.namelist() == ["flat/1.dcm", "labels.csv", "round/10.png", "round/2.png"]
        assert archive.read("flat/1.dcm") == b"flat/1.dcm" * 100
        stored = {one.filename: one.compress_type == zipfile.ZIP_STORED for one in archive.infolist()}
    assert file.closed
    assert stored == {"flat/1.dcm": False, "labels.csv": False, "round/10.png": True, "round/2.png": True}


def test_the_same_folder_is_the_same_archive_whenever_it_was_written(folder: Path) -> None:
    before = hashlib.sha256(packed(folder)).hexdigest()
    os.utime(folder / "labels.csv", (0, 0))
    (folder / "labels.csv").chmod(0o600)
    assert hashlib.sha256(packed(folder)).hexdigest() == before


def test_the_folder_that_is_worked_in_has_a_name_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with opened_archive(".") as (name, _, _):
        assert name == "cells.zip"


def test_a_link_to_a_file_of_the_same_folder_is_that_file(folder: Path) -> None:
    (folder / "flat" / "2.png").symlink_to("../round/2.png")
    with opened_archive(folder) as (_, file, _), zipfile.ZipFile(file) as archive:
        assert archive.read("flat/2.png") == archive.read("round/2.png")


@pytest.mark.parametrize("target", ["../../secret", "round", "nowhere"], ids=["out", "a folder", "broken"])
def test_any_other_link_is_refused(folder: Path, target: str) -> None:
    (folder.parent / "secret").write_text("secret")
    (folder / "link").symlink_to(target if target != "../../secret" else folder.parent / "secret")
    with pytest.raises(BadFile, match="link must be a file or a folder itself"), opened_archive(folder):
        pass


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".hidden").touch()
    with pytest.raises(BadFile, match="must hold files that aren't hidden"), opened_archive(tmp_path):
        pass


def test_a_name_that_no_archive_can_hold_is_reported(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.png")).touch()
    with pytest.raises(BadFile, match="must be UTF-8"), opened_archive(folder):
        pass


@pytest.mark.parametrize("name", ["digits.npz", "digits.zip"])
def test_an_archive_is_sent_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    with opened_archive(str(tmp_path / name)) as (called, file, _):
        assert (called, file.read()) == (name, b"PK")


def test_what_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"none\.zip can't be read"), opened_archive(tmp_path / "none.zip"):
        pass


def test_a_folder_that_is_one_image_is_packed_as_it_is(folder: Path) -> None:
    with opened_image(folder, None) as (name, file, media_type), zipfile.ZipFile(file) as archive:
        assert (name, media_type) == ("cells.zip", "application/zip")
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.read("flat/1.dcm") == b"flat/1.dcm" * 100
    with opened_image(folder, "scan.zip") as (name, _, _):
        assert name == "scan.zip"
    with opened_image(folder / "labels.csv", None) as (name, _, media_type):
        assert (name, media_type) == ("labels.csv", "text/csv")
