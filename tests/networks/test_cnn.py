"""Convolutional networks, and what they looked at."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coronal import Image, TrainingContext
from coronal_networks.cnn import cnn

pytestmark = pytest.mark.slow

SIDE = 28
SQUARE = 6


def squares(count: int) -> tuple[list[Image], list[str], list[np.ndarray]]:
    """Make noise with a square somewhere, full or checked; the class of each, and its middle."""
    random = np.random.default_rng(0)
    images, classes, middles = [], [], []
    for number in range(count):
        pixels = random.integers(0, 40, (SIDE, SIDE))
        y, x = random.integers(2, SIDE - SQUARE - 2, 2)
        checks = np.indices((SQUARE, SQUARE)).sum(axis=0) % 2
        pixels[y : y + SQUARE, x : x + SQUARE] += 180 * (checks if number % 2 else 1)
        images.append(Image(pixels.astype(np.uint8)))
        classes.append("checked" if number % 2 else "full")
        middles.append(np.array([y, x]) + (SQUARE - 1) / 2)
    return images, classes, middles


@pytest.mark.parametrize(
    "parameters", [{"learning_rate": 0.003}, {"architecture": "residual"}], ids=["small", "residual"]
)
def test_grad_cam_shows_the_object_by_which_it_decided(parameters: dict[str, Any], tmp_path: Path) -> None:
    images, classes, middles = squares(60)
    model = cnn.create({"epochs": 12} | parameters)
    model.fit(images, classes, TrainingContext(seed=1))
    model.save(tmp_path)
    loaded = cnn.load(tmp_path)
    distances = []
    for image, middle in list(zip(images, middles, strict=True))[:10]:
        heat = loaded.explain(image)
        assert (heat.dtype, heat.shape) == (np.float32, image.shape)
        assert (heat.min() >= 0, heat.max()) == (True, 1)
        hottest = np.unravel_index(heat.argmax(), heat.shape)
        distances.append(np.linalg.norm(np.array(hottest) - middle))
    # The maps of the last convolution are of 7 × 7 places, 4 pixels each.
    assert np.median(distances) < 4


def test_grad_cam_is_of_the_shape_of_a_volume_of_channels(halves: Any) -> None:
    images, classes = halves(shape=(3, 20, 17), channels=2)
    model = cnn.create({"epochs": 1, "filters": 2, "size": 8})
    model.fit(images, classes, TrainingContext(seed=1))
    assert model.explain(images[0]).shape == (3, 20, 17)


def test_grad_cam_weighs_each_feature_map_by_the_mean_gradient_of_the_score(halves: Any) -> None:
    """Against the closed form: where the mean of each map is what the last layer sees, its weight is it."""
    images, classes = halves(shape=(8, 8))
    model = cnn.create({"architecture": "residual", "filters": 4, "epochs": 2})
    model.fit(images, classes, TrainingContext(seed=1))
    from coronal_networks.engine import keras

    assert model.fitted is not None
    network: Any = model.fitted.network.network
    inputs = model.fitted.record.preparation.input(images[0])
    maps = keras().Model(network.inputs[0], network.get_layer("features").output)
    kernel = network.get_layer("scores").kernel.value.numpy()
    place = model.predict(images[:1])[0].classes.index(model.predict(images[:1])[0].label)
    expected = np.maximum(maps(inputs[np.newaxis]).numpy()[0] @ kernel[:, place], 0)
    expected = np.kron(expected / expected.max(), np.ones((1, 1)))
    heat = model.explain(images[0])
    # Linear enlargement leaves the middle of a place of 4 × 4 pixels between its four central ones.
    middles = heat.reshape(2, 4, 2, 4)[:, 1:3, :, 1:3].mean(axis=(1, 3))
    assert np.unravel_index(middles.argmax(), (2, 2)) == np.unravel_index(expected.argmax(), (2, 2))
