"""What stands in the members' wheels beside the code."""

import re
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement


@pytest.fixture
def wheel(wheels: Path, member: str) -> zipfile.Path:
    (path,) = wheels.glob(f"{member.replace('-', '_')}-*.whl")
    return zipfile.Path(path)


@pytest.fixture
def information(wheel: zipfile.Path) -> zipfile.Path:
    return _information(wheel)


@pytest.fixture
def metadata(information: zipfile.Path) -> Message:
    return _metadata(information)


def _information(wheel: zipfile.Path) -> zipfile.Path:
    (folder,) = [path for path in wheel.iterdir() if path.name.endswith(".dist-info")]
    return folder


def _metadata(information: zipfile.Path) -> Message:
    return Parser().parsestr((information / "METADATA").read_text("utf-8"))


def test_they_have_one_version(metadata: Message, member: str, shared: dict[str, Any]) -> None:
    assert (metadata["Name"], metadata["Version"]) == (member, shared["version"])
    assert metadata["Requires-Python"] == shared["requires-python"]


def test_each_asks_for_the_others_in_its_own_version(metadata: Message, shared: dict[str, Any]) -> None:
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    assert wanted
    ours = [one for one in wanted if one.name.startswith("coronal")]
    assert {one.name for one in ours} <= set(shared["members"])
    assert {str(one.specifier) for one in ours} <= {f"=={shared['version']}"}


def test_each_holds_the_text_of_its_licence(metadata: Message, information: zipfile.Path, root: Path) -> None:
    assert (metadata["License-Expression"], metadata.get_all("License-File")) == ("Apache-2.0", ["LICENSE"])
    assert (information / "licenses" / "LICENSE").read_bytes() == (root / "LICENSE").read_bytes()


def test_each_says_what_it_is(metadata: Message, member: str, shared: dict[str, Any]) -> None:
    assert metadata.get_all("Classifier") == shared["classifiers"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    readme = str(metadata.get_payload())
    assert readme.startswith(f"# {member}\n\n{metadata['Summary']}.\n")
    assert set(re.findall(r"`(coronal[\w-]*)", readme)) <= set(shared["members"])


def test_the_packages_are_typed_and_the_one_name_has_no_code(wheel: zipfile.Path, member: str) -> None:
    packages = [path for path in wheel.iterdir() if not path.name.endswith(".dist-info")]
    assert len(packages) == (0 if member == "coronal" else 1)
    assert all((package / "py.typed").is_file() for package in packages)


def test_the_one_name_brings_all_but_the_networks_and_these_as_an_extra(
    wheels: Path, shared: dict[str, Any]
) -> None:
    found: dict[str, set[str]] = {}
    for path in wheels.glob("*.whl"):
        metadata = _metadata(_information(zipfile.Path(path)))
        found[metadata["Name"]] = set(metadata.get_all("Requires-Dist"))
    brought, left = {"coronal"}, ["coronal"]
    while left:
        wanted = [Requirement(line) for line in found[left.pop()]]
        new = {one.name for one in wanted if one.name in shared["members"] and not one.marker} - brought
        brought |= new
        left += new
    assert brought == set(shared["members"]) - {"coronal-networks"}
    assert f"coronal-networks=={shared['version']}; extra == 'networks'" in found["coronal"]


def test_the_same_sources_give_the_same_bytes_later_and_for_another(
    wheels: Path, root: Path, tmp_path: Path
) -> None:
    command = [sys.executable, root / "packaging" / "wheels.py", tmp_path]
    subprocess.run(
        command, check=True, capture_output=True, cwd=tmp_path, umask=0o077, env={"TZ": "Asia/Tokyo"}
    )
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(built) == len(list(wheels.iterdir()))
    assert built == {path.name: path.read_bytes() for path in wheels.iterdir()}
