"""Cost of checking an image's bytes against their digest while it is read.

A volume of about 100 MB is read from a blob store as a worker reads it, and without the check. It is in the
page cache, where the relative cost is highest.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import nibabel as nib
import numpy as np
import tifffile

from benchmarks.records import Effort, Record, ratio_record
from benchmarks.windows import interleaved
from coronal import Plugins
from coronal.formats.reading import read_image
from coronal_jobs.blobs.store import BlobStore
from coronal_worker.running.loader import load_plugins

__all__ = ["measure"]

SHAPE = (96, 720, 720)
"""Of two bytes each: 99.5 MB."""

CHECKED, PLAIN = "checked (s)", "unchecked (s)"


def measure(effort: Effort) -> list[Record]:
    """Measure each format."""
    plugins = load_plugins().plugins
    with tempfile.TemporaryDirectory() as folder:
        blobs = BlobStore(Path(folder, "blobs").as_uri())
        return [
            _measured(kind, blobs, blobs.put(path.read_bytes()).sha256, plugins, effort)
            for kind, path in volumes(Path(folder), effort)
        ]


def _measured(kind: str, blobs: BlobStore, sha256: str, plugins: Plugins, effort: Effort) -> Record:
    assert blobs.objects.folder is not None
    file = blobs.objects.folder / "sha256" / sha256[:2] / sha256
    contenders: dict[str, Callable[[], float]] = {
        PLAIN: lambda: timed_s(nullcontext(file), plugins),
        CHECKED: lambda: timed_s(blobs.local(sha256), plugins),
    }
    windows = interleaved(contenders, effort.rounds)
    return ratio_record("", f"reading {kind} of 100 MB, checked", windows, (CHECKED, PLAIN))


def volumes(folder: Path, effort: Effort) -> Iterator[tuple[str, Path]]:
    """Write CT-like noise, which compresses somewhat, in each format; in a short run in one."""
    voxels = np.random.default_rng(0).normal(0, 20, SHAPE).astype(np.int16)
    kinds = ("nii", "nii.gz", "tif") if effort.fraction == 1 else ("nii",)
    for kind in kinds:
        path = folder / f"volume.{kind}"
        if kind == "tif":
            metadata = {"spacing": 1.0, "unit": "mm", "axes": "ZYX"}
            tifffile.imwrite(path, voxels, imagej=True, metadata=metadata)
        else:
            nib.save(nib.Nifti1Image(voxels, np.eye(4)), path)
        yield kind, path


def timed_s(opened: AbstractContextManager[Path], plugins: Plugins) -> float:
    """Return how long it takes to open and read a volume."""
    began = time.perf_counter()
    with opened as path:
        read_image(path, plugins)
    return time.perf_counter() - began
