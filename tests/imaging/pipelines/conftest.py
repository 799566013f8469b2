"""Real images for the pipelines that come with Coronal, made ready where a pipeline wants them so."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from marks import EXUDATES
from PIL import Image
from skimage import data
from skimage.draw import disk

ImageOf = Callable[[str, str], Path]

_YELLOW = np.array([250.0, 225.0, 120.0])


@pytest.fixture(scope="session")
def images(image_of: ImageOf, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An image for each pipeline, by its name."""
    folder = tmp_path_factory.mktemp("images")
    retina = image_of("skimage", "data/retina.jpg")
    section = image_of("skimage", "data/ihc.png")
    return {
        "bone": image_of("pydicom", "data/test_files/CT_small.dcm"),
        "brain": _coarse(image_of, "t1", folder),
        "brain-tissues": _coarse(image_of, "t1", folder),
        "bright-organs": image_of("pydicom", "data/test_files/examples_overlay.dcm"),
        "cells": image_of("skimage", "data/cell.png"),
        "fluorescent-nuclei": _nuclei(image_of, folder),
        "optic-disc": retina,
        "retina-bright-lesions": _with_exudates(folder),
        "retina-vessels": retina,
        "stained-epithelium": section,
        "stained-nuclei": section,
    }


@pytest.fixture(scope="session")
def tissues(image_of: ImageOf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tissues of the MNI152 head are, by its own maps: fluid 1, grey matter 2, white matter 3."""
    folder = tmp_path_factory.mktemp("tissues")
    head, grey, white = (nibabel.load(_coarse(image_of, what, folder)) for what in ("t1", "gm", "wm"))
    t1, gm, wm = (np.asarray(volume.dataobj, np.float32) for volume in (head, grey, white))
    is_tissue = gm + wm >= 0.5 * gm.max()
    labels = np.where(is_tissue, np.where(gm > wm, 2, 3), np.where(t1 > 0, 1, 0))
    nibabel.save(nibabel.Nifti1Image(labels.astype(np.uint8), head.affine), folder / "tissues.nii.gz")
    return folder / "tissues.nii.gz"


def _coarse(image_of: ImageOf, what: str, folder: Path) -> Path:
    """Take every second voxel of the MNI152 head, 2 mm apart: all eight times as fast."""
    path = image_of("nilearn", f"datasets/data/mni_icbm152_{what}_tal_nlin_sym_09a_converted.nii.gz")
    nibabel.save(nibabel.load(path).slicer[::2, ::2, ::2], folder / f"{what}.nii.gz")
    return folder / f"{what}.nii.gz"


def _nuclei(image_of: ImageOf, folder: Path) -> Path:
    """Scale nuclei that are 100 pixels wide to a third."""
    with Image.open(image_of("mahotas", "demos/data/nuclear.png")) as photograph:
        photograph.convert("L").reduce(3).save(folder / "nuclei.png")
    return folder / "nuclei.png"


def _with_exudates(folder: Path) -> Path:
    pixels = data.retina().astype(np.float32)
    for y, x, radius in EXUDATES:
        spot = disk((y, x), radius)
        pixels[spot] = 0.5 * pixels[spot] + 0.5 * _YELLOW
    Image.fromarray(pixels.astype(np.uint8)).save(folder / "exudates.png")
    return folder / "exudates.png"
