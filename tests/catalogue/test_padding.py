"""What is no part of an image counts for nothing, whatever stands there."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from offered import MEMBERS, given_to, offered_by

from coronal import Algorithm, Case, Geometry, Image, Kind, LabelMap, Table
from coronal.spec import Input

OFFERED = [one for member in MEMBERS for one in offered_by(member) if isinstance(one, Algorithm)]
OF_STATISTICS = ("contrast", "equalize", "normalize")
"""Filters that look at all values at once; others mix neighbours."""

OF_NEIGHBOURS = ("hog",)
"""Measurers of how each pixel differs from the next, wherever it lies."""


def case(filler: Callable[[NDArray[np.int16]], np.int16]) -> Case:
    """Return two discs in a round field of view, labelled; the corners hold one of its values."""
    y, x = np.mgrid[:64, :64] - 32.0
    discs = ((y + 8) ** 2 + (x + 9) ** 2 < 8**2) | ((y - 9) ** 2 + (x - 8) ** 2 < 6**2)
    values = np.random.default_rng(0).normal(20, 4, discs.shape) + 100 * discs
    valid = y**2 + x**2 < 30**2
    values = values.astype(np.int16)
    pixels = np.where(valid, values, filler(values[valid]))
    image = Image(pixels, Geometry((1.0, 1.0)), valid=valid)
    labels = LabelMap.of(image, 1 * discs + discs * (y > 0))
    return Case(source=image, image=image, labels=labels)


ALGORITHMS = [
    one
    for one in OFFERED
    if 2 in one.spec.dimensions
    and Input.REFERENCE not in one.spec.inputs
    and one.spec.name not in OF_NEIGHBOURS
    and (one.spec.kind is not Kind.FILTER or one.spec.name in OF_STATISTICS)
]


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda one: one.spec.name)
def test_padding_counts_for_no_threshold_object_or_statistic(algorithm: Algorithm[..., Any]) -> None:
    first, second = (
        algorithm.run(case(filler), given_to(algorithm.spec.name)) for filler in (np.min, np.max)
    )
    valid = case(np.min).image.valid
    assert valid is not None
    if isinstance(first, Table):
        assert first.rows == second.rows
    elif isinstance(first, LabelMap):
        assert Input.IMAGE not in algorithm.spec.inputs or not first.labels[~valid].any()
        np.testing.assert_array_equal(first.labels, second.labels)
    else:
        np.testing.assert_array_equal(first.pixels[valid], second.pixels[valid])
