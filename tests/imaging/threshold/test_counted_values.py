"""The values that count for a threshold, and their histogram."""

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.exposure import histogram
from skimage.filters import threshold_li, threshold_triangle

from coronal_imaging.threshold.automatic_threshold import li_threshold, triangle_threshold
from coronal_imaging.threshold.counted_values import CountedValues

RANDOM = np.random.default_rng(0)
SIZE = 200_000

VALUES = {
    "float32": RANDOM.normal(30, 8, SIZE).astype(np.float32),
    "float64": RANDOM.normal(30, 8, SIZE),
    "whole numbers as floats": RANDOM.integers(0, 257, SIZE).astype(np.float32),
    "halves": (RANDOM.integers(0, 64, SIZE) / 2).astype(np.float32),
    "a bright offset": (RANDOM.normal(0, 8, SIZE) + 30_000).astype(np.float32),
    "an offset that leaves few digits": (RANDOM.normal(0, 1, SIZE) + 60_000).astype(np.float32),
    "edges and their neighbours": np.nextafter(
        np.repeat(np.linspace(-3, 7, 257).astype(np.float32), 3), np.tile([-np.inf, 0, np.inf], 257)
    ).astype(np.float32),
    "8 bits": RANDOM.integers(3, 200, SIZE).astype(np.uint8),
    "Hounsfield units": RANDOM.integers(-1024, 3072, SIZE).astype(np.int16),
    "64 bits": RANDOM.integers(-65_535, 65_536, SIZE),
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES.keys())
def test_the_histogram_is_that_of_the_library(values: NDArray[np.number]) -> None:
    counted = CountedValues.of(values)
    assert counted is not None
    counts, middles = counted.histogram()
    expected_counts, expected_middles = histogram(counted.values, 256, source_range="image")
    np.testing.assert_array_equal(counts, expected_counts)
    np.testing.assert_array_equal(middles, expected_middles)
    assert middles.dtype == expected_middles.dtype


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES.keys())
def test_the_threshold_of_the_triangle_is_that_of_the_library(values: NDArray[np.number]) -> None:
    for one in (values, -values if values.dtype.kind != "u" else 255 - values):
        assert triangle_threshold(one) == threshold_triangle(one)


@pytest.mark.parametrize("name", ["float32", "float64", "8 bits", "Hounsfield units", "64 bits"])
def test_lis_threshold_is_that_of_the_library(name: str) -> None:
    values = VALUES[name]
    given = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
    tolerance = 1e-6 * np.ptp(given) if values.dtype.kind == "f" else None
    assert li_threshold(values) == pytest.approx(threshold_li(given, tolerance=tolerance), rel=1e-12)


def test_lis_threshold_stops_where_all_that_is_dark_is_one_value() -> None:
    values = np.repeat([0.0, 5.0, 9.0], [900, 50, 3])
    assert li_threshold(values) == threshold_li(values, tolerance=9e-6)
