"""The gallery of the documentation: whole, as its table and the catalogue say, and drawn by what there is."""

import shutil
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from offered import offered_by

from coronal.spec import Kind
from coronal_jobs import document
from coronal_jobs.catalogue import Catalogue, Offer, Pool
from coronal_jobs.checking import check
from coronal_jobs.pipeline import parse
from coronal_tools.errors import BadArgument
from coronal_tools.gallery.__main__ import main
from coronal_tools.gallery.drawing import draw, picture_of, table_of
from coronal_tools.gallery.entries import read_gallery
from coronal_tools.gallery.page import flow, page_of

FOLDER = Path(__file__).parents[2] / "docs/gallery"
GALLERY = read_gallery(FOLDER / "gallery.yaml")
SPECS = {
    algorithm.spec.name: algorithm.spec
    for member in ("filters", "segmenters", "measurers")
    for algorithm in offered_by(member)
}
MOST_BYTES = 3_000_000


def test_each_algorithm_has_its_entry_and_there_is_no_other() -> None:
    assert set(GALLERY.entries) == set(SPECS)


def test_each_entry_has_its_files_and_there_is_no_other() -> None:
    pictures = {picture_of(FOLDER, name) for name in SPECS}
    tables = {table_of(FOLDER, name) for name, spec in SPECS.items() if spec.kind is Kind.MEASURER}
    assert set(FOLDER.iterdir()) == {FOLDER / "gallery.yaml", *pictures, *tables}


def test_the_pictures_are_small_together() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MOST_BYTES


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
def test_what_is_drawn_anew_is_what_the_page_shows(name: str, tmp_path: Path) -> None:
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


def test_one_picture_is_drawn_anew_and_the_page_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "gallery"
    shutil.copytree(FOLDER, folder)
    picture_of(folder, "clahe").unlink()
    left_alone = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    main(folder, ["clahe"])
    assert picture_of(folder, "clahe").exists()
    assert all(path.stat().st_mtime_ns == time for path, time in left_alone.items())
    assert folder.with_suffix(".md").read_text("utf-8") == FOLDER.with_suffix(".md").read_text("utf-8")


def test_an_algorithm_without_an_entry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match="ootsu must be an algorithm of the gallery"):
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


def test_an_image_that_is_not_installed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gallery.yaml"
    path.write_text(
        "images: {cells: {title: cells, path: skimage/data/none.png}}\n"
        "groups: {A: {otsu: {image: cells, shows: all.}}}",
        "utf-8",
    )
    with pytest.raises(BadArgument, match=r"cells must be the file skimage/data/none\.png"):
        draw(read_gallery(path), "otsu", tmp_path)
