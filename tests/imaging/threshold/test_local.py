"""Objects by a threshold that follows the ground."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.filters import threshold_niblack, threshold_sauvola
from skimage.measure import label

from coronal import Geometry, Image
from coronal_imaging.threshold.local import local
from coronal_imaging.threshold.otsu import otsu

UNEVEN = np.linspace(0, 100, 80)


@pytest.mark.parametrize("method", ["sauvola", "niblack"])
def test_it_is_the_library_bit_for_bit(method: str) -> None:
    page = data.page()
    unit = ((page - float(page.min())) / float(np.ptp(page))).astype(np.float32)
    level = threshold_sauvola(unit, 25, r=0.5) if method == "sauvola" else threshold_niblack(unit, 25)
    result = local(Image(page), method=method, foreground="dark")
    np.testing.assert_array_equal(result.labels, label(unit < level))


@pytest.mark.parametrize("foreground", ["bright", "dark"])
def test_discs_on_an_uneven_ground_are_found_where_one_threshold_is_not_enough(foreground: str) -> None:
    discs = [ball((40, 80), (20, x), 5) for x in (15, 60)]
    sign = 1 if foreground == "bright" else -1
    image = Image(UNEVEN + sign * 80.0 * sum(discs))
    labels = local(image, window=21.0, min_size=20.0, foreground=foreground).labels
    np.testing.assert_array_equal(labels > 0, discs[0] | discs[1])
    assert not np.array_equal(otsu(image, foreground=foreground).labels > 0, discs[0] | discs[1])


def test_the_values_unit_does_not_matter() -> None:
    page = data.page().astype(float)
    expected = local(Image(page)).labels
    np.testing.assert_array_equal(local(Image(page * 4 - 1000)).labels > 0, expected > 0)


def test_the_window_is_in_mm_along_each_axis() -> None:
    volume = np.random.default_rng(0).normal(size=(5, 20, 20))
    unit = ((volume - volume.min()) / np.ptp(volume)).astype(np.float32)
    expected = unit < threshold_niblack(unit, (1, 11, 5))
    result = local(Image(volume, Geometry((5.0, 0.5, 1.0))), method="niblack", window=5.0, foreground="dark")
    np.testing.assert_array_equal(result.labels > 0, expected)
