"""What is done to an image that is learned from."""

from typing import Any

import numpy as np
import pytest
from skimage import transform

from coronal_networks.training.augmentation import Change
from coronal_networks.training.training_batches import LabelledImages

RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.normal(size=(9, 11, 2)).astype(np.float32)


def test_nothing_changes_nothing() -> None:
    np.testing.assert_array_equal(Change().image(IMAGE), IMAGE)


def test_a_flip_mirrors_from_left_to_right() -> None:
    np.testing.assert_array_equal(Change(is_flipped=True).image(IMAGE), IMAGE[:, ::-1])


def test_a_shift_moves_and_repeats_the_edge() -> None:
    moved = Change(shifted=(2 / 9, 0.0)).image(IMAGE)
    np.testing.assert_allclose(moved[2:], IMAGE[:-2], atol=1e-6)
    np.testing.assert_allclose(moved[0], IMAGE[0], atol=1e-6)


def test_a_turn_is_that_of_scikit_image() -> None:
    turned = Change(turned_deg=15.0).image(IMAGE)
    expected = transform.rotate(IMAGE, 15.0, order=1, mode="edge", center=(5, 4))
    np.testing.assert_allclose(turned[2:-2, 3:-3], expected[2:-2, 3:-3], atol=1e-5)


def test_contrast_keeps_the_mean_of_each_channel() -> None:
    changed = Change(contrast=1.25).image(IMAGE)
    np.testing.assert_allclose(changed.mean(axis=(0, 1)), IMAGE.mean(axis=(0, 1)), atol=1e-6)
    np.testing.assert_allclose(changed.std(axis=(0, 1)), 1.25 * IMAGE.std(axis=(0, 1)), rtol=1e-5)


@pytest.mark.parametrize("shape", [(12, 16), (4, 12, 16)], ids=["plane", "volume"])
def test_a_label_map_moves_with_its_image(shape: tuple[int, ...]) -> None:
    labels = np.zeros(shape, np.int32)
    labels[..., 3:9, 5:12] = 3
    change = Change(is_flipped=True, turned_deg=10.0, shifted=(0.05,) * len(shape), contrast=1.2)
    image = change.image(labels[..., np.newaxis].astype(np.float32))[..., 0]
    moved = change.labels(labels)
    assert moved.dtype == np.int32
    assert set(np.unique(moved)) == {0, 3}
    assert np.corrcoef(moved.ravel(), image.ravel())[0, 1] > 0.9


def test_only_what_is_named_is_drawn_and_within_its_bounds() -> None:
    names: Any = ("flip", "rotate", "shift", "contrast")
    random = np.random.default_rng(1)
    drawn = [Change.drawn(names, 3, random) for _ in range(200)]
    assert {one.is_flipped for one in drawn} == {True, False}
    assert max(abs(one.turned_deg) for one in drawn) <= 15
    assert max(abs(part) for one in drawn for part in one.shifted) <= 0.1
    assert all(0.8 <= one.contrast <= 1.25 for one in drawn)
    assert Change.drawn((), 2, random) == Change()
    turned = Change.drawn(("rotate",), 2, np.random.default_rng(2)).turned_deg
    assert Change.drawn(names, 2, np.random.default_rng(2)).turned_deg == turned


def test_images_are_changed_only_when_they_are_learned_from() -> None:
    training_data = LabelledImages(
        IMAGE[np.newaxis], np.zeros(1, np.int64), np.ones(1, np.float32), ("contrast",)
    )
    place = np.array([0])
    np.testing.assert_array_equal(training_data.batch(place, None).inputs[0], IMAGE)
    assert (training_data.batch(place, np.random.default_rng(0)).inputs[0] != IMAGE).any()
