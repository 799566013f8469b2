import importlib
import tomllib
from pathlib import Path

import pytest

from coronal import Plugins, Reader, Writer

PROJECT = Path(__file__).parents[2] / "plugins" / "formats" / "pyproject.toml"
ENTRY_POINTS: dict[str, str] = tomllib.loads(PROJECT.read_text())["project"]["entry-points"]["coronal"]


def plugin(name: str) -> object:
    module, _, attribute = ENTRY_POINTS[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_an_entry_point_tells_what_its_plugin_does(name: str) -> None:
    found = plugin(name)
    if name.startswith("read-"):
        assert isinstance(found, Reader)
        assert found.spec.name == name.removeprefix("read-")
        assert found.spec.summary
    else:
        assert isinstance(found, Writer)
        assert found.name == name.removeprefix("write-")


def test_all_of_them_can_be_registered_together() -> None:
    plugins = Plugins()
    for name in ENTRY_POINTS:
        plugins.add(name, plugin(name), distribution="coronal-formats 0.1.0")
    assert sorted(plugins.readers) == [
        "dicom",
        "jpeg",
        "metaimage",
        "nifti",
        "nrrd",
        "png",
        "tiff",
        "zip",
    ]
    assert sorted(plugins.writers) == [
        "explanation",
        "image",
        "labels",
        "measurements",
        "overlay",
        "provenance",
        "result",
        "view",
    ]


def test_every_module_of_a_reader_or_writer_is_an_entry_point() -> None:
    root = PROJECT.parent / "src" / "coronal_formats"
    modules = {target.partition(":")[0].rpartition(".")[2] for target in ENTRY_POINTS.values()}
    writers = {path.stem for path in (root / "writers").glob("[!_]*.py")}
    assert writers <= modules
