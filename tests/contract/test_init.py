import ast
import subprocess
import sys
from pathlib import Path

import pytest

import coronal

SOURCE = Path(coronal.__file__)


def modules_after(statement: str) -> set[str]:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    command = [sys.executable, "-c", program]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", sorted(coronal._HOME))
def test_each_name_is_that_of_its_module(name: str) -> None:
    module = __import__(f"coronal.{coronal._HOME[name]}", fromlist=[name])
    assert getattr(coronal, name) is getattr(module, name)
    assert name in module.__all__
    assert name in dir(coronal)


def test_the_type_checker_and_python_know_the_same_names() -> None:
    branch = next(node for node in ast.parse(SOURCE.read_text()).body if isinstance(node, ast.If))
    imports = [node for node in branch.body if isinstance(node, ast.ImportFrom)]
    for_checker = {
        alias.asname: (node.module or "").removeprefix("coronal.") for node in imports for alias in node.names
    }
    assert for_checker == coronal._HOME


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'coronal' has no attribute 'Imgae'"):
        coronal.Imgae  # noqa: B018


@pytest.mark.parametrize(
    "statement",
    [
        "import coronal",
        "import coronal.spec, coronal.errors, coronal.parameters, coronal.provenance",
        "from coronal import AlgorithmSpec, FormatSpec, BadParameter, Kind, Provenance",
    ],
)
def test_what_the_gateway_reads_loads_no_numpy(statement: str) -> None:
    assert "numpy" not in modules_after(statement)


def test_a_plugin_loads_no_more_than_numpy_pydantic_and_pluggy() -> None:
    loaded = modules_after("from coronal import Image, Plugins, algorithm; import coronal.testing")
    assert "numpy" in loaded
    assert not loaded & {
        "scipy",
        "skimage",
        "PIL",
        "pydicom",
        "nibabel",
        "celery",
        "flask",
        "redis",
        "pytest",
    }
