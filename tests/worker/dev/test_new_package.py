"""`coronal plugin new` and `check`: from nothing to a package that is installed and checked."""

import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from coronal_worker.dev.new_package import Template

Tool = Callable[..., CompletedProcess[str]]
KINDS = [str(kind) for kind in Template]


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment of its own, that has what this one has, and to which more can be installed."""
    folder = tmp_path_factory.mktemp("author") / "venv"
    venv.create(folder, symlinks=True)
    site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    here = sysconfig.get_path("purelib")
    (site / "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    return folder / "bin" / "python"


def _run(python: Path, *arguments: str | Path, folder: Path) -> CompletedProcess[str]:
    return subprocess.run(
        [python, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_installs_passes_its_own_test_and_the_published_check(
    python: Path, tmp_path: Path, kind: str
) -> None:
    name = f"my-{kind}"
    made = _run(python, "-m", "coronal_worker.dev", "plugin", "new", name, "--kind", kind, folder=tmp_path)
    assert made.returncode == 0, made.stderr
    package = tmp_path / f"coronal-{name}"
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == ["coronal-sdk", "numpy>=2.0"]

    installed = _run(
        python,
        *("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"),
        package,
        folder=tmp_path,
    )
    assert installed.returncode == 0, installed.stderr

    tested = _run(python, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", folder=package)
    count = 3 if kind in ("filter", "segmenter") else 2  # these need no other plugin to be a pipeline
    assert f"{count} passed" in tested.stdout, tested.stdout

    checked = _run(python, "-m", "coronal_worker.dev", "plugin", "check", f"coronal-{name}", folder=tmp_path)
    assert checked.stdout.splitlines() == [f"✓ {kind} {name}", "1 checked, none with faults"]
    assert checked.returncode == 0


def test_what_is_written_is_formatted_and_has_no_fault_of_style(tool: Tool, tmp_path: Path) -> None:
    for kind in KINDS:
        tool("plugin", "new", f"my-{kind}", "--kind", kind)
    options = ["--config", "line-length = 110", "--config", "lint.select = ['E', 'F', 'I', 'UP']"]
    for command in (["format", "--check"], ["check"]):
        for package in tmp_path.glob("coronal-*"):
            ended = _run(Path(sys.executable), "-m", "ruff", *command, *options, ".", folder=package)
            assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("name", ["Bright", "bright_spots", "9lives", "a--b", "class", "../up", "", "x" * 61])
def test_a_name_that_is_none_is_refused_and_nothing_written(tool: Tool, tmp_path: Path, name: str) -> None:
    ended = tool("plugin", "new", "--", name)
    assert ended.returncode == 2
    assert "the name must be of a-z, 0-9 and single hyphens" in ended.stderr
    assert not list(tmp_path.glob("coronal-*"))


def test_a_folder_that_is_there_is_left_as_it_is(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "coronal-bright").mkdir()
    (tmp_path / "coronal-bright" / "work.py").write_text("mine")
    ended = tool("plugin", "new", "coronal-bright")
    assert (ended.returncode, "it exists already" in ended.stderr) == (2, True)
    assert [path.name for path in (tmp_path / "coronal-bright").iterdir()] == ["work.py"]


OURS = """
from coronal_imaging.measure.shape import shape
from coronal_imaging.pipelines import shipped
from coronal_imaging.threshold.threshold import threshold
"""


def test_our_own_algorithms_and_pipelines_are_checked(
    coronal: Tool, tmp_path: Path, make_distribution: Callable[..., None]
) -> None:
    make_distribution(tmp_path, "ours", OURS, shape="shape", threshold="threshold", pipelines="shipped")
    given = ("-p", "threshold.lower=90")
    ended = coronal("plugin", "check", "ours", *given, environment={"PYTHONPATH": str(tmp_path)})
    assert ended.returncode == 0, ended.stdout
    assert {"✓ measurer shape", "✓ segmenter threshold", "✓ pipeline of pipelines"} <= set(
        ended.stdout.splitlines()
    )


@pytest.mark.parametrize("given", ["lower=90", "careless.factor=2"])
def test_a_parameter_of_no_algorithm_of_the_package_is_refused(tool: Tool, given: str) -> None:
    ended = tool("plugin", "check", "coronal-formats", "-p", given)
    assert (ended.returncode, "a parameter must be" in ended.stderr) == (2, True)


def test_readers_and_writers_are_listed(tool: Tool) -> None:
    formats = tool("plugin", "check", "coronal-formats").stdout
    assert "✓ reader dicom: it loads" in formats
    assert "✓ writer overlay: it loads" in formats


BROKEN = '''
from coronal import Image, algorithm, hookimpl

@algorithm
def careless(image: Image, factor: float = 2.0) -> Image:
    """Multiply all values"""
    return image.with_pixels(image.pixels[::2] * factor)

class Brings:
    @hookimpl
    def pipelines(self):
        return ["name: x\\nstages: 3"]

brings = Brings()
'''


def test_each_fault_is_reported_in_a_line_and_the_exit_code_is_1(
    tool: Tool, tmp_path: Path, make_distribution: Callable[..., None]
) -> None:
    make_distribution(tmp_path, "careless", BROKEN, careless="careless", brings="brings", gone="gone")
    ended = tool("plugin", "check", "careless", environment={"PYTHONPATH": str(tmp_path)})
    lines = ended.stdout.splitlines()
    assert ended.returncode == 1
    assert "✗ filter careless" in lines
    assert "    its summary must be a sentence with a full stop, found 'Multiply all values'" in lines
    assert "✗ plugin gone" in lines
    assert any("has no attribute 'gone'" in line for line in lines)
    assert "✗ pipeline of brings" in lines
    assert lines[-1] == "3 checked, 3 with faults"


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("nothing", "must be an installed distribution"),
        ("numpy", "must have an entry point"),
        ("", "must be"),
    ],
)
def test_what_is_no_package_of_plugins_is_reported(tool: Tool, package: str, message: str) -> None:
    ended = tool("plugin", "check", package)
    assert ended.returncode == 2
    assert message in ended.stderr
