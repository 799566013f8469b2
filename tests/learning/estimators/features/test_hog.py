"""Histograms of oriented gradients."""

import numpy as np
import pytest
from skimage import data, feature

from coronal import Image
from coronal_learning.estimators.features.hog import hog


def test_it_is_the_library() -> None:
    cell = data.cell()[:64, :96]
    scaled = (cell - float(cell.min())) / float(np.ptp(cell))
    expected = feature.hog(scaled, 9, (16, 24), (2, 2))
    np.testing.assert_allclose(hog(Image(cell), cells=4), expected, atol=1e-9)


@pytest.mark.parametrize(("along_y", "along_x", "direction"), [(0, 1, 0), (1, 0, 4)])
def test_a_ramp_has_one_direction(along_y: int, along_x: int, direction: int) -> None:
    y, x = np.mgrid[:32, :32]
    found = hog(Image(y * along_y + x * along_x), cells=2).reshape(-1, 9)
    assert (found.argmax(axis=1) == direction).all()


def test_brightness_and_contrast_do_not_count() -> None:
    cell = data.cell()[:64, :64].astype(np.float64)
    np.testing.assert_allclose(hog(Image(cell), 4), hog(Image(cell * 1e-20 + 1e-20), 4), atol=1e-4)


def test_one_cell_is_a_block_of_its_own() -> None:
    assert hog(Image(data.cell()[:64, :64]), cells=1).shape == (9,)
