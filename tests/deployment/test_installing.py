"""From the wheels into an empty environment: `pip install coronal`, and a job there.

Coronal's own packages come from the wheels alone. The others are linked from where the tests run, and only
those that the metadata asks for: what is used and not declared is missing, as it would be on another machine.
"""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import PIL.Image
import pytest
from packaging.requirements import Requirement

from coronal_client.cli.exit_codes import ExitCode


class Environment:
    """An environment of Python with what a distribution asks for, and what pip installs by these words."""

    def __init__(self, folder: Path, wanted: str, *words: str | Path) -> None:
        self.bin = folder / "bin"
        venv.create(folder, symlinks=True)
        site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
        for path in {path for name in _third_parties(Requirement(wanted)) for path in _entries(name)}:
            (site / path.name).symlink_to(path)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            self.bin / "python",
            "install",
            "--quiet",
            "--no-compile",
        ]
        ended = subprocess.run(
            [*pip, "--no-index", *words], env=_environment(), capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr

    def run(self, program: str, *words: str | Path, folder: Path) -> CompletedProcess[str]:
        return subprocess.run(
            [self.bin / program, *words],
            cwd=folder,
            env={"PATH": str(self.bin), "COLUMNS": "80"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def _environment() -> dict[str, str]:
    """Return the environment without what would make pip look elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _third_parties(wanted: Requirement) -> set[str]:
    """Return the names of all that a requirement brings with it and that isn't ours."""
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [wanted]
    while left:
        one = left.pop()
        if (one.name, frozenset(one.extras)) in seen:
            continue
        seen.add((one.name, frozenset(one.extras)))
        left += _required(one)
        if not one.name.startswith("coronal"):
            found.add(one.name)
    return found


def _required(wanted: Requirement) -> Iterator[Requirement]:
    for line in distribution(wanted.name).requires or ():
        one = Requirement(line)
        if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in {"", *wanted.extras}):
            yield one


def _entries(name: str) -> set[Path]:
    """Return what a distribution has put into the folder of packages."""
    found = distribution(name)
    tops = {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}
    return {Path(str(found.locate_file(top))) for top in tops}


@pytest.fixture(scope="module")
def installed(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    files = [path for path in wheels.iterdir() if "networks" not in path.name]
    return Environment(tmp_path_factory.mktemp("installed"), "coronal", *files)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A bright square of 100 pixels on dark ground."""
    pixels = np.zeros((40, 40), np.uint8)
    pixels[10:20, 15:25] = 200
    PIL.Image.fromarray(pixels).save(tmp_path / "square.png")
    return tmp_path / "square.png"


def test_it_runs_an_image_through_a_pipeline_with_its_own_redis(
    installed: Environment, shared: dict[str, Any], image: Path, tmp_path: Path
) -> None:
    ended = installed.run("coronal", "run", "[otsu, shape]", image, "--out", "out", folder=tmp_path)
    assert ended.returncode == ExitCode.OK, ended.stderr
    results = tmp_path / "out" / "square"
    table = (results / "measurements.csv").read_text().splitlines()
    row = dict(zip(table[0].split(","), table[1].split(","), strict=True))
    assert len(table) == 2
    assert float(row["area_px"]) == 100
    packages = json.loads((results / "provenance.json").read_text())["packages"]
    assert {name: version for name, version in packages.items() if name.startswith("coronal")} == {
        f"coronal-{part}": shared["version"] for part in ("formats", "imaging", "sdk", "worker")
    }


def test_its_packages_are_those_of_the_wheels_and_tensorflow_is_none_of_them(
    installed: Environment, tmp_path: Path
) -> None:
    program = "import coronal, coronal_worker, importlib.util as u; "
    program += "print(coronal.__file__, coronal_worker.__file__); "
    program += "print(u.find_spec('tensorflow'), u.find_spec('coronal_networks'), u.find_spec('pytest'))"
    ended = installed.run("python", "-c", program, folder=tmp_path)
    ours, others = ended.stdout.splitlines()
    assert all(path.startswith(str(installed.bin.parent)) for path in ours.split())
    assert others == "None None None"


def test_the_demonstration_names_what_it_leaves_out(installed: Environment, tmp_path: Path) -> None:
    ended = installed.run("coronal", "demo", "--server", "http://127.0.0.1:9", folder=tmp_path)
    assert ended.returncode == ExitCode.UNAVAILABLE
    (left_out,) = [line for line in ended.stderr.splitlines() if line.startswith("left out:")]
    assert left_out.startswith("left out: head, an MR volume")
    assert left_out.endswith("pip install 'nilearn'")


AUTHORS = '''
from coronal import Image, LabelMap, algorithm
from coronal.testing import check_algorithm

@algorithm
def bright(image: Image) -> LabelMap:
    """Segment what is brighter than 128."""
    return LabelMap.of(image, image.grey() >= 128)

check_algorithm(bright)
'''


def test_an_author_needs_the_sdk_alone_to_write_an_algorithm_and_check_it(
    wheels: Path, tmp_path: Path
) -> None:
    environment = Environment(tmp_path / "author", "coronal-sdk", "--find-links", wheels, "coronal-sdk")
    ended = environment.run("python", "-c", AUTHORS, folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
