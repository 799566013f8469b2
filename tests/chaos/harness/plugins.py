"""An installed distribution whose algorithms are slow or misbehave."""

from pathlib import Path

__all__ = ["install_hostile_plugins"]

_SOURCE = '''
import ctypes
import os
import subprocess
import sys
import time
from typing import Annotated

import numpy as np

from coronal import Context, Image, Parameter, algorithm


@algorithm
def slow(
    image: Image, context: Context, seconds: Annotated[float, Parameter("How long.", minimum=0)] = 0.3
) -> Image:
    """Add noise that depends on the seed alone, slowly."""
    noise = context.random.normal(size=image.pixels.shape)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not context.is_cancelled():
        time.sleep(0.02)
        context.progress(0.5)
    return image.with_pixels((image.pixels + noise).astype(np.float32))


@algorithm
def deaf(
    image: Image, seconds: Annotated[float, Parameter("How long.", minimum=0)] = 30.0
) -> Image:
    """Sleep without checking for cancellation."""
    time.sleep(seconds)
    return image


@algorithm
def clock(image: Image, context: Context) -> Image:
    """Log the time of day."""
    context.log(f"my clock says {time.time()}")
    return image


@algorithm
def segfault(image: Image) -> Image:
    """Read memory that isn't there."""
    ctypes.string_at(0)
    return image


@algorithm
def leave(image: Image) -> Image:
    """Exit the process."""
    os._exit(0)


@algorithm
def outgrow(image: Image) -> Image:
    """Raise MemoryError."""
    raise MemoryError


@algorithm
def leak(image: Image) -> Image:
    """Allocate memory until none is left."""
    taken = []
    while True:
        taken.append(np.ones(1 << 21))


@algorithm
def loop(image: Image) -> Image:
    """Loop forever."""
    while True:
        pass


@algorithm
def chatter(image: Image, context: Context) -> Image:
    """Print and log without end."""
    while True:
        print("z" * 200, flush=True)
        print("z" * 200, file=sys.stderr, flush=True)
        context.log("z" * 200)


@algorithm
def nonsense(image: Image) -> Image:
    """Return another type than it declares."""
    return "no image"


@algorithm
def die_of_black(image: Image) -> Image:
    """Exit the process where the image is black."""
    if not image.pixels.any():
        os._exit(0)
    time.sleep(0.01)
    return image


@algorithm
def hang_on_black(image: Image) -> Image:
    """Loop forever where the image is black."""
    while not image.pixels.any():
        pass
    time.sleep(0.01)
    return image


@algorithm
def orphan(image: Image) -> Image:
    """Start a child process, and never return."""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    time.sleep(600)
    return image
'''
_NAMES = (
    "slow",
    "deaf",
    "clock",
    "segfault",
    "leave",
    "outgrow",
    "leak",
    "loop",
    "chatter",
    "nonsense",
    "die_of_black",
    "hang_on_black",
    "orphan",
)


def install_hostile_plugins(folder: Path) -> None:
    """Write the distribution ``test-hostile`` into a folder."""
    folder.mkdir()
    (folder / "test_hostile.py").write_text(_SOURCE)
    info = folder / "test_hostile-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: test-hostile\nVersion: 1.0\n")
    points = (f"{name} = test_hostile:{name}" for name in _NAMES)
    (info / "entry_points.txt").write_text("\n".join(("[coronal]", *points, "")))
