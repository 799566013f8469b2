"""An image turned in its plane."""

import numpy as np
import pytest
from phantoms import ball
from scipy import ndimage
from skimage.transform import rotate as library

from coronal import BadParameter, Geometry, Image, Meaning
from coronal_imaging.spatial.rotate import rotate


@pytest.fixture
def smooth() -> Image:
    rows, columns = np.indices((60, 60)) - 29.5
    bumps = np.exp(-((rows - 6) ** 2 + (columns + 9) ** 2) / 50) + np.exp(-(rows**2 + columns**2) / 200)
    return Image(bumps, Geometry((1.0, 1.0), (5.0, 6.0, 7.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0))))


@pytest.mark.parametrize(("interpolation", "order"), [("nearest", 0), ("linear", 1), ("cubic", 3)])
def test_it_is_the_library(plane: Image, interpolation: str, order: int) -> None:
    pixels = plane.pixels.astype(np.float32)
    expected = ndimage.rotate(pixels, 25.0, reshape=False, order=order, mode="grid-constant")
    result = rotate(Image(pixels), 25.0, frame="keep", interpolation=interpolation)  # type: ignore[arg-type]  # a choice
    np.testing.assert_allclose(result.pixels, np.clip(expected, 0, pixels.max()), atol=2e-3)


def test_it_turns_the_way_that_scikit_image_does(smooth: Image) -> None:
    expected = library(smooth.pixels.copy(), 40.0, order=1)
    np.testing.assert_allclose(rotate(smooth, 40.0, frame="keep").pixels, expected, atol=1e-5)


def test_a_volume_turns_in_its_own_planes(ct: Image) -> None:
    cubes = Image(ct.pixels.astype(np.float32))
    expected = ndimage.rotate(cubes.pixels, 25.0, axes=(2, 0), reshape=False, order=1, mode="grid-constant")
    result = rotate(cubes, 25.0, "zx", "keep").pixels
    np.testing.assert_allclose(result, expected, atol=2e-3)


@pytest.mark.parametrize("quarters", [-3, -1, 1, 2])
def test_quarters_move_pixels_alone_and_come_back(ct: Image, quarters: int) -> None:
    turned = rotate(ct, 90.0 * quarters)
    np.testing.assert_array_equal(turned.pixels, np.rot90(ct.pixels, quarters, (1, 2)))
    assert turned.spacing_mm == ((4.0, 1.0, 0.5) if quarters % 2 else (4.0, 0.5, 1.0))
    back = rotate(turned, -90.0 * quarters)
    np.testing.assert_array_equal(back.pixels, ct.pixels)
    assert back.geometry == ct.geometry


def test_any_angle_and_back_comes_back_in_its_place(smooth: Image) -> None:
    away = rotate(smooth, 33.0, frame="keep", interpolation="cubic")
    back = rotate(away, -33.0, frame="keep", interpolation="cubic")
    inner = (slice(10, -10), slice(10, -10))
    np.testing.assert_allclose(back.pixels[inner], smooth.pixels[inner], atol=5e-3)
    np.testing.assert_allclose(back.geometry.affine(), smooth.geometry.affine(), atol=1e-12)


def test_an_enlarged_frame_holds_all_of_it() -> None:
    image = Image(np.ones((30, 80)))
    turned = rotate(image, 45.0)
    assert turned.shape == (78, 78)  # (30 + 80) / √2
    assert turned.pixels.sum() == pytest.approx(30 * 80, rel=5e-3)


def test_an_angle_is_one_of_mm_where_pixels_are_no_squares() -> None:
    spacing = (2.0, 0.5)
    # A bar of 40 × 8 mm that lies along x.
    bar = np.zeros((40, 160))
    bar[18:22, 40:120] = 1
    turned = rotate(Image(bar, Geometry(spacing)), 60.0, frame="keep")
    assert turned.spacing_mm == pytest.approx(spacing)
    rows, columns = (
        places * step for places, step in zip(np.nonzero(turned.pixels > 0.5), spacing, strict=True)
    )
    slope = np.linalg.eigh(np.cov(rows, columns))[1][:, 1]
    assert abs(slope[0] / slope[1]) == pytest.approx(np.tan(np.radians(60)), rel=0.03)


def test_a_disc_in_the_middle_stays_where_it_is() -> None:
    disc = ball((51, 51), (25, 25), 15).astype(np.float32)
    turned = rotate(Image(disc), 77.0, frame="keep").pixels
    assert np.abs(turned - disc).mean() < 0.02
    assert turned.sum() == pytest.approx(disc.sum(), rel=0.005)


def test_beyond_the_edge_is_air_in_hounsfield_units_and_else_0_or_what_is_said() -> None:
    ct = Image(np.full((9, 9), 40, np.int16), meaning=Meaning.HOUNSFIELD)
    assert rotate(ct, 45.0).pixels[0, 0] == -1000
    assert rotate(Image(np.ones((9, 9))), 45.0).pixels[0, 0] == 0
    assert rotate(ct, 45.0, interpolation="nearest", fill=7.0).pixels[0, 0] == 7


def test_a_plane_has_no_other_plane(plane: Image) -> None:
    with pytest.raises(BadParameter, match="plane must be of x and y alone: the image is a plane, found z"):
        rotate(plane, 10.0, "zx")
