"""The runs of a label map."""

import numpy as np
import pytest

from coronal import LabelMap
from coronal.types.runs import Runs


@pytest.mark.parametrize("shape", [(40, 50), (7, 8, 9), (1, 60), (60, 1)])
@pytest.mark.parametrize("largest", [2, 2_000_000_000], ids=["dense", "sparse"])
def test_runs_hold_each_pixel_once_label_by_label(shape: tuple[int, ...], largest: int) -> None:
    random = np.random.default_rng(0)
    labels = random.choice(np.array([0, 1, 3, largest], np.int32), shape)
    runs = Runs.of(labels)
    drawn = np.zeros(labels.size, np.int32)
    owners = np.repeat(runs.numbers, np.diff(runs.offsets, append=runs.starts.size))
    for number, start, length in zip(owners, runs.starts, runs.lengths, strict=True):
        assert start // shape[-1] == (start + length - 1) // shape[-1]
        assert not drawn[start : start + length].any()
        drawn[start : start + length] = number
    np.testing.assert_array_equal(drawn.reshape(shape), labels)
    pixels = runs.pixels()
    np.testing.assert_array_equal(np.sort(pixels), np.flatnonzero(labels))
    assert (np.diff(labels.reshape(-1)[pixels]) >= 0).all()
    np.testing.assert_array_equal(runs.pixels(runs.numbers == 3), np.flatnonzero(labels == 3))
    numbers, sizes = np.unique(labels[labels > 0], return_counts=True)
    np.testing.assert_array_equal(runs.numbers, numbers)
    np.testing.assert_array_equal(runs.sizes_px, sizes)


def test_a_label_map_without_objects_has_no_run() -> None:
    runs = LabelMap(np.zeros((3, 4), np.uint8)).runs
    assert (runs.numbers.size, runs.starts.size, runs.sizes_px.size) == (0, 0, 0)


def test_the_order_of_the_array_in_memory_does_not_matter() -> None:
    labels = np.asfortranarray(np.random.default_rng(0).integers(0, 3, (5, 6, 7)).astype(np.int32))
    one, other = Runs.of(labels), Runs.of(np.ascontiguousarray(labels))
    np.testing.assert_array_equal(one.starts, other.starts)
    np.testing.assert_array_equal(one.lengths, other.lengths)
