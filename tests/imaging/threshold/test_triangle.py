"""Objects by the triangle's threshold."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.filters import threshold_triangle
from skimage.measure import label

from coronal import Geometry, Image
from coronal_imaging.threshold.triangle import triangle


@pytest.mark.parametrize("foreground", ["bright", "dark"])
def test_it_is_the_library_bit_for_bit(foreground: str) -> None:
    coins = data.coins()
    mask = coins > threshold_triangle(coins)
    expected = label(mask if foreground == "bright" else ~mask)
    np.testing.assert_array_equal(triangle(Image(coins), foreground=foreground).labels, expected)


def test_balls_have_their_known_volume_and_place() -> None:
    spacing = (2.0, 0.5, 1.0)
    inside = [ball((15, 60, 60), (14.0, 15.0, x), 9.0, spacing) for x in (15.0, 45.0)]
    noise = np.random.default_rng(0).integers(0, 20, (15, 60, 60))
    labels = triangle(
        Image((sum(inside) * 400 + noise - 1000).astype(np.int16), Geometry(spacing)), min_size=50.0
    )
    np.testing.assert_array_equal(labels.labels, inside[0] * 1 + inside[1] * 2)
