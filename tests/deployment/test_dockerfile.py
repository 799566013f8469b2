import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

Named = dict[str, Any]
"""Stages by name."""

IMAGES = {"gateway": "coronal_gateway", "worker": "coronal_worker", "networks": "coronal_worker"}
"""The images, and the package that each starts."""

SHARED = {"coronal_sdk", "coronal_jobs"}
HELD = {
    "gateway": SHARED | {"coronal_gateway", "coronal_console"},
    "worker": SHARED
    | {
        "coronal_worker",
        "coronal_imaging",
        "coronal_learning",
        "coronal_formats",
    },
}
HELD["networks"] = HELD["worker"] | {"coronal_networks"}
IN_NO_IMAGE = {
    "coronal",
    "coronal_client",
}


@pytest.fixture(scope="module")
def built(stages: Named, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of each image, built from what is copied for it, as an engine would."""
    source, wheels = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    for copy in stages["wheels"].all("COPY"):
        *names, target = copy.split()
        for name in names:
            if (root / name).is_dir():
                shutil.copytree(root / name, source / target, symlinks=True, ignore=_NOT_IN_THE_CONTEXT)
            else:
                shutil.copy(root / name, source / target)
    step = stages["wheels"].last("RUN")
    step = step.replace("/opt/build/bin/python", sys.executable).replace("/wheels/", f"{wheels}/")
    subprocess.run(["sh", "-euc", step], cwd=source, check=True, capture_output=True)
    return wheels


@pytest.mark.parametrize("image", IMAGES)
class TestEachImage:
    def test_runs_as_the_one_user_that_owns_the_volume(self, stages: Named, image: str) -> None:
        uid, gid = stages[image].last("USER").split(":")
        assert f"--gid {gid} coronal" in stages["base"].last("RUN")
        assert f"--uid {uid} --gid coronal" in stages["base"].last("RUN")
        assert int(uid) >= 10_000

    def test_stands_on_the_bare_base_and_takes_the_finished_environment_only(
        self, stages: Named, image: str
    ) -> None:
        assert stages[image].base == ("base" if image == "gateway" else "pool")
        assert stages["pool"].base == "base"
        assert stages[image].all("COPY") == [f"--from={image}-environment /opt/coronal /opt/coronal"]
        assert stages[image].all("RUN") == []

    def test_starts_its_own_package_without_a_shell_between(self, stages: Named, image: str) -> None:
        assert stages[image].words("ENTRYPOINT") == ["python", "-m", IMAGES[image]]

    def test_says_how_it_is_stopped_and_how_it_is(self, stages: Named, image: str) -> None:
        assert stages[image].last("STOPSIGNAL") == "SIGTERM"
        assert "CMD [" in stages[image].last("HEALTHCHECK")

    def test_installs_its_pins_by_their_hashes_and_builds_nothing(self, stages: Named, image: str) -> None:
        pins, members = stages[f"{image}-environment"].all("RUN")
        assert "--require-hashes --requirement /requirements.txt" in pins
        assert "--only-binary :all:" in pins
        assert "--no-deps --no-index" in members
        assert stages[f"{image}-environment"].all("COPY")[0] == f"requirements/{image}.txt /requirements.txt"

    def test_holds_its_own_members_and_no_other(self, stages: Named, built: Path, image: str) -> None:
        environment = stages[f"{image}-environment"]
        assert environment.last("COPY") == f"--from=wheels /wheels/{image} /wheels"
        assert "/wheels/*.whl" in environment.last("RUN")
        assert {path.name.partition("-")[0] for path in (built / image).iterdir()} == HELD[image]

    def test_holds_what_its_members_ask_for_of_one_another(self, built: Path, image: str) -> None:
        wheels = [zipfile.Path(path) for path in (built / image).iterdir()]
        folders = [folder for wheel in wheels for folder in wheel.iterdir() if folder.name.endswith("-info")]
        metadata = [(folder / "METADATA").read_text("utf-8") for folder in folders]
        asked = {
            name for text in metadata for name in re.findall(r"^Requires-Dist: (coronal[\w-]*)", text, re.M)
        }
        assert asked
        assert {name.replace("-", "_") for name in asked} <= HELD[image]

    def test_checks_that_the_pins_are_all_that_its_members_need(self, stages: Named, image: str) -> None:
        assert stages[f"{image}-environment"].last("RUN").endswith("python check")


def test_the_images_stand_on_one_base_that_can_be_replaced(stages: Named, root: Path) -> None:
    assert stages["base"].base == "${BASE_IMAGE}"
    assert re.search(r"^ARG BASE_IMAGE=python:3\.\d+-slim-\w+$", _text(root / "Dockerfile"), re.MULTILINE)


def test_what_builds_the_wheels_is_pinned_by_hashes_too(stages: Named) -> None:
    tools, _ = stages["wheels"].all("RUN")
    assert "--require-hashes --requirement requirements/build.txt" in tools


def test_every_member_that_runs_in_a_container_is_in_an_image(shared: Named) -> None:
    members = {name.replace("-", "_") for name in shared["members"]}
    assert set().union(*HELD.values()) == members - IN_NO_IMAGE


def test_the_wheels_of_the_images_are_those_that_are_installed_elsewhere(built: Path, wheels: Path) -> None:
    for path in built.glob("*/*.whl"):
        assert path.read_bytes() == (wheels / path.name).read_bytes()


def test_certificate_and_settings_of_pip_are_secrets_and_optional(stages: Named) -> None:
    steps = [rest for stage in stages.values() for rest in stage.all("RUN") if "--require-hashes" in rest]
    for step in steps:
        assert re.findall(r"id=([\w.-]+)", step) == ["pip.conf", "ca-bundle"]
        assert "required" not in step


def test_no_package_of_the_system_is_installed(stages: Named) -> None:
    steps = " ".join(rest for stage in stages.values() for rest in stage.all("RUN"))
    assert not re.search(r"\b(apt|apt-get|gcc|make)\b", steps)


def test_the_context_holds_what_is_copied_and_nothing_else(stages: Named, root: Path) -> None:
    ignored, *rest = [line for line in _text(root / ".dockerignore").splitlines() if not line.startswith("#")]
    kept = {line[1:].split("/")[0] for line in rest if line.startswith("!")}
    copied = {source for stage in stages.values() for source in _copied(stage.all("COPY"))}
    assert ignored == "*"
    assert kept == {source.split("/")[0] for source in copied}
    assert [source for source in copied if not (root / source).exists()] == []


_NOT_IN_THE_CONTEXT = shutil.ignore_patterns("tests", "__pycache__", "*.egg-info", ".*_cache")


def _copied(copies: list[str]) -> list[str]:
    return [source for copy in copies if "--from" not in copy for source in copy.split()[:-1]]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_tensorflow_is_in_the_image_of_the_networks_alone(root: Path) -> None:
    pinned = {image: _text(root / "requirements" / f"{image}.txt") for image in IMAGES}
    assert {image for image, pins in pinned.items() if re.search(r"^tensorflow", pins, re.MULTILINE)} == {
        "networks"
    }
