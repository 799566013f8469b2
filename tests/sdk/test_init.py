import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import coronal


def modules_after(statement: str) -> set[str]:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    command = [sys.executable, "-c", program]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def homes() -> dict[str, str]:
    imports = ast.parse(Path(coronal.__file__).with_suffix(".pyi").read_text()).body
    return {
        alias.name: node.module or ""
        for node in imports
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize(("name", "module_name"), homes().items())
def test_each_name_is_that_of_its_module(name: str, module_name: str) -> None:
    module = importlib.import_module(f"coronal.{module_name}")
    assert getattr(coronal, name) is getattr(module, name)
    assert name in module.__all__
    assert name in dir(coronal)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="No coronal attribute Imgae"):
        coronal.Imgae  # noqa: B018


@pytest.mark.parametrize(
    "statement",
    [
        "import coronal",
        "import coronal.spec, coronal.errors, coronal.algorithms.parameters, coronal.types.provenance",
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
