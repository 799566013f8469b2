"""The one table of members, and what must agree with it because its tool reads no other."""

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Members = Callable[..., list[str]]


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture
def listed(root: Path) -> Members:
    """Return what `members.py` prints, in a Python without any package that was installed."""

    def run(*words: str) -> list[str]:
        command = [sys.executable, "-I", "-S", root / "packaging" / "members.py", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    return run


def test_every_project_of_the_workspace_is_in_the_table_by_its_name(
    root: Path, shared: dict[str, Any]
) -> None:
    found = [
        path
        for top in ("packaging", "plugins", "services", "worker")
        for path in (root / top).rglob("*.toml")
    ]
    names = {
        tomllib.loads(path.read_text())["project"]["name"]: {"folder": str(path.parent.relative_to(root))}
        for path in found
        if path.name == "pyproject.toml"
    }
    assert names == {name: {"folder": row["folder"]} for name, row in shared["members"].items()}


def test_make_and_the_pins_get_all_of_them_or_those_of_an_image(
    listed: Members, shared: dict[str, Any]
) -> None:
    assert listed("names") == list(shared["members"])
    assert listed("folders") == [row["folder"] for row in shared["members"].values()]
    assert listed("projects", "gateway") == [
        f"{row['folder']}/pyproject.toml"
        for row in shared["members"].values()
        if "gateway" in row.get("images", ())
    ]


def test_uv_knows_the_same_members(root: Path, project: dict[str, Any], shared: dict[str, Any]) -> None:
    uv = project["tool"]["uv"]
    assert uv["sources"] == {name: {"workspace": True} for name in shared["members"]}
    folders = {
        path.relative_to(root) for pattern in uv["workspace"]["members"] for path in root.glob(pattern)
    }
    assert {str(folder) for folder in folders} == {row["folder"] for row in shared["members"].values()}


def test_the_import_rules_look_at_every_package(
    root: Path, project: dict[str, Any], shared: dict[str, Any]
) -> None:
    folders = [root / row["folder"] / "src" for row in shared["members"].values()]
    packages = {path.name for folder in folders if folder.is_dir() for path in folder.iterdir()}
    assert set(project["tool"]["importlinter"]["root_packages"]) == packages
