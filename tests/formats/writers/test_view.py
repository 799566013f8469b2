from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from coronal import Case, Geometry, Image, LabelMap, Meaning, ResultFile
from coronal_formats.writers.view import view

Written = Callable[..., dict[str, ResultFile]]
TO_HEAD_LEFT_BACK = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def loaded(folder: Path, file: ResultFile) -> nibabel.Nifti1Image:
    (folder / file.name).write_bytes(file.content)
    return nibabel.load(folder / file.name)


def labelled(image: Image, label: int = 1) -> Case:
    return Case.start(image).add("all", LabelMap.of(image, np.full(image.shape, label)))


def test_a_placed_volume_lies_at_its_place_with_its_labels(written: Written, tmp_path: Path) -> None:
    geometry = Geometry((3.0, 2.0, 1.0), (-5.0, 7.0, 11.0), TO_HEAD_LEFT_BACK)
    image = Image(np.arange(24, dtype=np.int16).reshape(2, 3, 4), geometry)
    files = written(view, labelled(image), "nifti")
    assert sorted(files) == ["view-image.nii.gz", "view-labels.nii.gz"]
    for file in files.values():
        assert loaded(tmp_path, file).affine.tolist() == [
            [-1, 0, 0, 5],
            [0, -2, 0, -7],
            [0, 0, 3, 11],
            [0, 0, 0, 1],
        ]
    shown = loaded(tmp_path, files["view-image.nii.gz"])
    assert np.asarray(shown.dataobj).T.tolist() == image.pixels.tolist()
    assert loaded(tmp_path, files["view-labels.nii.gz"]).get_data_dtype() == np.uint16


@pytest.mark.parametrize(
    "geometry", [Geometry(), Geometry((0.5, 0.5), (1.0, 2.0, 3.0), ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0)))]
)
def test_a_plane_is_upright_from_the_origin_wherever_it_lies(
    written: Written, tmp_path: Path, geometry: Geometry
) -> None:
    image = Image(np.eye(3, dtype=np.uint8), geometry)
    shown = loaded(tmp_path, written(view, Case.start(image), "png")["view-image.nii.gz"])
    spacing = image.spacing[0]
    assert np.diag(shown.affine).tolist() == [-spacing, -spacing, 1, 1]
    assert shown.affine[:3, 3].tolist() == [0, 0, 0]
    assert shown.shape == (3, 3, 1)


def test_colours_stay_and_what_nifti_cannot_hold_becomes_grey(written: Written, tmp_path: Path) -> None:
    pixels = np.arange(12).reshape(2, 2, 3)
    colours = Image(pixels.astype(np.uint8), has_channels=True, meaning=Meaning.COLOUR)
    deep = Image(pixels.astype(np.uint16), has_channels=True, meaning=Meaning.COLOUR)
    shown = [written(view, Case.start(image), "tiff")["view-image.nii.gz"] for image in (colours, deep)]
    assert loaded(tmp_path, shown[0]).get_data_dtype().names == ("R", "G", "B")
    assert np.allclose(np.asarray(loaded(tmp_path, shown[1]).dataobj)[..., 0].T, deep.grey())


@pytest.mark.parametrize(
    ("stored", "read"), [(bool, np.uint8), (np.float64, np.float32), (np.int64, np.float32)]
)
def test_number_types_are_those_that_each_viewer_reads(
    written: Written, tmp_path: Path, stored: type, read: type
) -> None:
    image = Image(np.eye(2).astype(stored))
    shown = loaded(tmp_path, written(view, Case.start(image), "tiff")["view-image.nii.gz"])
    assert shown.get_data_dtype() == read
    assert np.asarray(shown.dataobj)[..., 0].tolist() == [[1, 0], [0, 1]]


def test_label_numbers_beyond_16_bits_are_left_out(written: Written) -> None:
    image = Image(np.eye(2))
    assert "view-labels.nii.gz" in written(view, labelled(image, 65_535), "tiff")
    assert "view-labels.nii.gz" not in written(view, labelled(image, 65_536), "tiff")
