"""Files to read: real ones from inside installed packages, broken ones, and bombs."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np

from corpus.bombs import BOMBS
from corpus.samples import samples

__all__ = ["ORIGINS", "lay_out"]

ORIGINS = ("pydicom", "nibabel", "scikit-image", "truncated", "flipped", "bomb")

_REAL = {
    "pydicom": ("pydicom", "data"),
    "nibabel": ("nibabel", "tests/data"),
    "scikit-image": ("skimage", "data"),
}
_MAX_BYTES = 5_000_000


def lay_out(folder: Path, *, cuts: int, flips: int) -> dict[str, list[Path]]:
    """Return the paths of files by where they come from; those that are made are laid into a folder.

    Parameters
    ----------
    folder
        Where to.
    cuts, flips
        How many truncated files, and how many with a flipped bit, are made of each sample.
    """
    real = {origin: list(_real(*place)) for origin, place in _REAL.items()}
    truncated = _laid(folder / "truncated", _truncated(cuts))
    flipped = _laid(folder / "flipped", _flipped(flips))
    bombs = _laid(folder / "bomb", ((name, made()) for name, made in BOMBS.items()))
    return {**real, "truncated": truncated, "flipped": flipped, "bomb": bombs}


def _real(package: str, folder: str) -> Iterator[Path]:
    for path in sorted(Path(str(files(package))).joinpath(folder).rglob("*")):
        if path.is_file() and path.suffix not in {".py", ".pyc"} and path.stat().st_size < _MAX_BYTES:
            yield path


def _truncated(count: int) -> Iterator[tuple[str, bytes]]:
    for name, (_, content) in samples().items():
        for length in np.linspace(0, 0.9 * len(content), count).astype(int):
            yield f"{name}-{length}", content[:length]


def _flipped(count: int) -> Iterator[tuple[str, bytes]]:
    random = np.random.default_rng(4)
    for name, (_, content) in samples().items():
        # Half of them where headers are.
        for number, place in enumerate(random.random(count)):
            length = min(len(content), 700) if number % 2 else len(content)
            flipped = bytearray(content)
            flipped[int(place * length)] ^= 1 << int(random.integers(8))
            yield f"{name}-{number}", bytes(flipped)


def _laid(folder: Path, made: Iterator[tuple[str, bytes]]) -> list[Path]:
    folder.mkdir()
    paths = []
    for name, content in made:
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return paths
