"""The whole catalogue over HTTP: each algorithm on a plane, and on a volume where it says so."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray
from offered import MEMBERS, given_to, offered_by
from PIL import Image
from served import Served

from coronal import AlgorithmSpec, Input, Kind
from coronal_client import Client, Job, Results

WANTED = {
    "preprocess": "resize rescale resample rotate flip crop crop-to-content pad normalize window grey orient "
    "slice project",
    "enhance": "contrast brightness gamma log sigmoid equalize clahe sharpen gaussian median bilateral "
    "non-local-means total-variation wavelet wiener sobel laplace canny difference-of-gaussians frangi sato "
    "tophat rolling-ball n4 morphology invert",
    "segment": "threshold hysteresis otsu multi-otsu li yen triangle local edges region-growing watershed "
    "marker-watershed random-walker chan-vese active-contour slic felzenszwalb k-means circles lines "
    "ellipses blobs",
    "clean up": "fill-holes remove-small largest split-touching clear-border smooth-labels",
    "measure": "shape intensity texture hog compare count quality",
}
"""What an analyst looks for, by what it is for."""

SHAPES = {2: (128, 128), 3: (33, 41, 25)}
"""Of the plane and the volume, in the order of NIfTI (x, y, z)."""

MADE_BY = {Kind.FILTER: "image", Kind.SEGMENTER: "labels", Kind.MEASURER: "measurements"}

SPECS = {algorithm.spec.name: algorithm.spec for member in MEMBERS for algorithm in offered_by(member)}
RUNS = [(name, dimensions) for name, spec in SPECS.items() for dimensions in sorted(spec.dimensions)]

every_purpose = pytest.mark.parametrize("purpose", WANTED)
every_algorithm = pytest.mark.parametrize("name", SPECS)
every_run = pytest.mark.parametrize(("name", "dimensions"), RUNS, ids=lambda value: f"{value}")


@pytest.fixture(scope="module")
def reported(served: Served) -> dict[str, dict[str, Any]]:
    """What ``GET /v1/plugins`` says of each algorithm, by its name."""
    return {body["name"]: body for body in served.catalogue()["algorithms"]}


@pytest.fixture(scope="module")
def images(
    image_of: Callable[[str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[int, tuple[Path, Path]]:
    """A CT slice and an MR volume, each with a label map to compare with, by their dimensions."""
    folder = tmp_path_factory.mktemp("references")
    plane = image_of("pydicom", "data/test_files/CT_small.dcm")
    Image.fromarray((np.indices((128, 128)).sum(axis=0) < 128).astype(np.uint8)).save(folder / "plane.png")
    volume = image_of("nibabel", "tests/data/anatomical.nii")
    head = nibabel.load(volume)
    bright = (np.asarray(head.dataobj) > np.mean(head.dataobj)).astype(np.uint8)
    nibabel.save(nibabel.Nifti1Image(bright, head.affine), folder / "volume.nii")
    return {2: (plane, folder / "plane.png"), 3: (volume, folder / "volume.nii")}


@pytest.fixture(scope="module")
def jobs(served: Served, images: Mapping[int, tuple[Path, Path]]) -> Iterator[dict[tuple[str, int], Job]]:
    """A job of each run, all sent before the first is waited for."""
    with Client(served.url) as client:
        yield {
            (name, dimensions): _sent(client, SPECS[name], *images[dimensions]) for name, dimensions in RUNS
        }


@every_purpose
def test_all_that_an_analyst_looks_for_is_there(reported: Mapping[str, Any], purpose: str) -> None:
    assert set(WANTED[purpose].split()) <= reported.keys()


def test_all_that_the_members_offer_is_there(reported: Mapping[str, Any]) -> None:
    assert reported.keys() >= SPECS.keys()


@every_algorithm
def test_it_is_reported_with_summary_version_and_schema(reported: Mapping[str, Any], name: str) -> None:
    body = reported[name]
    schema = body["parameters"]

    jsonschema.Draft202012Validator.check_schema(schema)
    assert body["summary"].endswith(".")
    assert body["version"]
    assert body["distribution"].startswith("coronal-")
    assert all(parameter["description"] for parameter in schema["properties"].values())


@every_algorithm
def test_a_size_is_reported_with_its_unit(reported: Mapping[str, Any], name: str) -> None:
    properties = reported[name]["parameters"]["properties"]
    lengths = {"sigma", "radius", "distance", "smoothing", "min_size", "window", "margin"} & properties.keys()

    assert {length for length in lengths if "unit" not in _leaf(properties[length])} == set()


@every_run
def test_it_leaves_what_its_kind_promises(
    jobs: Mapping[tuple[str, int], Job], tmp_path: Path, name: str, dimensions: int
) -> None:
    results = jobs[name, dimensions].wait(120).results()
    made = MADE_BY[SPECS[name].kind]

    assert {"result.json", "provenance.json", "overlay.png"} <= results.files.keys()
    match made:
        case "image" | "labels":
            array = _array(results, made, tmp_path)
            assert not SPECS[name].keeps_geometry or array.shape == SHAPES[dimensions]
            assert np.isfinite(array).all()
            assert made == "image" or (array.dtype.kind in "iu" and array.min() >= 0)
        case "measurements":
            table = results.tables[name]
            assert table.rows
            assert "measurements.csv" in results.files


def _sent(client: Client, spec: AlgorithmSpec, image: Path, reference: Path) -> Job:
    before = ["otsu"] if Input.LABELS in spec.inputs else []
    stages = [*before, {spec.name: given_to(spec.name)}]
    return client.submit(image, stages, reference=reference if Input.REFERENCE in spec.inputs else None)


def _array(results: Results, stem: str, folder: Path) -> NDArray[Any]:
    (name,) = (name for name in results.files if name.startswith(f"{stem}."))
    assert name == f"{stem}.nii.gz"  # both images have their place in the patient
    array = np.asarray(nibabel.load(results.files[name].save(folder / name)).dataobj)
    return array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array


def _leaf(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of the number, where none may be given instead."""
    return next((kind for kind in schema.get("anyOf", ()) if "unit" in kind), schema)
