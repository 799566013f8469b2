"""An image of more or fewer pixels in the same proportions."""

import numpy as np
import pytest
from skimage.transform import rescale as library

from coronal import BadParameter, Geometry, Image
from coronal_imaging.spatial.rescale import rescale


@pytest.mark.parametrize("factor", [0.3, 0.5, 1.0, 1.7])
def test_it_is_the_library(plane: Image, factor: float) -> None:
    pixels = plane.pixels.astype(np.float32)
    expected = library(pixels, factor, order=1, mode="edge", preserve_range=True, anti_aliasing=True)
    np.testing.assert_allclose(rescale(Image(pixels), factor).pixels, expected, atol=2e-3)


def test_there_and_back_a_smooth_image_comes_back() -> None:
    rows, columns = np.indices((40, 60))
    smooth = np.sin(rows / 8) * np.cos(columns / 9)
    image = Image(smooth, Geometry((1.0, 2.0), (3.0, 4.0, 5.0), ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0))))
    back = rescale(rescale(image, 2.0, "cubic"), 0.5, "cubic")
    np.testing.assert_allclose(back.pixels[3:-3, 3:-3], smooth[3:-3, 3:-3], atol=0.01)
    assert back.geometry == image.geometry


def test_a_volume_has_half_as_many_slices_too(ct: Image) -> None:
    result = rescale(ct)
    assert result.shape == (4, 10, 12)
    assert result.spacing_mm == (8.0, 1.0, 2.0)


def test_at_least_one_pixel_is_left() -> None:
    assert rescale(Image(np.full((3, 40), 7.0)), 0.1).pixels.tolist() == [[7.0] * 4]


def test_a_hundredth_is_too_small_for_a_large_image() -> None:
    with pytest.raises(BadParameter, match=r"^factor must be such that at most 64 pixels become one"):
        rescale(Image(np.zeros((100, 100))), 0.01)
