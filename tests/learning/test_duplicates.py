"""Images that a data set holds twice: no model is judged by what it has learned."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from learned_sets import classes_set, drawn_set, order, plugins_of, work_of
from sent_sets import picture, png, take, zipped
from sklearn.neighbors import NearestNeighbors

from coronal import BadTrainingSet, Image, Plugins, TaskResult
from coronal.model_file import open_model
from coronal.task_spec import Split
from coronal_learning.dataset_file import Item, open_dataset
from coronal_learning.duplicates import identified
from coronal_learning.training import training

COUNT = 200
NEAREST: Mapping[str, Any] = {"parameters": {"neighbours": 1}, "imbalance": "none"}


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return plugins_of("classifiers")


def noise() -> tuple[list[Image], list[str]]:
    """Noise of two classes, so that the nearest neighbour is right more often than by chance."""
    random = np.random.default_rng(5)
    labels = [str(place % 2) for place in range(COUNT)]
    return [Image(random.normal(0.6 * int(label), 1.0, (3, 3))) for label in labels], labels


def twice(path: Path, parts: tuple[Any, Any] = (None, None)) -> Path:
    """Write each image twice, under two names; the second in another part where parts are given."""
    images, labels = noise()
    items = [
        Item(name=f"{time}/{place}.png", label=label, part=part)
        for time, part in enumerate(parts)
        for place, label in enumerate(labels)
    ]
    return classes_set(path, items, images * 2)


def truth() -> float:
    """How good the nearest neighbour is at images that it doesn't know."""
    images, labels = noise()
    rows = np.stack([image.pixels.ravel() for image in images])
    (nearest,) = NearestNeighbors(n_neighbors=1).fit(rows).kneighbors(return_distance=False).T
    return float(np.mean(np.array(labels)[nearest] == labels))


def report_of(result: TaskResult) -> Any:
    return json.loads(next(file.content for file in result.files if file.name == "report.json"))


def test_the_nearest_neighbour_is_as_good_as_it_is_although_each_image_is_there_twice(
    plugins: Plugins, tmp_path: Path
) -> None:
    spec = order("k-nearest", split=Split(test=0.5), **NEAREST)
    work = work_of(spec, twice(tmp_path / "set"), tmp_path / "work", plugins)
    about, report = (report_of(training(work))[name] for name in ("about", "report"))
    assert report["n"] == COUNT
    assert report["metrics"]["accuracy"]["value"] == pytest.approx(truth(), abs=0.1)
    assert truth() < 0.8
    assert about["duplicates"] == 0


def test_a_given_split_that_leaks_is_refused_and_told_where_it_is_allowed(
    plugins: Plugins, tmp_path: Path
) -> None:
    source = twice(tmp_path / "set", ("train", "test"))
    first = r"found 200 .* another part: '0/0\.png' \(train\) = '1/0\.png' \(test\), .*, 197 more"
    with pytest.raises(BadTrainingSet, match=first):
        training(work_of(order("k-nearest", **NEAREST), source, tmp_path / "work", plugins))
    lines: list[str] = []
    spec = order("k-nearest", split=Split(allow_duplicates=True), **NEAREST)
    result = training(work_of(spec, source, tmp_path / "allowed", plugins, log=lines.append))
    told = report_of(result)
    assert told["report"]["metrics"]["accuracy"]["value"] == 1.0
    assert told["about"]["duplicates"] == COUNT
    assert any(
        line.startswith("200 items have the pixels of one in another part, as allowed") for line in lines
    )
    page = next(file.content.decode() for file in result.files if file.name == "report.html")
    assert "200 of the 200 items have the pixels of others that were used in its training" in page


def test_a_search_is_not_misled_by_images_that_are_there_twice(plugins: Plugins, tmp_path: Path) -> None:
    spec = order("k-nearest", search={"neighbours": (1, 9)}, split=Split(test=0.2), imbalance="none")
    result = training(work_of(spec, twice(tmp_path / "set"), tmp_path / "work", plugins))
    assert result.publication is not None
    one: Any
    nine: Any
    one, nine = result.publication.facts["search"]
    assert one["mean"] < nine["mean"] < 0.9
    assert result.publication.facts["parameters"]["neighbours"] == 9


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
    parts = open_model(trained.publication.content, plugins).card.parts
    with open_dataset(result.publication.content) as dataset:
        sides = {(item.digest, part) for item, part in zip(dataset.items, parts, strict=True)}
    assert len(sides) == 12
    assert parts.count("test") == 12
    assert set(parts) == {"train", "test"}


def test_a_data_set_that_was_kept_without_digests_is_divided_like_one_with_them(tmp_path: Path) -> None:
    with open_dataset(drawn_set(tmp_path / "set")) as dataset:
        known = dataset.items
        dataset.items = tuple(item.model_copy(update={"digest": "", "is_flat": True}) for item in known)
        assert identified(dataset) == known
        assert len({item.digest for item in known}) == len(known)
