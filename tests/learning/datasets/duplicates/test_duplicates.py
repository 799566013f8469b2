"""Images that a data set holds twice: no model is evaluated on what it has learned."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from learned_sets import classes_set, drawn_set, order, plugins_of, work_of
from sent_sets import picture, png, take, zipped
from sklearn.neighbors import NearestNeighbors

from coronal import BadTrainingSet, Image, LabelMap, Plugins, TaskResult
from coronal.models.model_file import open_model
from coronal.task_spec import Split
from coronal_learning.datasets.dataset_file import Item, open_dataset, write_dataset
from coronal_learning.training.splitting import split
from coronal_learning.training.training import training

pytestmark = pytest.mark.slow

COUNT = 200
NEAREST: Mapping[str, Any] = {"parameters": {"n_neighbors": 1}, "imbalance": "none"}


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return plugins_of("classifiers")


@dataclass(frozen=True)
class Noise:
    """Noise of two classes, so that the nearest neighbour is right more often than by chance."""

    side: int = 3
    shift: float = 0.6
    change: float = 0.0
    """How far the second image of each pair is from the first."""

    @property
    def labels(self) -> list[str]:
        return [str(place % 2) for place in range(COUNT)]

    def images(self, time: int) -> list[Image]:
        random, more = np.random.default_rng(5), np.random.default_rng(6)
        shape = (self.side, self.side)
        first = [random.normal(self.shift * int(label), 1.0, shape) for label in self.labels]
        return [Image(pixels + time * more.normal(0.0, self.change, shape)) for pixels in first]

    def twice(self, path: Path, subsets: tuple[Any, Any] = (None, None)) -> Path:
        """Write each image twice, under two names; the second in another subset where subsets are given."""
        items = [
            Item(name=f"{time}/{place}.png", label=label, subset=subset)
            for time, subset in enumerate(subsets)
            for place, label in enumerate(self.labels)
        ]
        return classes_set(path, items, [*self.images(0), *self.images(1)])

    def truth(self) -> float:
        """How good the nearest neighbour is at images that it doesn't know."""
        rows = np.stack([image.pixels.ravel() for image in self.images(0)])
        (nearest,) = NearestNeighbors(n_neighbors=1).fit(rows).kneighbors(return_distance=False).T
        return float(np.mean(np.array(self.labels)[nearest] == self.labels))


SAME, NEAR = Noise(), Noise(side=12, shift=0.12, change=0.1)


def report_of(result: TaskResult) -> Any:
    return json.loads(next(file.content for file in result.files if file.name == "report.json"))


@pytest.mark.parametrize("noise", [SAME, NEAR], ids=["the same", "nearly the same"])
def test_the_nearest_neighbour_is_as_good_as_it_is_although_each_image_is_there_twice(
    noise: Noise, plugins: Plugins, tmp_path: Path
) -> None:
    spec = order("k-nearest", split=Split(test=0.5), **NEAREST)
    work = work_of(spec, noise.twice(tmp_path / "set"), tmp_path / "work", plugins)
    about, report = (report_of(training(work))[name] for name in ("about", "report"))
    assert report["n"] == COUNT
    assert report["metrics"]["accuracy"]["value"] == pytest.approx(noise.truth(), abs=0.1)
    assert noise.truth() < 0.8
    assert (about["duplicates"], about["near_duplicates"]) == (0, 0)


def test_a_given_split_that_leaks_is_refused_and_reported_where_it_is_allowed(
    plugins: Plugins, tmp_path: Path
) -> None:
    source = SAME.twice(tmp_path / "set", ("train", "test"))
    first = r"found 200 .* another subset: '0/0\.png' \(train\) = '1/0\.png' \(test\), .*, 197 more"
    with pytest.raises(BadTrainingSet, match=first):
        training(work_of(order("k-nearest", **NEAREST), source, tmp_path / "work", plugins))
    lines: list[str] = []
    spec = order("k-nearest", split=Split(allow_duplicates=True), **NEAREST)
    result = training(work_of(spec, source, tmp_path / "allowed", plugins, log=lines.append))
    reported = report_of(result)
    assert reported["report"]["metrics"]["accuracy"]["value"] == 1.0
    assert reported["about"]["duplicates"] == COUNT
    assert reported["about"]["duplicate_pairs"] == [
        [f"0/{place}.png", f"1/{place}.png"] for place in range(3)
    ]
    assert any(
        line.startswith("200 items have the pixels of one in another subset, as allowed") for line in lines
    )
    page = next(file.content.decode() for file in result.files if file.name == "report.html")
    assert "200 of the 200 test images have the pixels of training images" in page
    assert "“0/0.png” = “1/0.png”, “0/1.png” = “1/1.png”" in page


def test_a_given_split_in_which_images_are_nearly_the_same_is_taken_and_reported(
    plugins: Plugins, tmp_path: Path
) -> None:
    lines: list[str] = []
    source = NEAR.twice(tmp_path / "set", ("train", "test"))
    result = training(
        work_of(order("k-nearest", **NEAREST), source, tmp_path / "work", plugins, log=lines.append)
    )
    reported = report_of(result)
    assert reported["report"]["metrics"]["accuracy"]["value"] == 1.0
    count = reported["about"]["near_duplicates"]
    assert (reported["about"]["duplicates"], count) == (0, pytest.approx(COUNT, abs=3))
    (line,) = [line for line in lines if "nearly" in line]
    assert line.startswith(f"{count} test items are nearly the same as a training item: '0/0")
    page = next(file.content.decode() for file in result.files if file.name == "report.html")
    assert f"{count} of the 200 test images look nearly the same as training images" in page
    assert "“0/0.png” ≈ “1/0.png”" in page


def test_twins_of_a_segmentation_count_by_their_images(tmp_path: Path) -> None:
    images = [Image(picture(number)) for number in (1, 2, 1, 3)]
    maps = [LabelMap.of(image, picture(place) > 99) for place, image in enumerate(images)]
    subsets: Sequence[Any] = ("train", "train", "test", "test")
    items = [Item(name=f"{place}", subset=subset) for place, subset in enumerate(subsets)]
    write_dataset(tmp_path / "set", zip(items, images, maps, strict=True))
    with open_dataset(tmp_path / "set") as dataset:
        known = dataset.with_duplicates().items
    with pytest.raises(BadTrainingSet, match=r"found 1 .*: '0' \(train\) = '2' \(test\)"):
        split(known, Split(), seed=0)
    for seed in range(5):
        drawn = split(known, Split(method="random", test=0.5, validation=0), seed)
        assert drawn[0] == drawn[2]


def test_a_search_is_not_misled_by_images_that_are_there_twice(plugins: Plugins, tmp_path: Path) -> None:
    spec = order("k-nearest", search={"n_neighbors": (1, 9)}, split=Split(test=0.2), imbalance="none")
    result = training(work_of(spec, SAME.twice(tmp_path / "set"), tmp_path / "work", plugins))
    assert result.publication is not None
    one: Any
    nine: Any
    one, nine = result.publication.facts["search"]
    assert one["mean"] < nine["mean"] < 0.9
    assert result.publication.facts["parameters"]["n_neighbors"] == 9


def test_files_of_several_formats_with_the_same_pixels_stand_on_one_side(
    plugins: Plugins, tmp_path: Path
) -> None:
    sent = {}
    for number in range(12):
        pixels = picture(number)
        file = io.BytesIO()
        PIL.Image.fromarray(pixels).save(file, "TIFF")
        sent |= {f"{'ab'[number % 2]}/{number}.tif": file.getvalue()}
        sent |= {f"{'ab'[number % 2]}/copy of {number}.png": png(pixels)}
    result = take(zipped(tmp_path / "zip", sent))
    assert result.publication is not None
    spec = order("k-nearest", split=Split(test=0.5), **NEAREST)
    trained = training(work_of(spec, result.publication.content, tmp_path / "work", plugins))
    assert trained.publication is not None
    subsets = open_model(trained.publication.content, plugins).card.subsets
    with open_dataset(result.publication.content) as dataset:
        sides = {(item.digest, subset) for item, subset in zip(dataset.items, subsets, strict=True)}
    assert len(sides) == 12
    assert subsets.count("test") == 12
    assert set(subsets) == {"train", "test"}


def test_a_data_set_that_was_kept_without_digests_is_divided_like_one_with_them(tmp_path: Path) -> None:
    with open_dataset(drawn_set(tmp_path / "set")) as dataset:
        known = dataset.with_duplicates()
        forgotten = {"digest": "", "is_flat": True, "copies": None}
        dataset.items = tuple(item.model_copy(update=forgotten) for item in known.items)
        dataset.near_duplicates = None
        assert dataset.with_duplicates() == known
        assert len({item.digest for item in known.items}) == len(known.items)
