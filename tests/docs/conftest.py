"""The server that the blocks of the documentation are run against, and the images that they name."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

START_S = 90.0
IMAGES = {
    "cells.png": ("skimage", "data/cell.png"),
    "retina.jpg": ("skimage", "data/retina.jpg"),
    "ct.dcm": ("pydicom", "data/test_files/CT_small.dcm"),
    "mr.dcm": ("pydicom", "data/test_files/MR_small.dcm"),
    "brain.nii": ("nibabel", "tests/data/anatomical.nii"),
}

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Up:
    """`coronal up` in a folder of its own; its workers find what was installed into `plugins`."""

    def __init__(self, folder: Path, eventually: Callable[..., None]) -> None:
        self._folder = folder
        self._eventually = eventually
        self._port = _free_port()
        self.plugins = folder / "plugins"
        self.plugins.mkdir()
        self.url = f"http://127.0.0.1:{self._port}"
        self._start()

    @property
    def environment(self) -> dict[str, str]:
        """That of the server, of the shell, and of all that a block starts."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CORONAL_")}
        programs = Path(sys.executable).parent
        return {
            **inherited,
            "CORONAL_SERVER": self.url,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.plugins),
            # What a block installs goes to the workers' folder, and nothing is fetched.
            "PIP_TARGET": str(self.plugins),
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_UPGRADE": "1",
            "COLUMNS": "100",
        }

    def restart(self) -> None:
        """End it as Ctrl-C does, and start it again over the same data."""
        self.end()
        self._start()

    def end(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(START_S)

    def _start(self) -> None:
        command = [sys.executable, "-m", "coronal_client", "up", "--port", str(self._port), "--workers", "1"]
        output = self._folder / "up.log"
        with output.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        self._eventually(
            lambda: f"Coronal is at {self.url}" in output.read_text() or self._process.poll() is not None,
            "coronal up is ready",
            START_S,
        )
        assert self._process.poll() is None, output.read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(eventually: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    up = Up(tmp_path_factory.mktemp("up"), eventually)
    yield up
    up.end()


@pytest.fixture(scope="session")
def copy_images() -> Callable[[Path], None]:
    """Puts the images that the documentation names, out of installed packages, into a folder."""

    def copy(folder: Path) -> None:
        for name, (package, path) in IMAGES.items():
            spec = find_spec(package)
            assert spec is not None
            shutil.copyfile(Path(str(spec.origin)).parent / path, folder / name)
        write_digits(folder / "digits")

    return copy


def write_digits(folder: Path) -> None:
    """Write some handwritten digits, a folder for each."""
    found = load_digits()
    for number, (pixels, digit) in enumerate(zip(found.images[:200], found.target, strict=False)):
        path = folder / DIGITS[digit] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pixels * 15).astype(np.uint8)).save(path)
