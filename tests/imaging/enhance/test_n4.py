"""The shading of an MR image, found and divided away."""

import numpy as np
import pytest
import SimpleITK as sitk
from nilearn.datasets import load_mni152_template
from numpy.typing import NDArray

from coronal import BadParameter, Context, Geometry, Image, Meaning
from coronal_imaging.enhance.n4 import n4


@pytest.fixture(scope="module")
def brain() -> NDArray[np.float32]:
    return np.ascontiguousarray(load_mni152_template(resolution=2).get_fdata().T[10:-10:2], np.float32)


@pytest.fixture(scope="module")
def shading(brain: NDArray[np.float32]) -> NDArray[np.float32]:
    """From 0.6 to 1.6, smooth."""
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, size) for size in brain.shape), indexing="ij")
    return np.exp(0.3 * x + 0.15 * y**2 - 0.1 * z * x).astype(np.float32)


def blobs(shape: tuple[int, ...] = (40, 48)) -> NDArray[np.float32]:
    """Two tissues on a dark ground, shaded from left to right."""
    places = np.indices(shape)
    tissue = np.where(sum(places) // 6 % 2, 100.0, 160.0) + np.random.default_rng(0).normal(0, 3, shape)
    inside = np.all([(p > 3) & (p < n - 4) for p, n in zip(places, shape, strict=True)], axis=0)
    return (np.where(inside, tissue, 2.0) * np.exp(places[-1] / shape[-1] - 0.5)).astype(np.float32)


def test_it_is_the_library_but_for_the_scale() -> None:
    pixels = blobs()
    whole = sitk.GetImageFromArray(pixels)
    small = sitk.Shrink(whole, [2, 2])
    fit = sitk.N4BiasFieldCorrectionImageFilter()
    fit.SetMaximumNumberOfIterations([20] * 3)
    fit.Execute(small, sitk.OtsuThreshold(small, 0, 1))
    expected = pixels / np.exp(sitk.GetArrayFromImage(fit.GetLogBiasFieldAsImage(whole)))
    ratio = n4(Image(pixels), Context(), shrink=2, levels=3, iterations=20).pixels / expected
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-4)


def test_a_known_shading_of_a_real_brain_is_found(
    brain: NDArray[np.float32], shading: NDArray[np.float32]
) -> None:
    image = Image(brain * shading, Geometry((4.0, 2.0, 2.0)), modality="MR")
    result = n4(image, Context(), iterations=20)
    inside = brain > 0.5
    found = image.pixels[inside] / result.pixels[inside]
    assert np.corrcoef(np.log(found), np.log(shading[inside]))[0, 1] > 0.9
    assert np.exp(np.log(found).mean()) == pytest.approx(1, abs=0.05)
    # White matter is as even as in the image without shading.
    white = brain > 0.8
    spread = [values[white].std() / values[white].mean() for values in (brain, image.pixels, result.pixels)]
    assert spread[2] < 0.5 * (spread[0] + spread[1])
    assert (result.modality, result.geometry) == ("MR", image.geometry)


def test_colour_keeps_its_hue_and_loses_its_opacity() -> None:
    grey = blobs()
    orange = np.stack([grey, grey / 2, grey / 4, np.full_like(grey, 255)], axis=-1)
    result = n4(Image(orange, has_channels=True, meaning=Meaning.COLOUR), Context())
    assert result.pixels.shape == (*grey.shape, 3)
    np.testing.assert_allclose(result.pixels[..., 0], 2 * result.pixels[..., 1], rtol=1e-5)
    assert result.meaning is Meaning.COLOUR


def test_thick_slices_are_shrunk_less_than_thin_ones() -> None:
    pixels = blobs((16, 40, 40))
    thick = n4(Image(pixels, Geometry((4.0, 1.0, 1.0))), Context(), iterations=5)
    whole = sitk.GetImageFromArray(pixels)
    small = sitk.Shrink(whole, [4, 4, 1])
    fit = sitk.N4BiasFieldCorrectionImageFilter()
    fit.SetMaximumNumberOfIterations([5] * 4)
    fit.Execute(small, sitk.OtsuThreshold(small, 0, 1))
    expected = pixels / np.exp(sitk.GetArrayFromImage(fit.GetLogBiasFieldAsImage(whole)))
    ratio = thick.pixels / expected
    np.testing.assert_allclose(ratio, ratio[0, 0, 0], rtol=1e-4)


def test_one_slice_is_a_plane() -> None:
    pixels = blobs()
    slice_alone = n4(Image(pixels[np.newaxis]), Context())
    np.testing.assert_array_equal(slice_alone.pixels[0], n4(Image(pixels), Context()).pixels)


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.full((20, 20), -7), "all values are equal"),
        (np.full((9, 9), 5), "all values are equal"),
        (np.full((1, 1, 1), 5), "a single line of pixels has no field"),
        (np.arange(30).reshape(1, 30), "a single line of pixels has no field"),
        (-1 - np.indices((20, 20)).sum(axis=0), "no object lies above 0"),
        (np.where(np.indices((40, 40))[0] < 20, -1000, 40), "50% of the values lie below 0"),
    ],
    ids=["constant below zero", "constant", "one pixel", "one line", "all below zero", "Hounsfield units"],
)
def test_where_no_field_is_found_all_stays_and_a_warning_says_why(
    pixels: NDArray[np.int64], reason: str
) -> None:
    lines: list[str] = []
    result = n4(Image(pixels.astype(np.int16)), Context(warn=lines.append))
    np.testing.assert_array_equal(result.pixels, pixels)
    (line,) = lines
    assert line.startswith("n4 found no field and changed nothing")
    assert reason in line


def cylinder() -> NDArray[np.bool_]:
    _, y, x = np.indices((12, 32, 32))
    return (x - 16) ** 2 + (y - 16) ** 2 < 100


@pytest.mark.parametrize("offset", [0, 20, 100, 120, 150, 300, 1000])
@pytest.mark.parametrize("air", [0.0, 100.0])
def test_a_shaded_body_is_even_afterwards_or_a_warning_says_that_it_is_not(offset: int, air: float) -> None:
    body = cylinder()
    shaded = np.where(body, 150.0, air) * (1 + np.indices(body.shape)[-1] / 64)
    lines: list[str] = []
    image = Image((shaded - offset).astype(np.float32), Geometry((3.0, 1.0, 1.0)))
    result = n4(image, Context(warn=lines.append))
    evened = result.pixels[body] + offset
    before = shaded[body].std() / shaded[body].mean()
    is_even = evened.std() / evened.mean() < before / 3
    assert is_even or len(lines) == 1
    assert bool(lines) == (offset >= 120 or (air == 0 and offset > 0))


def test_noise_about_0_in_air_keeps_no_field_from_being_found() -> None:
    body = cylinder()
    shaded = 150.0 * body * (1 + np.indices(body.shape)[-1] / 64)
    noisy = (shaded + np.random.default_rng(0).normal(0, 10, body.shape)).astype(np.float32)
    lines: list[str] = []
    result = n4(Image(noisy), Context(warn=lines.append), shrink=1, levels=2, iterations=10)
    whole = sitk.GetImageFromArray(noisy)
    fit = sitk.N4BiasFieldCorrectionImageFilter()
    fit.SetMaximumNumberOfIterations([10] * 2)
    fit.Execute(whole, sitk.OtsuThreshold(whole, 0, 1))
    ratio = noisy / result.pixels / np.exp(sitk.GetArrayFromImage(fit.GetLogBiasFieldAsImage(whole)))
    np.testing.assert_allclose(ratio, ratio[0, 0, 0], rtol=1e-4)
    assert not lines


def test_the_warning_names_the_channel_without_a_field() -> None:
    lines: list[str] = []
    stains = np.stack([blobs(), np.zeros_like(blobs())], axis=-1)
    n4(Image(stains, has_channels=True), Context(warn=lines.append), iterations=5)
    (line,) = lines
    assert line.startswith("channel 2 of 2: n4 found no field")


def test_progress_goes_up_to_1_through_all_channels() -> None:
    reported: list[float] = []
    stains = np.stack([blobs(), blobs()[::-1]], axis=-1)
    n4(Image(stains, has_channels=True), Context(progress=reported.append), levels=2, iterations=5)
    assert reported == sorted(reported)
    assert 0 < reported[0] <= 0.5 < reported[-1] <= 1


def test_what_would_take_an_hour_is_refused() -> None:
    large = Image(np.broadcast_to(np.float32(1), (256, 256, 256)))
    with pytest.raises(
        BadParameter, match=r"shrink must be so large .* found 1, which leaves 16777216 px for 600"
    ):
        n4(large, Context(), shrink=1, levels=6, iterations=100)
