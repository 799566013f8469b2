"""The grey-level co-occurrence matrix."""

import numpy as np
import pytest

from coronal import Image
from coronal_learning.estimators.features.glcm import glcm


def test_a_chessboard_is_what_its_neighbours_are() -> None:
    board = np.indices((8, 8)).sum(axis=0) % 2
    contrast, dissimilarity, homogeneity, energy, correlation, _ = glcm(Image(board))
    # Two of four directions have neighbours 31 levels apart, the diagonals equal ones.
    assert contrast == pytest.approx(31**2 / 2)
    assert dissimilarity == pytest.approx(31 / 2)
    assert homogeneity == pytest.approx((1 + 1 / (1 + 31**2)) / 2)
    assert energy == pytest.approx(np.sqrt(0.5), rel=1e-3)
    assert correlation == pytest.approx(0, abs=1e-9)


def test_a_constant_image_is_all_one() -> None:
    contrast, dissimilarity, homogeneity, energy, _, entropy = glcm(Image(np.full((8, 8), 7)))
    assert (contrast, dissimilarity, homogeneity, energy, entropy) == (0, 0, 1, 1, 0)


def test_a_row_has_neighbours_along_it_alone() -> None:
    row = np.arange(32.0)[np.newaxis]
    assert glcm(Image(row))[0] == pytest.approx(1)
    assert (glcm(Image(np.ones((1, 1)))) == 0).all()


def test_a_volume_of_equal_slices_is_one_slice() -> None:
    plane = np.random.default_rng(0).integers(0, 256, (12, 12))
    np.testing.assert_allclose(glcm(Image(np.stack([plane] * 3))), glcm(Image(plane)))
