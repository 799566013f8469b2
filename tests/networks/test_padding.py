"""Padding is no value of an image, also for a network."""

import numpy as np
import pytest

from coronal import Image
from coronal_networks.data.scaling import Scaling
from coronal_networks.data.values import values_of

INSIDE = np.hypot(*np.mgrid[-1:1:16j, -1:1:16j]) < 0.8
PIXELS = np.random.default_rng(0).normal(5, 2, (16, 16))


def test_values_are_standardised_by_those_of_the_image_and_padding_lies_at_their_mean() -> None:
    values = values_of(Image(np.where(INSIDE, PIXELS, -900), valid=INSIDE), 16)
    scaling = Scaling.of([values])
    assert scaling.means == pytest.approx([PIXELS[INSIDE].mean()])
    assert scaling.deviations == pytest.approx([PIXELS[INSIDE].std()])
    scaled = scaling.scale(values)[..., 0]
    assert (scaled[~INSIDE] == 0).all()
    assert scaled[INSIDE].mean() == pytest.approx(0, abs=1e-6)


def test_in_a_smaller_image_a_place_is_padding_of_which_less_than_half_is_the_image() -> None:
    left = np.arange(16) < 6
    image = Image(np.ones((16, 16)), valid=np.broadcast_to(left, (16, 16)))
    found = np.isnan(values_of(image, 4)[..., 0])
    assert found[:, 2:].all()
    assert not found[:, 0].any()
    alone = np.zeros((16, 16), np.bool_)
    alone[3, 3] = True
    assert np.isfinite(values_of(Image(np.ones((16, 16)), valid=alone), 4)).sum() >= 1
