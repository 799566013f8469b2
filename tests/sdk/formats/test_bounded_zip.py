"""Zips from untrusted senders, read within limits."""

import io
import zipfile

import pytest

from coronal.errors import BadArchive
from coronal.formats.bounded_zip import BoundedZip, reading_zip, unique_paths


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer


def test_hidden_files_are_left_out_and_paths_are_normalized() -> None:
    sent = zipped(("./a\\1.png", b"1"), ("b/", b""), ("__MACOSX/a/1.png", b""), ("a/.hidden", b""))
    archive = BoundedZip(sent, max_files=10)
    assert [entry.path for entry in archive.entries] == ["a/1.png", "b/"]
    assert [entry.path for entry in archive.files] == ["a/1.png"]
    assert archive.inflated_bytes == 1


def test_names_in_utf_8_without_its_flag_are_decoded_as_macos_means_them() -> None:
    content = zipped(("Kn\u00f6chel.png", b"1")).getvalue()
    unflagged = content.replace(b"\x00\x08", b"\x00\x00")
    assert unflagged != content
    assert [entry.path for entry in BoundedZip(io.BytesIO(unflagged), max_files=1).files] == [
        "Kn\u00f6chel.png"
    ]


@pytest.mark.parametrize("path", ["../1.png", "a/../../1.png", "/1.png", "C:/1.png", "..\\1.png"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(BadArchive, match="found one that leads out"):
        BoundedZip(zipped((path, b"")), max_files=1)


def test_two_entries_with_one_path_are_refused() -> None:
    archive = BoundedZip(zipped(("a/x", b"1"), ("a\\x", b"2")), max_files=2)
    with pytest.raises(BadArchive, match="found two with one"):
        unique_paths(archive.files)


def test_a_central_directory_over_the_limit_is_not_read() -> None:
    sent = zipped(*((f"{number:0200}", b"") for number in range(5_000)))
    with pytest.raises(BadArchive, match="central directory of the zip may have 1,048,576 bytes"):
        BoundedZip(sent, max_files=1)


def test_a_stored_file_may_be_read_at_once_though_it_is_longer_than_the_directory_may_be() -> None:
    content = bytes(3 << 20)
    archive = BoundedZip(zipped(("a", content), method=zipfile.ZIP_STORED), max_files=1)
    assert archive.open(archive.files[0]).read(len(content)) == content


def test_a_zip_bomb_is_refused_by_what_it_declares() -> None:
    archive = BoundedZip(zipped(("a", bytes(1 << 27))), max_files=1)
    with pytest.raises(BadArchive, match=r"may inflate to [\d,]+, found 134,217,728"):
        archive.check_inflated_size()


def test_a_broken_file_is_reported_when_it_is_read() -> None:
    sent = bytearray(zipped(("a", b"pixels"), method=zipfile.ZIP_STORED).getvalue())
    sent[sent.index(b"pixels")] ^= 1
    archive = BoundedZip(io.BytesIO(sent), max_files=1)
    with reading_zip(), archive.open(archive.files[0]) as file, pytest.raises(zipfile.BadZipFile):
        file.read()
    with pytest.raises(BadArchive, match="broken within the zip"), reading_zip():
        archive.open(archive.files[0]).read()
