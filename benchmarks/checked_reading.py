"""What it costs to check an image's bytes against their digest while it is read.

A volume of about 100 MB is read from a blob store as a worker reads it, and without the check. It is in the
system's cache: there the check costs most, in parts of the whole. With ``--cold`` it is dropped from there
before each reading, and comes from the disk. The two take turns, and each is given by its median. Run it with
``python benchmarks/checked_reading.py`` in the environment of `make install`; it takes about half a minute.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from statistics import median

import nibabel as nib
import numpy as np
import tifffile

from coronal import Plugins
from coronal_jobs.store.blobs import BlobStore
from coronal_worker.loader import load_plugins
from coronal_worker.reading import read_image

SHAPE = (96, 720, 720)
"""Of two bytes each: 99.5 MB."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cold", action="store_true", help="read from the disk")
    wanted = parser.parse_args()
    plugins = load_plugins().plugins
    with tempfile.TemporaryDirectory() as folder:
        blobs = BlobStore(Path(folder, "blobs").as_uri())
        for kind, path in volumes(Path(folder)):
            sha256 = blobs.put(path.read_bytes()).sha256
            file = file_of(blobs, sha256)
            rounds = [
                tuple(
                    timed(opened, plugins, cold=file if wanted.cold else None)
                    for opened in (nullcontext(file), blobs.local(sha256))
                )
                for _ in range(wanted.rounds)
            ]
            plain, checked = map(median, zip(*rounds, strict=True))
            size = f"{path.stat().st_size / 1e6:.0f} MB"
            print(f"{kind}, {size}: {plain:.3f} s, checked {checked:.3f} s ({checked / plain - 1:+.0%})")
    return 0


def volumes(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write noise as CT has it: what compresses somewhat."""
    voxels = np.random.default_rng(0).normal(0, 20, SHAPE).astype(np.int16)
    for kind in ("nii", "nii.gz"):
        path = folder / f"volume.{kind}"
        nib.save(nib.Nifti1Image(voxels, np.eye(4)), path)
        yield kind, path
    path = folder / "volume.tif"
    tifffile.imwrite(path, voxels, imagej=True, metadata={"spacing": 1.0, "unit": "mm", "axes": "ZYX"})
    yield "tif", path


def file_of(blobs: BlobStore, sha256: str) -> Path:
    assert blobs.objects.folder is not None
    return blobs.objects.folder / "sha256" / sha256[:2] / sha256


def timed(opened: AbstractContextManager[Path], plugins: Plugins, *, cold: Path | None) -> float:
    if cold:
        drop_from_cache(cold)
    started = time.perf_counter()
    with opened as path:
        read_image(path, plugins)
    return time.perf_counter() - started


def drop_from_cache(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file)  # what isn't on the disk yet is kept
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    sys.exit(main())
