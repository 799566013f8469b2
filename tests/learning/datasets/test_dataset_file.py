import hashlib
import json
import zipfile

import numpy as np
import pytest

from coronal import BadDataset, Geometry, Image, LabelMap, Meaning
from coronal_learning.datasets.dataset_file import Item, open_dataset, write_dataset
from coronal_learning.datasets.duplicates.pixel_digest import pixel_digest

PLACE = Geometry((2.0, 0.5, 0.5), (-1.0, 2.0, 3.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))
VOLUME = Image(
    np.arange(24, dtype=np.int16).reshape(2, 3, 4), PLACE, modality="CT", meaning=Meaning.HOUNSFIELD
)
COLOUR = Image(np.full((3, 2, 3), 0.5, np.float32), has_channels=True, meaning=Meaning.COLOUR)


def entries():
    yield Item(name="b/1.dcm", label="b", patient="P1", subset="train"), VOLUME, None
    yield Item(name="a/1.png", label="a"), COLOUR, None


def drawn(labels):
    array = np.zeros(VOLUME.shape, np.int32)
    array.flat[: len(labels)] = labels
    return LabelMap.of(VOLUME, array)


def test_what_is_written_is_read_again_with_all_that_is_known_of_each_image(tmp_path):
    write_dataset(tmp_path / "set", entries())
    with open_dataset(tmp_path / "set") as dataset:
        assert dataset.items == tuple(item.with_digest(image) for item, image, _ in entries())
        assert (dataset.annotation, dataset.classes, len(dataset)) == ("classes", ("a", "b"), 2)
        for number, image in enumerate((VOLUME, COLOUR)):
            read = dataset.image(number)
            assert (read.pixels == image.pixels).all()
            assert read.pixels.dtype == image.pixels.dtype
            for fact in ("geometry", "has_channels", "modality", "meaning"):
                assert getattr(read, fact) == getattr(image, fact)


def test_padding_stays_padding(tmp_path):
    inside = VOLUME.pixels > 3
    padded = Image(VOLUME.pixels, PLACE, valid=inside)
    write_dataset(tmp_path / "set", [(Item(name="1", label="a"), padded, None), next(entries())])
    with open_dataset(tmp_path / "set") as dataset:
        assert (dataset.image(0).valid == inside).all()
        assert dataset.image(1).valid is None
        assert dataset.items[0].digest != dataset.items[1].digest
    with zipfile.ZipFile(tmp_path / "set") as archive:
        assert [name for name in archive.namelist() if name.startswith("valid/")] == ["valid/0.npy"]


def test_label_maps_lie_on_their_images_and_have_the_names_of_the_labels(tmp_path):
    maps = [drawn([0, 1, 1]), drawn([3, 0])]
    items = [Item(name=f"{number}.nii") for number in range(2)]
    write_dataset(tmp_path / "set", zip(items, [VOLUME] * 2, maps, strict=True), ["liver", "spleen"])
    with open_dataset(tmp_path / "set") as dataset:
        assert (dataset.annotation, dataset.classes) == ("label-maps", ("liver", "spleen", "3"))
        for number, labels in enumerate(maps):
            read = dataset.label_map(number)
            assert (read.labels == labels.labels).all()
            assert read.lies_on(dataset.image(number))
            assert read.names == {1: "liver", 2: "spleen", 3: "3"}


def test_the_same_images_give_the_same_bytes_however_they_lie_in_memory(tmp_path):
    other = Image(np.asfortranarray(VOLUME.pixels), PLACE, modality="CT", meaning=Meaning.HOUNSFIELD)
    digests = set()
    for number, volume in enumerate((VOLUME, VOLUME, other)):
        path = tmp_path / str(number)
        write_dataset(path, [(Item(name="1", label="a"), volume, None)])
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_other_labels_give_other_bytes(tmp_path):
    for label in "ab":
        write_dataset(tmp_path / label, [(Item(name="1", label=label), VOLUME, None)])
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_a_stranger_can_read_it_with_numpy_alone(tmp_path):
    write_dataset(tmp_path / "set", entries())
    with zipfile.ZipFile(tmp_path / "set") as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        reported = json.loads(archive.read("dataset.json"))["items"][1]["item"]
        assert reported == {
            "name": "a/1.png",
            "label": "a",
            "digest": pixel_digest(COLOUR),
            "is_flat": True,
        }
        with archive.open("images/0.npy") as file:
            assert (np.lib.format.read_array(file) == VOLUME.pixels).all()


@pytest.mark.parametrize("given", [[], [None, drawn([1])]], ids=["none", "one-without-a-map"])
def test_no_image_or_a_missing_label_map_is_refused(tmp_path, given):
    with pytest.raises(BadDataset, match=f"found {len(given)} images, {len(given[1:])} with a label map"):
        write_dataset(tmp_path / "set", [(Item(name="1"), VOLUME, labels) for labels in given])


def foreign(path, content):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dataset.json", content)


@pytest.mark.parametrize("content", ["{", "{}", '{"annotation": "classes", "classes": [], "items": 1}'])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    foreign(tmp_path / "zip", content)
    (tmp_path / "text").write_text(content)
    for name in ("zip", "text", "missing"):
        with pytest.raises(BadDataset, match="must be that of a data set"):
            open_dataset(tmp_path / name)


def test_a_pickle_in_the_place_of_an_image_is_not_run(tmp_path):
    facts = {"item": {"name": "1", "label": "a"}, "image": {}}
    foreign(tmp_path / "set", json.dumps({"annotation": "classes", "classes": ["a"], "items": [facts]}))
    with zipfile.ZipFile(tmp_path / "set", "a") as archive, archive.open("images/0.npy", "w") as file:
        np.save(file, np.array([[{}]]), allow_pickle=True)
    with open_dataset(tmp_path / "set") as dataset, pytest.raises(BadDataset, match="ValueError"):
        dataset.image(0)
