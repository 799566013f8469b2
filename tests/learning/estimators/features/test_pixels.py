"""The values themselves."""

import numpy as np
import pytest

from coronal import Image
from coronal_learning.estimators.features.pixels import pixels

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(8, 9), (3, 8, 9)])
def test_a_small_image_stays_as_it_is(shape: tuple[int, ...]) -> None:
    values = RANDOM.integers(-1000, 60_000, shape)
    np.testing.assert_array_equal(pixels(Image(values), size=9), values.ravel())


def test_only_longer_axes_are_shrunk() -> None:
    ramp = np.broadcast_to(np.arange(64.0), (4, 64))
    found = pixels(Image(ramp), size=8).reshape(4, 8)
    # Eight neighbours become their mean, but at the edges, which anti-aliasing repeats.
    np.testing.assert_allclose(found[:, 1:-1], ramp.reshape(4, 8, 8).mean(axis=2)[:, 1:-1], atol=0.2)


def test_channels_are_shrunk_each_for_itself() -> None:
    colour = RANDOM.integers(0, 256, (20, 24, 3)).astype(np.uint8)
    found = pixels(Image(colour, has_channels=True), size=10).reshape(10, 10, 3)
    for channel in range(3):
        alone = pixels(Image(colour[..., channel]), size=10).reshape(10, 10)
        np.testing.assert_allclose(found[..., channel], alone, atol=1e-9)
