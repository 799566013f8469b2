import gzip
import hashlib
import io
import json
from importlib.resources import files
from pathlib import Path

import nibabel
import numpy as np
import PIL.Image
import pydicom
import pytest
from pydicom.data import get_testdata_file
from sent_sets import faults_of, npz, picture, png, take, zipped
from skimage.data import coins, immunohistochemistry

from coronal import BadDataset, Meaning
from coronal_learning.datasets.dataset import dataset
from coronal_learning.datasets.dataset_file import open_dataset
from coronal_worker.running.loader import load_plugins


def facts(result):
    """Return the facts of a data set, which the job's file and the publication have alike."""
    reported = json.loads(next(file.content for file in result.files if file.name == "result.json"))
    assert reported.pop("dataset") == result.publication.name == "set"
    assert reported == result.publication.facts
    return reported


def test_the_task_is_found_where_the_package_is_installed():
    assert load_plugins().plugins.tasks["dataset"] is dataset


@pytest.fixture
def scans():
    """Real images of four formats: a CT, an MR, a TIFF of the same CT, and a PNG."""
    ct, mr = (Path(get_testdata_file(name)).read_bytes() for name in ("CT_small.dcm", "MR_small.dcm"))
    head = nibabel.load(
        Path(str(files("nilearn"))) / "datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
    )
    plane = nibabel.Nifti1Image(np.asarray(head.dataobj)[:, :, 90].astype(np.float32), head.affine)
    tiff = io.BytesIO()
    PIL.Image.fromarray(coins()).save(tiff, "TIFF")
    return {
        "CT/a.dcm": ct,
        "MR/b.dcm": mr,
        "MR/head.nii.gz": gzip.compress(plane.to_bytes()),
        "coins/c.tif": tiff.getvalue(),
    }


def test_real_images_of_all_formats_are_taken_with_all_that_they_tell(tmp_path, scans):
    result = take(zipped(tmp_path / "zip", scans))
    reported = facts(result)
    assert reported["classes"] == {"CT": 1, "MR": 2, "coins": 1}
    assert reported["description"] == "As it was sent."
    assert (reported["items"], reported["dimensions"], reported["subsets"], reported["patients"]) == (
        4,
        2,
        {},
        0,
    )
    assert {"shape": [128, 128], "count": 1} in reported["shapes"]
    with open_dataset(result.publication.content) as taken:
        ct, mr, head, photograph = map(taken.image, range(4))
        assert [item.name for item in taken.items] == sorted(scans)
    assert (ct.modality, ct.meaning, ct.pixels.dtype) == ("CT", Meaning.HOUNSFIELD, np.int16)
    assert ct.spacing_mm == pytest.approx((0.661468, 0.661468))
    assert (mr.modality, head.spacing_mm) == ("MR", (1.0, 1.0))
    np.testing.assert_array_equal(photograph.pixels, coins())


def test_the_same_files_in_another_order_and_below_another_folder_are_the_same_data_set(tmp_path, scans):
    digests = set()
    for number, turned in enumerate((scans, {f"top/{name}": scans[name] for name in reversed(scans)})):
        content = take(zipped(tmp_path / str(number), turned)).publication.content
        digests.add(hashlib.sha256(content.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_arrays_keep_their_pixels_labels_and_parts(tmp_path):
    pixels = np.stack([picture(number) for number in range(6)])
    labels = np.array([[0], [1], [10], [1], [0], [1]], np.uint8)
    sent = npz(
        tmp_path / "npz",
        train_images=pixels[:4],
        train_labels=labels[:4],
        test_images=pixels[4:],
        test_labels=labels[4:],
    )
    result = take(sent)
    reported = facts(result)
    assert reported["classes"] == {"0": 2, "1": 3, "10": 1}
    assert reported["subsets"] == {"train": 4, "test": 2}
    assert reported["shapes"] == [{"shape": [6, 5], "count": 6}]
    assert (reported["channels"], reported["types"]) == ([1], ["uint8"])
    with open_dataset(result.publication.content) as taken:
        assert taken.items[4].name == "test_images[0]"
        assert [item.label for item in taken.items] == [str(label) for label in labels[:, 0]]
        assert (np.stack([taken.image(number).pixels for number in range(6)]) == pixels).all()


def test_images_with_label_maps_are_counted_by_what_is_drawn_on_them(tmp_path):
    drawn = [np.zeros((6, 5), np.uint8) for _ in range(3)]
    drawn[0][2:4, 1:3] = 1
    drawn[2][0, 0], drawn[2][5, 4] = 1, 2
    sent = {f"images/{number}.png": png(picture(number)) for number in range(3)}
    sent |= {f"labels/{number}.png": png(labels) for number, labels in enumerate(drawn)}
    sent["names.csv"] = "label,name\n1,nucleus\n"
    result = take(zipped(tmp_path / "zip", sent))
    reported = facts(result)
    assert (reported["annotation"], reported["classes"]) == ("label-maps", {"nucleus": 2, "2": 1})
    with open_dataset(result.publication.content) as taken:
        for number, labels in enumerate(drawn):
            assert (taken.label_map(number).labels == labels).all()
            assert taken.label_map(number).names == {1: "nucleus", 2: "2"}


def test_all_that_is_wrong_is_reported_at_once_and_nothing_is_published(tmp_path):
    sent = {
        "labels.csv": "file,label,patient,split\n"
        "a.png,x,P1,train\nb.png,y,P1,test\nc.png,z,,testing\nd.png,y,,test\n",
        "a.png": png(picture(1)),
        "b.png": png(picture(1)),
        "c.png": "text",
        "e.png": png(picture(2))[:60],
    }
    reported = "\n".join(faults_of(zipped(tmp_path / "zip", sent)))
    assert (
        "a patient must be in one subset alone, found the same in train ('a.png') and in test ('b.png')"
        in reported
    )
    assert "P1" not in reported
    assert "'b.png': one image must be of one class, found the same as 'a.png', which is of 'x'" in reported
    assert "line 4: split must be one of train, validation, valid, val, test, found 'testing'" in reported
    assert "line 5: there must be the file 'd.png', found none" in reported
    assert "'e.png' must have a line in labels.csv, found none" in reported
    assert "'c.png': the file is of no format that is read" in reported


def test_the_first_thousand_faults_are_reported(tmp_path):
    sent = {f"{'ab'[number % 2]}/{number}.png": str(number) for number in range(1_003)}
    reported = faults_of(zipped(tmp_path / "zip", sent))
    assert len(reported) == 1_001
    assert reported[-1] == "3 more are not listed"


def test_planes_beside_volumes_are_refused(tmp_path):
    volume = nibabel.Nifti1Image(np.zeros((4, 5, 6), np.float32), np.eye(4)).to_bytes()
    sent = {"a/1.png": png(picture(1)), "b/2.nii": volume}
    assert faults_of(zipped(tmp_path / "zip", sent)) == (
        "'b/2.nii': all images must have 2 axes like the first, found 3",
    )


def test_the_same_image_in_two_classes_of_an_array_is_reported_and_taken(tmp_path):
    pixels = np.stack([picture(number) for number in (1, 2, 1, 1)])
    sent = npz(tmp_path / "npz", x_train=pixels[:3], y_train=[0, 1, 1], x_test=pixels[3:], y_test=[0])
    lines = []
    reported = facts(take(sent, log=lines.append))
    assert reported["repeated"] == {"images": 2, "in_other_class": 1, "in_other_subset": 1}
    assert (
        lines[-1]
        == "1 images have the pixels of one in another subset: 'x_train[0]' (train) = 'x_test[0]' (test)"
    )


def test_images_that_are_nearly_the_same_are_reported_with_those_that_stand_in_two_parts(tmp_path):
    pixels = np.stack([picture(number, (16, 16)) for number in (1, 2, 3, 1, 2, 4)])
    pixels[3:] ^= 3
    sent = npz(tmp_path / "npz", x_train=pixels[:4], y_train=[0, 1, 0, 1], x_test=pixels[4:], y_test=[1, 0])
    lines = []
    reported = facts(take(sent, log=lines.append))
    assert reported["near_duplicates"] == {
        "pairs": 2,
        "in_other_subset": 1,
        "first": [["x_train[1]", "x_test[0]"]],
    }
    assert (
        "2 pairs of images are nearly the same, 1 of them of two subsets: "
        "'x_train[1]' (train) ≈ 'x_test[0]' (test)"
    ) in lines


def test_padding_of_a_scan_stays_padding(tmp_path):
    scan = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    scan.PixelPaddingValue = int(scan.pixel_array[0, 0])
    file = io.BytesIO()
    scan.save_as(file)
    sent = {"CT/a.dcm": file.getvalue(), "coins/c.png": png(coins())}
    with open_dataset(take(zipped(tmp_path / "zip", sent)).publication.content) as taken:
        valid = taken.image(0).valid
    assert (valid == (scan.pixel_array != scan.PixelPaddingValue)).all()


def test_images_of_unlike_shapes_and_channels_are_taken_and_reported(tmp_path):
    sent = {"a/1.png": png(picture(1)), "b/2.png": png(immunohistochemistry()[:8, :9])}
    reported = facts(take(zipped(tmp_path / "zip", sent)))
    assert reported["channels"] == [1, 3]
    assert {tuple(one["shape"]) for one in reported["shapes"]} == {(6, 5), (8, 9)}


def test_progress_is_reported_and_a_cancelled_job_reads_no_further(tmp_path):
    sent = {f"{'ab'[number % 2]}/{number}.png": png(picture(number)) for number in range(8)}
    fractions = []
    take(zipped(tmp_path / "zip", sent), progress=fractions.append)
    assert fractions == [number / 8 for number in range(8)]
    fractions.clear()
    result = take(
        zipped(tmp_path / "again", sent), progress=fractions.append, is_cancelled=lambda: len(fractions) == 3
    )
    assert len(fractions) == 3
    assert result.publication is None
    assert result.files == ()


def test_the_contact_sheet_stays_with_the_data_set(tmp_path):
    sent = {f"{'ab'[number % 2]}/{number}.png": png(picture(number)) for number in range(4)}
    result = take(zipped(tmp_path / "zip", sent))
    assert result.publication.files == ("contact-sheet.png",)
    sheet = next(file for file in result.files if file.name == "contact-sheet.png")
    assert sheet.media_type == "image/png"
    assert PIL.Image.open(io.BytesIO(sheet.content)).format == "PNG"


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04", b"\x93NUMPY"], ids=repr)
def test_what_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "sent").write_bytes(content)
    with pytest.raises(BadDataset, match="must be a whole zip"):
        take(tmp_path / "sent")


def test_a_zip_of_nothing_is_refused(tmp_path):
    assert faults_of(zipped(tmp_path / "zip", {})) == ("there must be 1 to 500,000 images, found 0",)
