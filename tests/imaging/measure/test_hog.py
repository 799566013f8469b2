"""Histograms of oriented gradients."""

import numpy as np
import pytest
from skimage import data, feature

from coronal import BadImage, BadParameter, Image
from coronal_imaging.measure.hog import hog


def test_it_is_the_library() -> None:
    cell = data.cell()[:64, :96]
    table = hog(Image(cell))
    expected = feature.hog(cell, 9, (8, 12), (2, 2))
    assert len(table.rows) == 7 * 7 * 4
    found = np.array(table.rows)[:, 4:].ravel()
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert table.rows[5][:4] == (0, 1, 0, 1)


@pytest.mark.parametrize(("along_y", "along_x", "direction"), [(0, 1, 0), (1, 0, 2), (1, 1, 1), (1, -1, 3)])
def test_a_ramp_has_the_direction_that_it_rises_in(along_y: int, along_x: int, direction: int) -> None:
    y, x = np.mgrid[:32, :32]
    table = hog(Image(y * along_y + x * along_x), cells=2, block=1, orientations=4)
    strengths = [table.column(f"gradient_{i}")[0] for i in range(4)]
    assert np.argmax(strengths) == direction


@pytest.mark.parametrize("shape", [(64, 64), (67, 91), (23, 200)])
def test_it_is_as_long_for_each_image(shape: tuple[int, int]) -> None:
    image = Image(np.random.default_rng(0).random(shape))
    assert len(hog(image, cells=8, block=2).rows) == 196


def test_brightness_and_contrast_do_not_count() -> None:
    cell = data.cell()[:64, :64].astype(np.float64)
    first, second = (np.array(hog(Image(pixels)).rows) for pixels in (cell, cell * 1e-20 + 1e-20))
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_a_constant_image_has_no_gradient() -> None:
    assert not np.array(hog(Image(np.full((32, 32), 7)), block=1).rows)[:, 4:].any()


def test_what_cannot_be_described_is_refused() -> None:
    with pytest.raises(BadImage, match="at least 16 × 16 pixels, found \\(15, 40\\)"):
        hog(Image(np.zeros((15, 40))))
    with pytest.raises(BadImage, match="each value must be a number"):
        hog(Image(np.where(np.eye(32) > 0, np.nan, 0)))
    with pytest.raises(BadParameter, match="block must be ≤ cells \\(2\\), found 3"):
        hog(Image(np.zeros((32, 32))), cells=2, block=3)
