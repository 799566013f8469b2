"""TensorFlow is started in one way, and leaves the rest of the process alone."""

import random

import numpy as np
import pytest

from coronal_networks.data.scaling import Scaling
from coronal_networks.engine import keras, seeded, tensorflow

pytestmark = pytest.mark.slow


def test_it_has_one_thread() -> None:
    threading = tensorflow().config.threading
    assert threading.get_intra_op_parallelism_threads() == 1
    assert threading.get_inter_op_parallelism_threads() == 1


def test_layers_begin_as_the_seed_says_and_other_generators_go_on_as_they_were() -> None:
    def weights() -> np.ndarray:
        with seeded(7):
            layer = keras().layers.Dense(3)
            layer.build((None, 4))
        return np.asarray(layer.kernel.value.numpy())

    first = weights()
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.rand()
    random.seed(1)
    np.random.seed(1)
    np.testing.assert_array_equal(weights(), first)
    assert (random.random(), np.random.rand()) == expected


def test_values_are_standardised_as_numpy_does_it_and_what_never_changes_is_0() -> None:
    values = np.random.default_rng(0).normal(50, 7, (5, 4, 3, 2)).astype(np.float32)
    values[..., 1] = 1e30
    first = values[..., 0].astype(np.float64)
    scaled = Scaling.of(values).scale(values)
    np.testing.assert_allclose(scaled[..., 0], (first - first.mean()) / first.std(), rtol=1e-4, atol=1e-5)
    assert not scaled[..., 1].any()


def test_images_of_several_sizes_are_standardised_place_by_place() -> None:
    random = np.random.default_rng(1)
    images = [random.normal(9, 2, (side, side, 1)).astype(np.float32) for side in (3, 8)]
    every = np.concatenate([one.ravel() for one in images]).astype(np.float64)
    scaling = Scaling.of(images)
    assert (*scaling.means, *scaling.deviations) == pytest.approx((every.mean(), every.std()))
