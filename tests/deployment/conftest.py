import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
SHARED: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coronal"]
"""What all members share, and the table of them."""


@dataclass(frozen=True)
class Stage:
    """One stage of the Dockerfile: its instructions as pairs of word and rest, in order.

    Those that the images of pools have in common stand before their own.
    """

    name: str
    base: str
    instructions: tuple[tuple[str, str], ...]

    def all(self, word: str) -> list[str]:
        return [rest for found, rest in self.instructions if found == word]

    def last(self, word: str) -> str:
        assert self.all(word), f"the stage {self.name} has no {word}"
        return self.all(word)[-1]

    def words(self, word: str) -> list[str]:
        """The exec form of an instruction, options left out."""
        rest = self.last(word)
        return list(json.loads(rest[rest.index("[") :]))

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the stage sets."""
        return dict(pair.split("=", 1) for rest in self.all("ENV") for pair in rest.split())


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> dict[str, Any]:
    return SHARED


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel of each member, as `make dist` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, ROOT / "packaging" / "wheels.py", folder], check=True, capture_output=True
    )
    return folder


@pytest.fixture(params=SHARED["members"])
def member(request: pytest.FixtureRequest) -> str:
    """The name of each member."""
    return str(request.param)


@pytest.fixture(scope="session")
def composition() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "docker-compose.yml")
    return loaded


@pytest.fixture(scope="session")
def services(composition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = composition["services"]
    return found


@pytest.fixture(scope="session")
def stages() -> dict[str, Stage]:
    found: dict[str, Stage] = {}
    for text in re.split(r"^(?=FROM )", _logical_lines(ROOT / "Dockerfile"), flags=re.MULTILINE)[1:]:
        first, *rest = text.splitlines()
        _, base, _, name = first.split()
        pairs = (line.split(None, 1) for line in rest if line)
        shared = found[base].instructions if base == "pool" else ()
        found[name] = Stage(name, base, (*shared, *((word, argument) for word, argument in pairs)))
    return found


def _logical_lines(path: Path) -> str:
    without_comments = re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r" *\\\n *", " ", without_comments)
