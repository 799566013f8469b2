"""What docs/containers.md says to write fits what is there; its console blocks need a container engine."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from coronal_gateway.settings import GatewaySettings
from coronal_worker.settings import WorkerSettings

Named = dict[str, Any]
SETTINGS: dict[str, type[GatewaySettings | WorkerSettings]] = {
    "gateway": GatewaySettings,
    "worker": WorkerSettings,
}


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "containers.md").read_text(encoding="utf-8")


def test_the_override_file_sets_settings_that_exist_of_services_that_exist(
    page: str, services: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    override = YAML(typ="safe", pure=True).load(_block(page, "yaml"))["services"]
    assert override.keys() <= services.keys()
    for name, service in override.items():
        for word, value in service["environment"].items():
            monkeypatch.setenv(word, value)
            reported = getattr(SETTINGS[name](), word.removeprefix("CORONAL_").lower())
            assert str(reported) == value


def test_an_image_with_plugins_ends_as_the_user_of_the_one_below(page: str, stages: Named) -> None:
    first, *_, last = _block(page, "dockerfile").splitlines()
    assert first == "FROM coronal-worker"
    assert last == f"USER {stages['worker'].last('USER')}"


@pytest.mark.parametrize("name", ["worker", "networks"])
def test_the_default_of_a_memory_limit_is_the_one_of_the_composition(
    page: str, services: Named, name: str
) -> None:
    variable = f"{name.upper()}_MEMORY"
    match = re.fullmatch(rf"\$\{{{variable}:-(\w+)\}}", services[name]["mem_limit"])
    assert match
    assert f"`{variable}` (default `{match[1]}`)" in page


def test_the_volumes_of_the_backup_are_those_of_the_composition(page: str, composition: Named) -> None:
    volumes = {f"{composition['name']}_{volume}" for volume in composition["volumes"]}
    assert set(re.findall(r"-v (coronal_\w+):", page)) == volumes


def _block(page: str, language: str) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return str(block)
