"""The gallery of the documentation: whole, as its table and the catalogue say, and drawn by what there is."""

import shutil
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from offered import offered_by

from coronal.pipelines import document
from coronal.pipelines.pipeline import parse
from coronal.spec import Kind
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline.validation import check
from coronal_worker.dev.errors import BadArgument
from coronal_worker.dev.gallery.__main__ import main
from coronal_worker.dev.gallery.drawing import draw, picture_of, table_of
from coronal_worker.dev.gallery.entries import read_gallery
from coronal_worker.dev.gallery.page import flow, page_of

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[3] / "docs/gallery"
GALLERY = read_gallery(FOLDER / "gallery.yaml")
SPECS = {
    algorithm.spec.name: algorithm.spec
    for member in ("filters", "segmenters", "measurers")
    for algorithm in offered_by(member)
}
MAX_BYTES = 3_000_000


def test_each_algorithm_has_its_entry_and_there_is_no_other() -> None:
    assert set(GALLERY.entries) == set(SPECS)


def test_each_entry_has_its_files_and_there_is_no_other() -> None:
    pictures = {picture_of(FOLDER, name) for name in SPECS}
    tables = {table_of(FOLDER, name) for name, spec in SPECS.items() if spec.kind is Kind.MEASURER}
    assert set(FOLDER.iterdir()) == {FOLDER / "gallery.yaml", *pictures, *tables}


def test_the_pictures_are_small_together() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MAX_BYTES


def test_the_page_is_what_make_gallery_writes() -> None:
    assert FOLDER.with_suffix(".md").read_text("utf-8") == page_of(GALLERY, SPECS, FOLDER)


@pytest.mark.parametrize("name", GALLERY.entries)
def test_the_pipeline_that_stands_on_the_page_can_be_run(name: str, offer: Offer) -> None:
    stages = GALLERY.entries[name].stages(name)
    text = flow(stages)
    assert document.load(text) == stages
    check(parse(text), Catalogue((Pool(name="default", workers=1, offers=(offer,)),)))


# A filter, one that moves, a segmenter, one that refines, a measurer, and one that compares.
@pytest.mark.parametrize("name", ["clahe", "pad", "otsu", "fill-holes", "count", "compare"])
def test_what_is_redrawn_is_what_the_page_shows(name: str, tmp_path: Path) -> None:
    draw(GALLERY, name, tmp_path)
    with (
        PIL.Image.open(picture_of(tmp_path, name)) as drawn,
        PIL.Image.open(picture_of(FOLDER, name)) as kept,
    ):
        assert drawn.size == kept.size
        difference = np.asarray(drawn).astype(int) - np.asarray(kept)
    assert np.abs(difference).mean() < 1
    if SPECS[name].kind is Kind.MEASURER:
        assert table_of(tmp_path, name).read_text("utf-8") == table_of(FOLDER, name).read_text("utf-8")


def test_one_picture_is_redrawn_and_the_page_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "gallery"
    shutil.copytree(FOLDER, folder)
    picture_of(folder, "clahe").unlink()
    left_alone = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    main(folder, ["clahe"])
    assert picture_of(folder, "clahe").exists()
    assert all(path.stat().st_mtime_ns == time for path, time in left_alone.items())
    assert folder.with_suffix(".md").read_text("utf-8") == FOLDER.with_suffix(".md").read_text("utf-8")


def test_an_algorithm_without_an_entry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match="ootsu must be an algorithm with an entry in the gallery"):
        draw(GALLERY, "ootsu", tmp_path)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("images: {}", "groups"),
        ("images: {}\ngroups: {A: {otsu: {image: cells, shows: all.}}}", "found .'cells'."),
        ("images: {cells: {title: cells, path: skimage/data/cell.png}}\ngroups: {}", "found .'cells'."),
        (
            "images: {cells: {title: cells, path: skimage/data/cell.png}}\n"
            "groups: {A: {otsu: {image: cells, shows: all.}}, B: {otsu: {image: cells, shows: all.}}}",
            "found one in two",
        ),
    ],
    ids=["no groups", "an unknown image", "an image too many", "one algorithm twice"],
)
def test_what_is_no_table_is_refused(table: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "gallery.yaml"
    path.write_text(table, "utf-8")
    with pytest.raises(BadArgument, match=reason):
        read_gallery(path)


def test_an_image_that_is_not_installed_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "gallery.yaml"
    path.write_text(
        "images: {cells: {title: cells, path: skimage/data/none.png}}\n"
        "groups: {A: {otsu: {image: cells, shows: all.}}}",
        "utf-8",
    )
    with pytest.raises(BadArgument, match=r"cells must be the file skimage/data/none\.png"):
        draw(read_gallery(path), "otsu", tmp_path)
