"""A stranger's plugin, from `pip install` to a result over HTTP, and one that is broken."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from coronal_client import Client
from coronal_client.errors import Refused

pytestmark = pytest.mark.slow

NEGATIVE = Path(__file__).parents[2] / "examples" / "negative"


def install(package: Path, folder: Path) -> None:
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", folder, package], check=True
    )


@pytest.fixture(scope="module")
def with_negative(served: Any) -> Any:
    """Where `negative` was installed, and the worker alone was restarted."""
    assert "negative" not in served.algorithms()
    install(NEGATIVE, served.plugins)
    served.restart_worker()
    return served


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "four.png"
    Image.fromarray(np.array([[10, 20], [30, 50]], np.uint8)).save(path)
    return path


def test_it_asks_for_the_sdk_alone() -> None:
    project = tomllib.loads((NEGATIVE / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == ["coronal-sdk"]


def test_its_own_tests_pass_once_it_is_installed(tmp_path: Path) -> None:
    install(NEGATIVE, tmp_path)
    shutil.copy(NEGATIVE / "test_coronal_negative.py", tmp_path)
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", tmp_path]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_an_installed_plugin_runs_once_its_worker_alone_is_restarted(
    with_negative: Any, photograph: Path, tmp_path: Path
) -> None:
    assert "negative" in with_negative.algorithms()
    assert with_negative.gateway.poll() is None

    with Client(with_negative.url) as client:
        files = client.submit(photograph, ["negative"]).wait(60).results().files
        negative = tifffile.imread(files["image.tiff"].save(tmp_path / "image.tiff"))
    assert negative.tolist() == [[50, 40], [30, 10]]


def test_its_bounds_are_checked_by_a_gateway_that_has_never_imported_it(
    with_negative: Any, photograph: Path
) -> None:
    with (
        Client(with_negative.url) as client,
        pytest.raises(Refused, match=r"strength must be a number ≥ 0 and ≤ 1, found 1.5"),
    ):
        client.submit(photograph, [{"negative": {"strength": 1.5}}])


def test_a_plugin_that_raises_on_import_is_reported_with_its_reason_and_stops_no_other(
    served: Any, make_distribution: Callable[..., None], photograph: Path
) -> None:
    before = served.algorithms()

    make_distribution(served.plugins, "coronal-broken", "import a_library_that_is_not_there", broken="broken")
    served.restart_worker()

    (pool,) = served.catalogue()["pools"]
    assert pool["rejected"] == [
        {
            "name": "broken",
            "distribution": "coronal-broken 1.0",
            "reason": "ModuleNotFoundError: No module named 'a_library_that_is_not_there'",
        }
    ]
    assert served.algorithms() >= before
    with Client(served.url) as client:
        assert client.submit(photograph, ["otsu"]).wait(60).results().files
