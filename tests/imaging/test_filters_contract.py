"""Every filter keeps the contract, and bears what is hardly an image."""

from collections.abc import Mapping

import numpy as np
import pytest
from offered import offered_by
from pydantic import JsonValue

from coronal import Algorithm, BadImage, Case, Geometry, Image, Meaning

Filter = Algorithm[..., Image]

VARIANTS: list[tuple[str, Mapping[str, JsonValue]]] = [
    ("clahe", {"tile": 3.0, "clip_limit": 0.0}),
    ("log", {"inverse": True}),
    ("sharpen", {"amount": 20.0}),
    ("tophat", {"kind": "black"}),
    ("rolling-ball", {"foreground": "dark", "radius": 60.0}),
    ("morphology", {"operation": "erode"}),
    ("morphology", {"operation": "dilate"}),
    ("morphology", {"operation": "close"}),
    ("normalize", {"method": "z-score"}),
    ("normalize", {"method": "percentile"}),
    ("window", {"preset": "lung"}),
    ("bilateral", {"noise": 1.0}),
    ("non-local-means", {"noise": 1.0}),
    ("non-local-means", {"slices": "apart"}),
    ("total-variation", {"noise": 1.0}),
    ("total-variation", {"slices": "apart"}),
    ("wavelet", {"noise": 1.0, "method": "visu"}),
    ("wavelet", {"slices": "apart"}),
    ("wavelet", {"family": "haar"}),
    ("laplace", {"sigma": 0.0}),
    ("canny", {"sigma": 0.0, "low": 0.0, "high": 0.0}),
    ("frangi", {"vessels": "dark"}),
    ("sato", {"vessels": "dark"}),
]
# What moves pixels is tested in test_moving.py; grey takes one channel of several, and keeps a NaN.
BY_NAME: dict[str, Filter] = {
    algorithm.spec.name: algorithm
    for algorithm in offered_by("filters")
    if algorithm.spec.keeps_geometry and algorithm.spec.name != "grey"
}
FILTERS: list[tuple[Filter, Mapping[str, JsonValue]]] = [
    *((algorithm, {}) for algorithm in BY_NAME.values()),
    *((BY_NAME[name], parameters) for name, parameters in VARIANTS),
]

filters = pytest.mark.parametrize(
    ("algorithm", "parameters"),
    FILTERS,
    ids=[" ".join([a.spec.name, *map(str, p.values())]) for a, p in FILTERS],
)

DEGENERATE = {
    "black": np.zeros((9, 9), np.uint8),
    "constant": np.full((9, 9), 7.1, np.float32),
    "constant below zero": np.full((9, 9), -1000, np.int16),
    "one pixel": np.full((1, 1), 5, np.uint8),
    "one line": np.arange(9, dtype=np.float32)[np.newaxis],
    "one slice": np.arange(81, dtype=np.uint16).reshape(1, 9, 9),
    "three columns": np.arange(75, dtype=np.int16).reshape(5, 5, 3),
    "bool": np.eye(9, dtype=np.bool_),
    "float16": np.eye(9, dtype=np.float16),
    "long double": np.eye(9, dtype=np.longdouble),
    "big-endian": np.eye(9, dtype=">i2"),
    "64 bits": np.eye(9, dtype=np.int64) * 2**60,
    "two neighbours of float": np.where(np.eye(9) > 0, 1.0, np.nextafter(1.0, 2.0)),
    "the smallest floats": np.eye(9) * 5e-324,
    "the largest floats": np.linspace(-1e38, 1e38, 81, dtype=np.float32).reshape(9, 9),
}


@filters
@pytest.mark.parametrize("pixels", DEGENERATE.values(), ids=DEGENERATE.keys())
@pytest.mark.parametrize("spacing", [None, 0.7], ids=["in px", "in mm"])
def test_a_degenerate_image_gives_finite_values(
    algorithm: Filter, parameters: Mapping[str, JsonValue], pixels: np.ndarray, spacing: float | None
) -> None:
    geometry = Geometry((spacing,) * pixels.ndim if spacing else None)
    result = algorithm.run(Case.start(Image(pixels, geometry)), parameters)
    assert result.shape == pixels.shape
    assert np.isfinite(result.pixels).all()


@filters
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_no_number_is_refused_and_counted(
    algorithm: Filter, parameters: Mapping[str, JsonValue], wrong: float
) -> None:
    pixels = np.eye(6)
    pixels[2, 3] = pixels[4, 4] = wrong
    with pytest.raises(BadImage, match="found 2 of 36 that are NaN, infinite or beyond"):
        algorithm.run(Case.start(Image(pixels)), parameters)


@filters
def test_three_channels_that_are_no_colour_are_filtered_one_by_one(
    algorithm: Filter, parameters: Mapping[str, JsonValue]
) -> None:
    stains = np.random.default_rng(2).integers(0, 200, (12, 16, 3)).astype(np.uint8)
    together = algorithm.run(Case.start(Image(stains, has_channels=True)), parameters)
    for channel in range(3):
        alone = algorithm.run(Case.start(Image(stains[..., channel])), parameters)
        np.testing.assert_array_equal(together.pixels[..., channel], alone.pixels)


@filters
def test_colour_stays_colour_or_says_that_it_is_none(
    algorithm: Filter, parameters: Mapping[str, JsonValue], retina: Image
) -> None:
    result = algorithm.run(Case.start(retina), parameters)
    if result.has_channels and parameters != {"method": "z-score"}:
        assert result.pixels.shape == retina.pixels.shape
        assert result.meaning is Meaning.COLOUR
    else:
        assert result.meaning is Meaning.INTENSITY
