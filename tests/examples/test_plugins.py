"""A stranger's plugin, from `pip install` to a result over HTTP, and one that is broken."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
import tifffile
from PIL import Image

from coronal_client import Client

INVERT = Path(__file__).parents[2] / "examples" / "invert"


class Site(Protocol):
    url: str
    gateway: "subprocess.Popen[bytes]"
    plugins: Path

    def restart_worker(self) -> None: ...
    def catalogue(self) -> dict[str, Any]: ...


def algorithms(site: Site) -> set[str]:
    return {spec["name"] for spec in site.catalogue()["algorithms"]}


def install(package: Path, folder: Path) -> None:
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", folder, package], check=True
    )


def break_a_plugin(folder: Path) -> None:
    """Lay down what `pip install` leaves of a package whose module raises when it is imported."""
    (folder / "coronal_broken.py").write_text("import a_library_that_is_not_there\n")
    information = folder / "coronal_broken-0.3.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: coronal-broken\nVersion: 0.3.0\n")
    (information / "entry_points.txt").write_text("[coronal]\nbroken = coronal_broken:broken\n")


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "four.png"
    Image.fromarray(np.array([[10, 20], [30, 50]], np.uint8)).save(path)
    return path


def test_an_installed_plugin_runs_once_its_worker_alone_is_started_anew(
    site: Site, photograph: Path, tmp_path: Path
) -> None:
    gateway = site.gateway.pid
    assert "invert" not in algorithms(site)

    install(INVERT, site.plugins)
    site.restart_worker()

    assert "invert" in algorithms(site)
    assert (site.gateway.pid, site.gateway.poll()) == (gateway, None)
    with Client(site.url) as client:
        files = client.submit(photograph, ["invert"]).wait(60).results().files
        negative = tifffile.imread(files["image.tiff"].save(tmp_path / "image.tiff"))
    assert negative.tolist() == [[50, 40], [30, 10]]


def test_its_bounds_are_checked_by_a_gateway_that_has_never_imported_it(site: Site, photograph: Path) -> None:
    install(INVERT, site.plugins)
    site.restart_worker()

    with Client(site.url) as client, pytest.raises(Exception, match=r"strength must be a number ≥ 0 and ≤ 1"):
        client.submit(photograph, [{"invert": {"strength": 1.5}}])


def test_a_plugin_that_raises_on_import_is_told_with_its_reason_and_stops_no_other(
    site: Site, photograph: Path
) -> None:
    before = algorithms(site)

    break_a_plugin(site.plugins)
    site.restart_worker()

    (pool,) = site.catalogue()["pools"]
    assert pool["rejected"] == [
        {
            "name": "broken",
            "distribution": "coronal-broken 0.3.0",
            "reason": "ModuleNotFoundError: No module named 'a_library_that_is_not_there'",
        }
    ]
    assert algorithms(site) >= before
    with Client(site.url) as client:
        assert client.submit(photograph, ["otsu"]).wait(60).results().files


def test_the_example_passes_its_own_tests() -> None:
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "."]
    subprocess.run(command, cwd=INVERT, check=True, capture_output=True)
