"""An image of another spacing."""

import numpy as np
import pytest
import SimpleITK

from coronal import BadParameter, Geometry, Image
from coronal_imaging.spatial.resample import resample

AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


def simpleitk(image: Image, like: Image, interpolator: int) -> np.ndarray:
    """Resample an axial volume onto the grid of another."""
    assert image.spacing_mm
    assert like.spacing_mm
    assert like.geometry.origin_mm
    source = SimpleITK.GetImageFromArray(image.pixels.astype(np.float32))
    source.SetSpacing(image.spacing_mm[::-1])
    source.SetOrigin(image.geometry.origin_mm)
    target = (like.geometry.origin_mm, like.spacing_mm[::-1], (1, 0, 0, 0, 1, 0, 0, 0, 1))
    result = SimpleITK.Resample(
        source, like.shape[::-1], SimpleITK.Transform(), interpolator, *target, 0.0, SimpleITK.sitkFloat32
    )
    return np.asarray(SimpleITK.GetArrayFromImage(result))


@pytest.fixture
def volume(ct: Image) -> Image:
    return Image(ct.pixels, Geometry((4.0, 0.5, 1.0), (10.0, -20.0, 30.0), AXIAL))


def test_it_is_simpleitk_where_nothing_shrinks(volume: Image) -> None:
    result = resample(volume, x=0.7, y=0.4, z=1.6)
    expected = simpleitk(volume, result, SimpleITK.sitkLinear)
    inner = (slice(2, -2), slice(1, -1), slice(1, -1))
    # Hounsfield units stay whole.
    np.testing.assert_allclose(result.pixels[inner], expected[inner], atol=0.502)


def test_what_shrinks_is_smoothed_before(volume: Image) -> None:
    result = resample(volume, x=3.0, y=0.5, z=4.0)
    sigma = SimpleITK.SmoothingRecursiveGaussian(
        SimpleITK.GetImageFromArray(volume.pixels), (1.0, 1e-3, 1e-3)
    )
    smooth = Image(SimpleITK.GetArrayFromImage(sigma), volume.geometry)
    expected = simpleitk(smooth, result, SimpleITK.sitkLinear)
    # ITK's Gaussian is a recursive one, good to a few per cent of these 3,000 HU.
    np.testing.assert_allclose(result.pixels[..., 2:-2], expected[..., 2:-2], atol=60)


def test_the_spacing_is_met_and_the_middle_stays(volume: Image) -> None:
    result = resample(volume, x=0.7, y=0.7, z=0.7)
    assert result.spacing_mm == pytest.approx((0.7, 0.7, 0.7))
    assert result.shape == (round(8 * 4 / 0.7), round(20 * 0.5 / 0.7), round(24 / 0.7))
    old, new = ([(size - 1) / 2 for size in image.shape] for image in (volume, result))
    assert result.geometry.position_mm(new) == pytest.approx(volume.geometry.position_mm(old))


def test_a_ball_of_thick_slices_keeps_its_volume_and_is_round_again() -> None:
    rows = np.indices((20, 64, 64)) * np.reshape((3.0, 1.0, 1.0), (3, 1, 1, 1))
    ball = ((rows - np.reshape((28.5, 31.5, 31.5), (3, 1, 1, 1))) ** 2).sum(axis=0) <= 20**2
    result = resample(Image(ball, Geometry((3.0, 1.0, 1.0))))
    assert result.pixels.sum() == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.01)
    extents = [np.ptp(np.nonzero(result.pixels > 0.5)[axis]) for axis in range(3)]
    assert max(extents) - min(extents) <= 2


def test_what_is_null_stays(volume: Image) -> None:
    result = resample(volume, x=None, y=0.25, z=None)
    assert result.spacing_mm == (4.0, 0.25, 1.0)


def test_without_spacing_it_is_in_pixels_and_stays_without() -> None:
    result = resample(Image(np.ones((10, 12))), x=3.0, y=0.5)
    assert (result.shape, result.spacing_mm) == ((20, 4), None)


def test_a_spacing_that_makes_too_much_of_it_is_refused(volume: Image) -> None:
    with pytest.raises(BadParameter, match=r"^y must be such that the image has at most 268,435,456 values"):
        resample(volume, x=1.0, y=1e-7, z=1.0)
    with pytest.raises(BadParameter, match=r"^z must be such that at most 64 pixels become one"):
        resample(volume, x=1.0, y=1.0, z=1000.0)
