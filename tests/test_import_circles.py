import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
PACKAGES = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["root_packages"]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_imports_itself_through_others_not_even_for_its_types(package: str) -> None:
    graph = grimp.build_graph(package, exclude_type_checking_imports=False)
    TopologicalSorter(
        {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    ).prepare()
