"""Vessels of several widths, in mm."""

from collections.abc import Callable

import numpy as np
import pytest

from coronal import BadImage, BadParameter, Geometry, Image, Meaning
from coronal_imaging.vessels.frangi import frangi
from coronal_imaging.vessels.sato import sato

every_measure = pytest.mark.parametrize("measure", [frangi, sato], ids=lambda m: m.spec.name)


def tube(shape: tuple[int, ...], spacing: tuple[float, ...], along: int, radius_mm: float) -> np.ndarray:
    """A straight vessel with a soft edge, through the middle of a volume."""
    places = [
        (place - (size - 1) / 2) * step
        for place, size, step in zip(np.indices(shape), shape, spacing, strict=True)
    ]
    across = sum(place**2 for axis, place in enumerate(places) if axis != along)
    return (100 * np.exp(-0.5 * across / radius_mm**2)).astype(np.float32)


@every_measure
@pytest.mark.parametrize("along", [0, 1, 2])
def test_a_tube_answers_alike_in_even_voxels_and_in_thick_slices(
    measure: Callable[..., Image], along: int
) -> None:
    middles = []
    for spacing, shape in (((0.5, 0.5, 0.5), (41, 41, 41)), ((1.5, 0.5, 0.5), (15, 41, 41))):
        image = Image(tube(shape, spacing, along, 1.5), Geometry(spacing))
        result = measure(image, min_sigma=1.5, max_sigma=1.5, scales=1)
        assert result.geometry == image.geometry
        middles.append(float(result.pixels[tuple(size // 2 for size in shape)]))
        assert (
            middles[-1] > 0.97 * result.pixels[tuple(slice(size // 4, -(size // 4)) for size in shape)].max()
        )
    assert middles[0] == pytest.approx(middles[1], rel=0.05)


@every_measure
def test_a_plate_and_a_ball_answer_less_than_a_tube(measure: Callable[..., Image]) -> None:
    shape = (41, 41, 41)
    centred = (np.indices(shape) - 20.0) ** 2
    plate, cylinder, sphere = (
        float(
            measure(
                Image(np.exp(-0.5 * centred[:n].sum(axis=0) / 4)), min_sigma=2.0, max_sigma=2.0, scales=1
            ).pixels[20, 20, 20]
        )
        for n in (1, 2, 3)
    )
    assert plate < 0.1 * cylinder
    assert sphere < cylinder


@every_measure
def test_only_vessels_of_the_wanted_brightness_answer(measure: Callable[..., Image]) -> None:
    line = np.full((60, 60), 100.0)
    line[:, 20] = 200.0
    bright, dark = (measure(Image(line), vessels).pixels for vessels in ("bright", "dark"))
    assert bright[:, 20].min() > 0.8 * bright.max() > 0
    assert dark[:, 20].max() == 0
    negative = measure(Image(200.0 - line), "dark").pixels
    np.testing.assert_allclose(negative, bright, atol=1e-4 * bright.max())


@every_measure
def test_a_volume_of_one_slice_is_measured_as_a_plane(measure: Callable[..., Image], retina: Image) -> None:
    green = retina.pixels[..., 1]
    thick = Image(green[np.newaxis], Geometry((5.0, 1.0, 1.0)))
    expected = measure(Image(green), "dark").pixels
    np.testing.assert_allclose(measure(thick, "dark").pixels[0], expected, atol=1e-4)


@every_measure
def test_a_colour_photograph_is_measured_in_its_luminance(
    measure: Callable[..., Image], retina: Image
) -> None:
    result = measure(retina, "dark")
    np.testing.assert_allclose(result.pixels, measure(Image(retina.grey()), "dark").pixels, atol=1e-4)
    assert (result.axes, result.meaning) == ("yx", Meaning.INTENSITY)


@every_measure
def test_a_constant_has_no_vessel(measure: Callable[..., Image]) -> None:
    assert not measure(Image(np.full((9, 9, 9), -1000, np.int16))).pixels.any()


@every_measure
def test_scales_that_make_no_sense_are_refused(measure: Callable[..., Image]) -> None:
    image = Image(np.eye(9), Geometry((0.5, 2.0)))
    with pytest.raises(BadParameter, match=r"max_sigma must be ≥ min_sigma \(2\), found 1"):
        measure(image, min_sigma=2.0, max_sigma=1.0)
    with pytest.raises(BadParameter, match=r"min_sigma must be 0.5 to 50 px .*, found 0.1, which is 0.2 px"):
        measure(image, min_sigma=0.1)
    with pytest.raises(BadParameter, match=r"max_sigma must be 0.5 to 50 px .*, found 30, which is 60 px"):
        measure(image, max_sigma=30.0)


@every_measure
def test_a_volume_too_large_at_its_finest_spacing_is_refused(measure: Callable[..., Image]) -> None:
    thick = Image(np.broadcast_to(np.uint8(0), (100, 512, 512)), Geometry((5.0, 0.7, 0.7)))
    with pytest.raises(
        BadImage, match=r"found 3 × \(709, 512, 512\), which is \(100, 512, 512\) at its finest"
    ):
        measure(thick)


@every_measure
def test_spacing_that_differs_by_rounding_is_even(measure: Callable[..., Image]) -> None:
    values = np.random.default_rng(0).random((20, 25))
    expected = measure(Image(values, Geometry((1.0, 1.0)))).pixels
    rounded, uneven = (measure(Image(values, Geometry((step, 1.0)))).pixels for step in (1.0004, 1.01))
    np.testing.assert_array_equal(rounded, expected)
    assert not np.allclose(uneven, expected, atol=0.01 * expected.max())


@pytest.mark.parametrize(
    ("thick", "thin", "slices"),
    [(2.1, 0.3, 1 + 50 * 7), (0.7, 0.1, 1 + 50 * 7), (1.005, 1.0, 1 + 51)],
)
def test_slices_at_the_finest_spacing_reach_the_last_one_and_no_further(
    thick: float, thin: float, slices: int
) -> None:
    image = Image(np.broadcast_to(np.uint8(0), (51, 2000, 2000)), Geometry((thick, thin, thin)))
    with pytest.raises(BadImage, match=rf"found 1 × \({slices}, 2000, 2000\)"):
        sato(image, min_sigma=10 * thin, max_sigma=10 * thin, scales=1)
