"""What all filters that remove noise do before and after."""

from collections.abc import Callable

import numpy as np
import pytest
from phantoms import ball

from coronal import Geometry, Image, Meaning
from coronal_imaging.denoise.bilateral import bilateral
from coronal_imaging.denoise.denoising import denoised
from coronal_imaging.denoise.noise import noise_deviation
from coronal_imaging.denoise.non_local_means import non_local_means
from coronal_imaging.denoise.total_variation import total_variation
from coronal_imaging.denoise.wavelet import wavelet

CLEAN = {
    2: np.where(ball((64, 72), (30, 34), 20), 200.0, 50.0).astype(np.float32),
    3: np.where(ball((24, 30, 32), (12, 15, 16), 9), 200.0, 50.0).astype(np.float32),
}

every_denoiser = pytest.mark.parametrize(
    "denoiser", [bilateral, non_local_means, total_variation, wavelet], ids=lambda d: d.spec.name
)


def noisy(clean: np.ndarray, deviation: float = 15.0) -> np.ndarray:
    return (clean + np.random.default_rng(0).normal(0, deviation, clean.shape)).astype(np.float32)


@every_denoiser
@pytest.mark.parametrize("dimensions", [2, 3])
def test_most_noise_goes_and_the_edge_stays(denoiser: Callable[..., Image], dimensions: int) -> None:
    clean = CLEAN[dimensions]
    result = denoiser(Image(noisy(clean))).pixels
    assert np.sqrt(np.mean((result - clean) ** 2)) < 0.65 * 15
    for level in (50, 200):
        assert np.median(result[clean == level]) == pytest.approx(level, abs=6)


@every_denoiser
def test_more_noise_that_is_reported_is_more_that_is_removed(denoiser: Callable[..., Image]) -> None:
    image = Image(noisy(CLEAN[2]))
    little, much = (denoiser(image, noise=noise).pixels for noise in (3.0, 15.0))
    ground = CLEAN[2] == 50
    assert little[ground].std() > 1.5 * much[ground].std()


@every_denoiser
def test_no_noise_changes_nothing(denoiser: Callable[..., Image], ct: Image) -> None:
    result = denoiser(ct, noise=0.0)
    np.testing.assert_array_equal(result.pixels, ct.pixels)
    assert (result.meaning, result.geometry) == (Meaning.HOUNSFIELD, ct.geometry)


@every_denoiser
def test_the_unit_and_the_offset_of_the_values_do_not_matter(denoiser: Callable[..., Image]) -> None:
    pixels = noisy(CLEAN[2])
    result = denoiser(Image(pixels * 1e-3 - 7)).pixels
    np.testing.assert_allclose((result + 7) * 1e3, denoiser(Image(pixels)).pixels, atol=0.05)


@pytest.mark.parametrize("denoiser", [non_local_means, total_variation, wavelet], ids=lambda d: d.spec.name)
def test_slices_apart_are_planes(denoiser: Callable[..., Image]) -> None:
    pixels = noisy(CLEAN[3])
    apart = denoiser(Image(pixels), noise=15.0, slices="apart").pixels
    # The range is the volume's, so that a plane alone is worked on in another one.
    plane = denoiser(Image(pixels[12]), noise=15.0).pixels
    np.testing.assert_allclose(apart[12], plane, atol=0.5)


def test_opacity_is_left_out_and_grey_in_colour_stays_grey(retina: Image) -> None:
    grey = np.repeat(retina.pixels[..., 1:2], 3, axis=-1)
    opaque = np.concatenate([grey, np.full((*retina.shape, 1), 255, np.uint8)], axis=-1)
    image = Image(opaque, has_channels=True, meaning=Meaning.COLOUR)
    for denoiser in (bilateral, non_local_means, total_variation, wavelet):
        result = denoiser(image).pixels
        assert result.shape[-1] == 3
        np.testing.assert_allclose(np.ptp(result, axis=-1), 0, atol=0.5)


@pytest.mark.parametrize("shape", [(100, 100), (1, 4000), (30, 30, 30), (3, 90, 90), (2500, 3)])
def test_noise_is_found_as_it_was_made(shape: tuple[int, ...]) -> None:
    noise = np.random.default_rng(0).normal(100, 7, shape)
    assert noise_deviation(noise) == pytest.approx(7, rel=0.1)


def test_what_differs_nowhere_has_no_noise() -> None:
    assert noise_deviation(np.zeros((1, 1), np.float32)) == 0
    assert noise_deviation(np.zeros((9, 9), np.float32)) == 0


def test_the_noise_of_each_channel_is_its_own() -> None:
    sides = np.stack([noisy(CLEAN[2], deviation) for deviation in (2.0, 20.0)], axis=-1)
    found: list[float] = []
    span = np.ptp(sides, axis=(0, 1))

    def keep(values: np.ndarray, deviation: float) -> np.ndarray:
        found.append(deviation)
        return values

    result = denoised(Image(sides, Geometry((1.0, 1.0)), has_channels=True), keep)
    np.testing.assert_allclose(found * span, [2, 20], rtol=0.2)
    np.testing.assert_allclose(result.pixels, sides, atol=1e-4)
