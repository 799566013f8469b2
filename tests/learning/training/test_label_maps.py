"""The numbers of a set of label maps have one meaning for all of them, which is reported."""

import io

import numpy as np
import PIL.Image
import pytest
import SimpleITK as sitk
import tifffile
from sent_sets import faults_of, picture, png, take, zipped

from coronal_learning.datasets.dataset_file import open_dataset

DISC = np.hypot(*(np.indices((32, 32)) - 16)) < 9


def coded(pixels, kind, **options):
    file = io.BytesIO()
    image = pixels if isinstance(pixels, PIL.Image.Image) else PIL.Image.fromarray(pixels)
    image.save(file, kind, **options)
    return file.getvalue()


def sent(path, *drawings, suffix="png", **more):
    """An image for each label map, in the bytes of its file."""
    files = {}
    for number, drawing in enumerate(drawings):
        files |= {
            f"images/{number}.png": png(picture(number, DISC.shape)),
            f"labels/{number}.{suffix}": drawing,
        }
    return zipped(path, {**files, **more})


def taken(path):
    """The label maps, the facts and the log of a data set."""
    lines = []
    result = take(path, log=lines.append)
    with open_dataset(result.publication.content) as opened:
        maps = [opened.label_map(number).labels for number in range(len(opened))]
    return maps, result.publication.facts, lines


def test_masks_that_were_saved_as_jpeg_are_refused_with_a_word_about_it(tmp_path):
    mask = np.where(DISC, 255, 0).astype(np.uint8)
    faults = faults_of(sent(tmp_path / "zip", *[coded(mask, "JPEG", quality=80)] * 6, suffix="jpg"))
    assert len(faults) == 6
    assert "must be in a format that keeps each number, such as PNG, TIFF or NIfTI, found jpeg" in faults[0]


def test_black_and_white_is_label_1_and_is_reported(tmp_path):
    masks = [png(np.where(DISC, 255, 0).astype(np.uint8))] * 3 + [png(np.zeros(DISC.shape, np.uint8))]
    maps, facts, lines = taken(sent(tmp_path / "zip", *masks))
    assert all((one == DISC).all() for one in maps[:3])
    assert not maps[3].any()
    assert facts["labels"] == "1 = 255 in 3 files"
    assert facts["classes"] == {"1": 3}
    assert "labels: 1 = 255 in 3 files" in lines


@pytest.mark.parametrize("suffix", ["mha", "nrrd", "mhd", "nhdr"])
def test_label_maps_of_itk_are_numbers_also_where_header_and_pixels_are_two_files(tmp_path, suffix):
    folder = tmp_path / "written"
    folder.mkdir()
    sitk.WriteImage(sitk.GetImageFromArray(DISC.astype(np.uint8) * 2), folder / f"map.{suffix}")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    content = zipped(tmp_path / "two", files).read_bytes() if len(files) > 1 else files[f"map.{suffix}"]
    maps, facts, _ = taken(sent(tmp_path / "zip", content, content, suffix=suffix))
    assert [np.unique(one).tolist() for one in maps] == [[0, 2]] * 2
    assert facts["labels"] == "2 in 2 files"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["white-first", "white-last"])
def test_one_map_of_other_labels_makes_white_a_label_in_all(tmp_path, order):
    drawn = [np.where(DISC, 255, 0).astype(np.uint8), np.where(DISC, 255, 2).astype(np.uint8)]
    maps, facts, _ = taken(sent(tmp_path / "zip", *(png(drawn[number]) for number in order)))
    assert [np.unique(maps[number]).tolist() for number in np.argsort(order)] == [[0, 255], [2, 255]]
    assert facts["labels"] == "2 in 1 file, 255 in 2 files"


def test_white_with_a_name_is_a_label_as_it_is(tmp_path):
    mask = png(np.where(DISC, 255, 0).astype(np.uint8))
    maps, facts, _ = taken(sent(tmp_path / "zip", mask, **{"names.csv": "label,name\n255,void\n"}))
    assert maps[0].max() == 255
    assert facts["classes"]["void"] == 1


def test_1_in_one_file_and_white_in_another_is_refused(tmp_path):
    masks = [png(DISC * np.uint8(value)) for value in (1, 255)]
    (fault,) = faults_of(sent(tmp_path / "zip", *masks))
    assert fault.startswith("label maps of a set must be numbered alike")


def test_the_same_labels_are_the_same_data_set_whatever_their_files(tmp_path):
    labels = DISC.astype(np.uint8)
    palette = PIL.Image.fromarray(labels, "P")
    palette.putpalette([0, 0, 0, 128, 0, 0])
    colour = np.stack([255 * labels] * 3, axis=-1)
    tiff = io.BytesIO()
    tifffile.imwrite(tiff, labels.astype(np.float32))
    forms = {
        "mask": png(255 * labels),
        "ones": png(labels),
        "bits": coded(DISC, "PNG"),
        "palette": coded(palette, "PNG"),
        "palette-tiff": coded(palette, "TIFF"),
        "colour": png(colour),
        "float": tiff.getvalue(),
    }
    contents = {
        take(sent(tmp_path / name, drawing, drawing)).publication.content.read_bytes()
        for name, drawing in forms.items()
    }
    assert len(contents) == 1


def test_indices_of_a_palette_are_reported(tmp_path):
    palette = PIL.Image.fromarray(DISC.astype(np.uint8) * 2, "P")
    palette.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    _, facts, _ = taken(sent(tmp_path / "zip", coded(palette, "PNG")))
    assert facts["labels"] == "2 in 1 file, indices of a palette in 1 file"
