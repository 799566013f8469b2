"""Images that lie obliquely, as SimpleITK writes and reads them."""

import itertools
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from coronal import Image

TYPES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]


def oblique(pixels: np.ndarray, seed: int = 0) -> sitk.Image:
    """Return an image that lies obliquely, with another spacing along each axis."""
    image = sitk.GetImageFromArray(pixels)
    dimensions = image.GetDimension()
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, dimensions)))[0]
    image.SetSpacing((0.5, 0.75, 2.0)[:dimensions])
    image.SetOrigin((-12.0, 34.0, -5.5)[:dimensions])
    image.SetDirection(rotation.ravel().tolist())
    return image


def assert_as_itk_reads_it(image: Image, path: Path) -> None:
    direct = sitk.ReadImage(str(path))
    pixels = sitk.GetArrayFromImage(direct)
    assert image.pixels.dtype == pixels.dtype
    np.testing.assert_array_equal(image.pixels, pixels)
    np.testing.assert_allclose(image.spacing_mm, direct.GetSpacing()[::-1])
    for index in itertools.product(*((0, size - 1) for size in direct.GetSize())):
        world = (*direct.TransformIndexToPhysicalPoint(index), 0.0)[:3]
        np.testing.assert_allclose(image.geometry.position_mm(index[::-1]), world, atol=1e-9)
