"""The workload of volumes: 256³ voxels of 16 bits, as NIfTI."""

from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage import filters, measure

__all__ = ["VOLUME", "count_in", "write_volume"]

VOLUME = "{stages: [gaussian: {sigma: 2}, otsu, count], results: [measurements]}"


def write_volume(path: Path, seed: int, side: int = 256) -> None:
    """Write a cube of voxels with a few dozen bright balls on a noisy background."""
    random = np.random.default_rng(seed)
    coarse = np.zeros((side // 4,) * 3, np.float32)
    coarse[tuple(random.integers(4, side // 4 - 4, (3, 40)))] = 60_000
    balls = ndimage.zoom(ndimage.gaussian_filter(coarse, 3), 4, order=1)
    voxels = (balls + random.normal(100, 20, balls.shape)).astype(np.int16)
    nib.save(nib.Nifti1Image(voxels, np.eye(4)), path)


def count_in(path: Path) -> int:
    """Run the pipeline `VOLUME`, and return the number of objects."""
    voxels: NDArray[np.int16] = np.asarray(nib.load(path).dataobj)
    smooth = ndimage.gaussian_filter(voxels, 2, output=np.float32, mode="nearest")
    return int(measure.label(smooth > filters.threshold_otsu(smooth)).max())
