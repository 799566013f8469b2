import zipfile

import pytest
from sent_sets import faults_of, picture, png, zipped

from coronal import BadDataset, BadImage
from coronal_learning.datasets.ingest.archive import Archive


def listed(path):
    with Archive(path, path.parent) as archive:
        return archive.files


@pytest.mark.parametrize(
    ("sent", "files"),
    [
        (["top/a/1.png", "top/b/2.png"], ["a/1.png", "b/2.png"]),
        (["top/labels.csv", "top/1.png"], ["1.png", "labels.csv"]),
        (["a/1.png", "a/2.png"], ["a/1.png", "a/2.png"]),
        (["train/a/1.png", "train/b/2.png"], ["train/a/1.png", "train/b/2.png"]),
        (["a\\1.png", "b\\2.png"], ["a/1.png", "b/2.png"]),
        (["a/1.png", "a/.hidden", "__MACOSX/a/1.png", "a/Thumbs.db", "b/"], ["a/1.png"]),
    ],
    ids=["one-top-folder", "table-below-the-top", "one-class", "subset", "other-slashes", "left-out"],
)
def test_paths_are_reported_from_where_the_data_set_begins(tmp_path, sent, files):
    assert listed(zipped(tmp_path / "zip", dict.fromkeys(sent, "x"))) == files


@pytest.mark.parametrize("path", ["../1.png", "a/../../1.png", "/etc/1.png", "C:/1.png", "..\\1.png"])
def test_a_path_that_leads_out_refuses_the_whole(tmp_path, path):
    with pytest.raises(BadDataset, match="one that leads out"):
        listed(zipped(tmp_path / "zip", {"a/1.png": "x", path: "y"}))


def test_two_files_of_one_path_are_refused(tmp_path):
    zipped(tmp_path / "zip", {"a/1.png": "x"})
    with zipfile.ZipFile(tmp_path / "zip", "a") as archive:
        archive.writestr("a\\1.png", "y")
    with pytest.raises(BadDataset, match="found two with one"):
        listed(tmp_path / "zip")


def test_a_file_without_a_path_is_refused(tmp_path):
    content = bytearray(zipped(tmp_path / "zip", {"!": "x"}).read_bytes())
    for lengths in (26, content.index(b"PK\x01\x02") + 28):  # the one letter becomes an extra field
        content[lengths : lengths + 4] = b"\x00\x00\x01\x00"
    (tmp_path / "zip").write_bytes(content)
    with pytest.raises(BadDataset, match="found one without"):
        listed(tmp_path / "zip")


def test_a_bomb_is_refused_before_it_is_inflated(tmp_path):
    bomb = zipped(tmp_path / "zip", {"a/1.png": bytes(2**27)})
    with pytest.raises(BadDataset, match=r"a zip of [\d,]+ bytes may inflate to [\d,]+, found 134,217,728"):
        listed(bomb)


def test_a_file_that_promises_less_than_it_inflates_to_is_read_no_further(tmp_path):
    content = zipped(tmp_path / "zip", {"a/1.png": bytes(2**20)}).read_bytes()
    lie = content.replace((2**20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    (tmp_path / "zip").write_bytes(lie)
    with Archive(tmp_path / "zip", tmp_path) as archive, archive.opened("a/1.png") as file:
        assert archive.size_bytes("a/1.png") == 100
        with pytest.raises(BadImage, match="broken"):
            file.read(2**20)


def flagged(path, offset, value):
    """Write a zip of two images, the first of them with another field in both its headers."""
    zipped(path, {"a/1.png": png(picture(1)), "b/2.png": png(picture(2))})
    content = bytearray(path.read_bytes())
    content[6 + offset], content[content.index(b"PK\x01\x02") + 8 + offset] = value, value
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("field", "reported"),
    [
        ((0, 1), "must not be encrypted"),
        ((2, 12), "must be stored or deflated"),
        ((2, 99), "stored or deflated"),
    ],
    ids=["encrypted", "bzip2", "unknown"],
)
def test_what_cannot_be_inflated_is_a_fault_of_that_file(tmp_path, field, reported):
    (fault,) = faults_of(flagged(tmp_path / "zip", *field))
    assert fault.startswith("'a/1.png': the file must")
    assert reported in fault


def test_a_file_whose_checksum_is_wrong_is_a_fault_of_that_file(tmp_path):
    content = bytearray(
        zipped(tmp_path / "zip", {"a/1.png": png(picture(1)), "b/2.png": png(picture(2))}).read_bytes()
    )
    content[60] ^= 255
    (tmp_path / "zip").write_bytes(content)
    assert faults_of(tmp_path / "zip") == ("'a/1.png': the file is broken within the zip",)


def test_a_zip_within_the_zip_is_one_image_or_none(tmp_path):
    inner = zipped(tmp_path / "inner", {"x": "y"}).read_bytes()
    (fault,) = faults_of(zipped(tmp_path / "zip", {"a/1.zip": inner, "b/2.png": png(picture(2))}))
    assert fault.startswith(
        "'a/1.zip': the file is of no format that is read: it is a zip that holds no DICOM series"
    )


def test_a_file_lies_on_the_disk_only_while_it_is_read(tmp_path):
    with Archive(zipped(tmp_path / "zip", {"a/1.png": "content"}), tmp_path) as archive:
        with archive.extracted("a/1.png") as place:
            assert place.parent == tmp_path
            assert place.read_text() == "content"
        assert not place.exists()
