"""The pipelines that come with Coronal: each finds on a real image what a person sees there.

Places were read off the pictures by eye, in pixels (y, x).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from marks import EXUDATES, FLUORESCENT, STAINED, Mark
from numpy.typing import NDArray
from PIL import Image
from served import Served
from skimage import data, filters
from skimage.draw import disk, ellipse

from coronal.pipelines.pipeline import parse
from coronal_client import Client, Results
from coronal_jobs.pipeline.catalogue import Catalogue, Offer, Pool
from coronal_jobs.pipeline.validation import check

FOLDER = Path(__file__).parents[3] / "plugins" / "imaging" / "src" / "coronal_imaging" / "pipelines"
PAGE = Path(__file__).parents[3] / "docs" / "pipelines-that-ship.md"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

LONG_S = 120.0

every_pipeline = pytest.mark.parametrize("name", NAMES)
Labels = NDArray[np.integer[Any]]


@pytest.fixture(scope="module")
def results(served: Served, images: Mapping[str, Path]) -> Iterator[dict[str, Results]]:
    """What each pipeline, by its name alone, has made of its image."""
    with Client(served.url) as client:
        jobs = {name: client.submit(images[name], name) for name in NAMES}
        yield {name: job.wait(LONG_S).results() for name, job in jobs.items()}


@pytest.fixture(scope="module")
def labels(
    results: Mapping[str, Results], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Labels]:
    """Return the label map of a pipeline in the order (y, x)."""
    folder = tmp_path_factory.mktemp("labels")

    def read(name: str) -> Labels:
        (file,) = (file for file in results[name].files if file.startswith("labels."))
        path = results[name].files[file].save(folder / f"{name}-{file}")
        if file.endswith(".png"):
            return np.asarray(Image.open(path))
        array = np.asarray(nibabel.load(path).dataobj)
        # A plane in a place of the world is a volume of one slice.
        return array.reshape(array.shape[:2]).T

    return read


@every_pipeline
def test_it_is_a_pipeline_of_what_is_installed(offer: Offer, name: str) -> None:
    pipeline = parse((FOLDER / f"{name}.yaml").read_text("utf-8"))

    check(pipeline, Catalogue((Pool(name="default", workers=1, offers=(offer,)),)))

    assert pipeline.name == name
    assert pipeline.description.endswith(".")


@every_pipeline
def test_it_is_reported_of_on_its_page(name: str) -> None:
    assert f"\n## {name}\n" in PAGE.read_text("utf-8")


@every_pipeline
def test_it_leaves_a_label_map_a_picture_and_measurements(results: Mapping[str, Results], name: str) -> None:
    assert {"overlay.png", "result.json", "provenance.json"} <= results[name].files.keys()
    assert any(file.startswith("labels.") for file in results[name].files)
    assert results[name].tables["shape"].rows


@pytest.mark.parametrize(
    ("name", "count", "inside", "outside"),
    [
        # The body of the vertebra, its pedicle and its spine; the canal, the aorta, muscle, lung.
        ("bone", 2, [(22, 60), (58, 70), (75, 60)], [(52, 60), (10, 89), (100, 60), (30, 10)]),
        # A loop of the bowel, the aorta, both kidneys; the liver, a muscle, air.
        (
            "bright-organs",
            4,
            [(175, 380), (169, 254), (220, 133), (220, 319)],
            [(136, 93), (260, 240), (50, 50)],
        ),
        # Epithelium of four glands, three of which touch; stroma, a lumen, what is bare.
        (
            "stained-epithelium",
            2,
            [(60, 60), (200, 60), (120, 430), (400, 320)],
            [(300, 130), (350, 220), (480, 480), (130, 345), (330, 10)],
        ),
    ],
)
def test_it_finds_what_a_person_sees(
    labels: Callable[[str], Labels],
    name: str,
    count: int,
    inside: list[tuple[int, int]],
    outside: list[tuple[int, int]],
) -> None:
    found = labels(name)

    assert found.max() == count
    assert all(found[place] for place in inside)
    assert not any(found[place] for place in outside)


def test_bone_is_as_dense_as_bone(results: Mapping[str, Results]) -> None:
    table = results["bone"].tables["shape"]
    assert {column.name: column.unit for column in table.columns}["intensity_mean"] == "HU"
    assert 200 < table.column("intensity_mean")[0] < 700


def test_the_optic_disc_is_the_ellipse_that_a_person_draws(labels: Callable[[str], Labels]) -> None:
    found = labels("optic-disc") > 0
    drawn = np.zeros_like(found)
    drawn[ellipse(654, 219, 101, 91)] = True

    assert found.max() == 1
    assert _dice(found, drawn) > 0.88


def test_the_cell_is_the_circle_that_a_person_draws(labels: Callable[[str], Labels]) -> None:
    found = labels("cells")
    drawn = np.zeros(found.shape, np.bool_)
    drawn[disk((374, 428), 64)] = True

    assert found.max() == 1
    assert _dice(found > 0, drawn) > 0.93


def test_vessels_are_where_another_filter_for_vessels_is_strongest(labels: Callable[[str], Labels]) -> None:
    found = labels("retina-vessels") > 0
    ridges = filters.sato(data.retina()[..., 1], sigmas=(2, 3, 4, 6), black_ridges=True)
    in_the_eye = np.hypot(*(np.indices(found.shape) - 705)) < 660

    strongest = ridges > np.quantile(ridges[in_the_eye], 1 - found[in_the_eye].mean())
    assert 0.08 < found[in_the_eye].mean() < 0.16
    assert _dice(found & in_the_eye, strongest & in_the_eye) > 0.85


def test_nuclei_that_glow_are_as_many_as_a_person_marks(labels: Callable[[str], Labels]) -> None:
    found = labels("fluorescent-nuclei")
    marked = _at(found, FLUORESCENT, found.shape[1] / 1250)

    assert np.count_nonzero(marked) >= 60  # of 61
    assert len(set(marked) - {0}) >= 59
    assert found.max() <= 63


def test_nuclei_that_are_stained_are_found_where_a_person_marks_them(labels: Callable[[str], Labels]) -> None:
    piece = labels("stained-nuclei")[200:330, 190:320]
    marked = _at(piece, STAINED, 1 / 8)

    assert np.count_nonzero(marked) >= 29  # of 32
    assert len(set(marked) - {0}) >= 25
    assert np.unique(piece[piece > 0]).size <= 36


def test_each_spot_that_was_drawn_into_a_retina_is_found(labels: Callable[[str], Labels]) -> None:
    found = labels("retina-bright-lesions")
    drawn = np.array([found[y, x] for y, x, _ in EXUDATES])

    assert (drawn > 0).all()
    assert np.unique(drawn).size == len(EXUDATES)
    assert found.max() <= len(EXUDATES) + 16  # reflexes on the disc, on vessels and at the rim


@pytest.mark.parametrize(
    ("name", "min_dice"),
    [
        # Where a label is: all as one, fluid, grey matter, white matter.
        ("brain-tissues", [0.99, 0.65, 0.88, 0.92]),
        # The labels of the reference are one brain.
        ("brain", [0.98]),
    ],
)
def test_the_brain_is_what_the_template_says(
    served: Served, images: Mapping[str, Path], tissues: Path, name: str, min_dice: Sequence[float]
) -> None:
    with Client(served.url) as client:
        stages = [*client.pipeline(name)["stages"], {"algorithm": "compare"}]
        results = client.submit(images[name], stages, reference=tissues).wait(LONG_S).results()

    dice = results.tables["compare"].column("dice")[: len(min_dice)]
    assert all(found > least for found, least in zip(dice, min_dice, strict=True)), dice


def _at(labels: Labels, marks: Sequence[Mark], scale: float) -> list[int]:
    return [int(labels[int(y * scale), int(x * scale)]) for x, y in marks]


def _dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))
