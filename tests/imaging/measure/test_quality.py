"""How good an image itself is."""

import numpy as np
import pytest
from scipy import ndimage
from skimage import data
from skimage.measure import blur_effect, shannon_entropy
from skimage.restoration import estimate_sigma

from coronal import BadImage, Geometry, Image, Meaning
from coronal_imaging.measure.quality import quality


def row(image: Image) -> dict[str, object]:
    table = quality(image)
    assert len(table.rows) == 1
    return dict(zip((column.name for column in table.columns), table.rows[0], strict=True))


def test_it_is_what_the_library_finds() -> None:
    green = data.retina()[300:600, 300:600, 1]
    found = row(Image(green))
    assert found["noise_sd"] == pytest.approx(estimate_sigma(green.astype(np.float64)), rel=1e-4)
    assert found["sharpness"] == pytest.approx(1 - blur_effect(green / 255.0), rel=1e-4)
    assert found["entropy"] == pytest.approx(shannon_entropy(green), rel=1e-9)
    assert found["contrast"] == np.subtract(*np.percentile(green, [99, 1]))


@pytest.mark.parametrize("shape", [(200, 200), (30, 60, 60)], ids=["plane", "volume"])
def test_noise_that_was_added_is_found_in_its_unit(shape: tuple[int, ...]) -> None:
    place = np.indices(shape).sum(axis=0)
    signal = 200 * np.sin(place / 15)
    noise = np.random.default_rng(0).normal(0, 20, shape)
    geometry = Geometry((5.0, 1.0, 1.0)[3 - len(shape) :])
    found = row(Image(signal + noise - 500, geometry, meaning=Meaning.HOUNSFIELD))
    assert found["noise_sd"] == pytest.approx(20, rel=0.05)
    assert found["signal_to_noise"] == pytest.approx(10 * np.log10(signal.var() / 20**2), abs=0.5)
    assert found["mean"] == pytest.approx(signal.mean() - 500, abs=1)


def test_noise_of_a_ten_thousandth_of_the_range_is_measured() -> None:
    pixels = np.random.default_rng(0).normal(0, 0.01, (200, 200))
    pixels[:, 100:] += 100
    assert row(Image(pixels))["noise_sd"] == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize(("side", "has_one"), [(3, False), (4, True)])
def test_sharpness_is_measured_from_four_pixels_on(side: int, has_one: bool) -> None:
    chessboard = np.indices((side, 9)).sum(axis=0) % 2
    assert (row(Image(chessboard.astype(np.uint8)))["sharpness"] is not None) is has_one


def test_a_blurred_image_is_less_sharp() -> None:
    cell = data.cell().astype(np.float32)
    sharpness = [row(Image(ndimage.gaussian_filter(cell, sigma)))["sharpness"] for sigma in (0, 1, 3)]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[0] > 1.5 * sharpness[2]


def test_the_sharpness_of_a_volume_is_that_of_its_typical_slice() -> None:
    cell = data.cell()[200:400, 200:400]
    blurred = ndimage.gaussian_filter(cell, 3)
    volume = np.stack([np.full_like(cell, 9), cell, cell, cell, blurred])
    found = row(Image(volume, Geometry((9.0, 1.0, 1.0))))
    assert found["sharpness"] == pytest.approx(row(Image(cell))["sharpness"], rel=1e-3)


def test_saturated_pixels_are_counted() -> None:
    ramp = np.linspace(-50, 305, 10_000).reshape(100, 100).clip(0, 255)
    found = row(Image(ramp.astype(np.uint8)))
    assert found["lowest"] == pytest.approx(100 * 51 / 355, abs=0.5)
    assert found["highest"] == pytest.approx(100 * 50 / 355, abs=0.5)


def test_a_constant_image_has_neither_noise_nor_sharpness() -> None:
    found = row(Image(np.full((20, 20), 7.1, np.float32)))
    assert (found["noise_sd"], found["contrast"], found["entropy"]) == (0.0, 0.0, 0.0)
    assert (found["signal_to_noise"], found["sharpness"]) == (None, None)
    assert (found["lowest"], found["highest"]) == (100.0, 100.0)


def test_one_slice_is_a_plane() -> None:
    cell = data.cell()[:100, :100]
    assert row(Image(cell[np.newaxis])) == row(Image(cell))


def test_values_are_reported_in_their_own_scale() -> None:
    cell = data.cell()[:100, :100].astype(np.float64)
    small, large = row(Image(cell * 1e-30)), row(Image(cell * 1e30))
    assert small["noise_sd"] == pytest.approx(large["noise_sd"] * 1e-60, rel=1e-3)
    assert small["sharpness"] == pytest.approx(large["sharpness"], rel=1e-3)


def test_what_is_no_number_is_reported_and_hides_the_noise() -> None:
    values = np.arange(100.0).reshape(10, 10)
    values[0, 0] = np.nan
    found = row(Image(values))
    assert (found["not_counted"], found["noise_sd"], found["sharpness"]) == (1.0, None, None)
    assert found["mean"] == 50.0


def test_an_image_without_a_number_is_refused() -> None:
    with pytest.raises(BadImage, match="at least one value must be a finite number, found none of 9"):
        quality(Image(np.full((3, 3), np.nan)))
