"""The pipelines that one starts from: each is a pipeline of what is installed, and runs on a real image."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coronal.pipelines.pipeline import parse
from coronal.testing import run_pipeline
from coronal_client import Client
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline.validation import check

FOLDER = Path(__file__).parents[2] / "examples" / "pipelines"
IMAGES = {
    "bright-objects": ("skimage", "data/cell.png"),
    "stained-tissue": ("skimage", "data/ihc.png"),
    "ct-bones": ("pydicom", "data/test_files/CT_small.dcm"),
    "brain-volume": ("nibabel", "tests/data/anatomical.nii"),
    "whole-and-parts": ("skimage", "data/ihc.png"),
    "enhance": ("skimage", "data/retina.jpg"),
}


@pytest.fixture(scope="module")
def catalogue(offer: Offer) -> Catalogue:
    return Catalogue((Pool(name="default", workers=1, offers=(offer,)),))


def test_each_has_an_image_here_and_a_line_in_the_readme() -> None:
    names = {path.stem for path in FOLDER.glob("*.yaml")}
    listed = (FOLDER / "README.md").read_text()

    assert names == set(IMAGES)
    assert all(f"({name}.yaml)" in listed for name in names)


@pytest.mark.parametrize("name", IMAGES)
def test_it_is_a_pipeline_of_what_is_installed(catalogue: Catalogue, name: str) -> None:
    pipeline = parse((FOLDER / f"{name}.yaml").read_text())

    check(pipeline, catalogue)

    assert pipeline.name == name
    assert pipeline.description.endswith(".")


@pytest.mark.parametrize("name", IMAGES)
def test_it_runs_without_a_server_too(image_of: Callable[[str, str], Path], name: str) -> None:
    run = run_pipeline(FOLDER / f"{name}.yaml", image_of(*IMAGES[name]))

    assert all(table.rows for table in run.tables.values())
    assert bool(run.tables) is (name != "enhance")


@pytest.mark.parametrize("name", IMAGES)
def test_it_runs_on_a_real_image(served: Any, image_of: Callable[[str, str], Path], name: str) -> None:
    with Client(served.url) as client:
        results = client.submit(image_of(*IMAGES[name]), FOLDER / f"{name}.yaml").wait(120).results()

    assert {"overlay.png", "result.json", "provenance.json"} <= set(results.files)
    assert all(table.rows for table in results.tables.values())
    assert bool(results.tables) is (name != "enhance")
