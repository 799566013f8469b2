"""How deep the saddle is that lies between a peak and a higher one."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import label
from skimage.morphology import local_maxima, reconstruction
from skimage.segmentation import watershed

from coronal_imaging.region.peak_depth import peak_depths


@pytest.mark.parametrize("shape", [(60, 80), (14, 20, 24)], ids=["plane", "volume"])
@pytest.mark.parametrize("whole_numbers", [False, True], ids=["floats", "plateaus"])
def test_peaks_deeper_than_h_are_the_h_maxima_of_the_library(
    shape: tuple[int, ...], whole_numbers: bool
) -> None:
    noise = np.random.default_rng(1).normal(size=shape)
    height = 100 * ndimage.gaussian_filter(noise, 1.5)
    height = np.round(height) if whole_numbers else height
    neighbourhood = np.ones((3,) * len(shape))
    peaks = np.asarray(label(local_maxima(height)), np.int32)
    basins = np.asarray(watershed(-height, peaks, connectivity=len(shape)), np.int32)

    depths = peak_depths(height, peaks, basins)

    assert peaks.max() > 20
    for h in (2.5, 8.5, 20.5):
        filled = reconstruction(height - h, height, footprint=neighbourhood)
        h_maxima = label(local_maxima(filled))
        found = np.unique(h_maxima[np.isin(peaks, 1 + np.flatnonzero(depths > h))])
        np.testing.assert_array_equal(found, np.arange(1, h_maxima.max() + 1))
        assert np.count_nonzero(depths > h) == h_maxima.max() < peaks.max()


def test_what_is_not_connected_has_no_saddle() -> None:
    height = np.array([[3.0, 1.0, 0.0, 2.0]])
    peaks = np.array([[1, 0, 0, 2]], np.int32)

    assert peak_depths(height, peaks, np.array([[1, 1, 0, 2]], np.int32)).tolist() == [np.inf, np.inf]


def test_of_equal_peaks_one_is_the_higher() -> None:
    height = np.array([[3.0, 1.0, 3.0]])
    peaks = np.array([[1, 0, 2]], np.int32)

    assert sorted(peak_depths(height, peaks, np.array([[1, 1, 2]], np.int32))) == [2.0, np.inf]
