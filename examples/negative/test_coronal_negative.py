"""``pytest`` in this folder, once the package is installed."""

import numpy as np
from coronal_negative import negative

from coronal import Image
from coronal.testing import check_algorithm, run_pipeline


def test_it_keeps_the_contract() -> None:
    check_algorithm(negative)


def test_the_negative_has_the_range_of_the_image() -> None:
    image = Image(np.array([[10, 20], [30, 50]], np.uint8))

    assert negative(image).pixels.tolist() == [[50, 40], [30, 10]]


def test_half_way_every_value_is_the_middle_one() -> None:
    image = Image(np.array([[10, 50], [20, 40]], np.uint8))

    assert negative(image, strength=0.5).pixels.tolist() == [[30, 30], [30, 30]]


def test_twice_in_a_pipeline_it_changes_nothing() -> None:
    image = Image(np.array([[10, 20], [30, 50]], np.uint8))
    run = run_pipeline("[negative, {algorithm: negative, name: back}]", image)

    assert run.image.pixels.tolist() == image.pixels.tolist()
    assert [stage.distribution for stage in run.provenance.stages] == ["coronal-negative 1.0.0"] * 2
