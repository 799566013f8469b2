"""Plugins that misbehave, and images to send."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from skimage import data

BEHAVIOURS = '''
import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from coronal import Context, Image, LabelMap, algorithm


@algorithm
def gate(image: Image, context: Context) -> Image:
    """Wait until a file is there."""
    context.log("at the gate")
    while not Path(os.environ["CORONAL_TEST_GATE"]).exists():
        time.sleep(0.02)
    return image


@algorithm
def report(image: Image, context: Context) -> Image:
    """Log where it runs."""
    context.log(f"pid {os.getpid()}")
    context.log(f"random {context.random.integers(1 << 30)}")
    context.log(f"threads {os.environ['OMP_NUM_THREADS']} {os.environ['OPENBLAS_NUM_THREADS']}")
    return image


@algorithm
def fail(image: Image) -> Image:
    """Raise."""
    raise KeyError("/data/of/somebody.dcm")


@algorithm
def outgrow(image: Image) -> Image:
    """Raise MemoryError."""
    raise MemoryError


@algorithm
def grow(image: Image) -> Image:
    """Allocate more memory than its limit."""
    return image.with_pixels(np.ones(1 << 30, np.float64))


@algorithm
def spawn(image: Image, context: Context) -> Image:
    """Start a child process and wait for it."""
    other = subprocess.Popen(["sleep", "300"])
    context.log(f"started {other.pid}")
    other.wait()
    return image


@algorithm
def await_cancel(image: Image, context: Context) -> Image:
    """Wait until the job is cancelled."""
    context.log("at the gate")
    while not context.is_cancelled():
        time.sleep(0.02)
    return image


@algorithm
def kill(image: Image, context: Context) -> Image:
    """Kill the process that it runs in."""
    context.log(f"kills {os.getpid()}")
    os.kill(os.getpid(), signal.SIGKILL)
    return image


@algorithm
def leave(image: Image) -> Image:
    """Exit the process."""
    sys.exit("/data/of/somebody.dcm")


@algorithm
def cancel(image: Image) -> Image:
    """Raise a BaseException."""
    raise asyncio.CancelledError


@algorithm
def lie(image: Image) -> Image:
    """Return another type than it declares."""
    return LabelMap.of(image, image.grey() > 0)


@algorithm
def babble(image: Image, context: Context) -> Image:
    """Log and report values that no record can hold."""
    context.log("half a character \\udcff")
    context.progress(float("nan"))
    time.sleep(0.6)
    context.progress(float("nan"))
    raise ValueError("half a character \\udcff")
'''

FAR = '''
from coronal import Image, algorithm


@algorithm
def far(image: Image) -> Image:
    """Return the image unchanged, in another pool."""
    return image
'''

NAMES = (
    "gate",
    "report",
    "fail",
    "outgrow",
    "grow",
    "spawn",
    "await_cancel",
    "kill",
    "leave",
    "cancel",
    "lie",
    "babble",
)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def make_png() -> Callable[[NDArray[np.uint8]], bytes]:
    return _png


@pytest.fixture(scope="session")
def cell() -> NDArray[np.uint8]:
    """Return a cell under the microscope: a real image with one bright object."""
    pixels: NDArray[np.uint8] = data.cell()[::4, ::4].copy()
    return pixels


@pytest.fixture(scope="session")
def cell_png(cell: NDArray[np.uint8]) -> bytes:
    return _png(cell)


@pytest.fixture(scope="session")
def behaviours(tmp_path_factory: pytest.TempPathFactory, make_distribution: Callable[..., None]) -> Path:
    """Return a folder with a distribution whose algorithms misbehave."""
    folder = tmp_path_factory.mktemp("behaviours")
    make_distribution(folder, "test-behaviours", BEHAVIOURS, **{name: name for name in NAMES})
    return folder


@pytest.fixture(scope="session")
def far_plugin(tmp_path_factory: pytest.TempPathFactory, make_distribution: Callable[..., None]) -> Path:
    """Return a folder with a distribution that only another pool has."""
    folder = tmp_path_factory.mktemp("far")
    make_distribution(folder, "test-far", FAR, far="far")
    return folder
