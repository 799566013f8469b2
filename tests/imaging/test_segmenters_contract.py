"""Every segmenter keeps the contract, and bears what is hardly an image."""

from collections.abc import Mapping, Set

import numpy as np
import pytest
from offered import offered_by
from pydantic import JsonValue

from coronal import Algorithm, Case, Context, Geometry, Image, Input, LabelMap
from coronal_imaging.measure.shape import shape

Segmenter = Algorithm[..., LabelMap]
Parameters = Mapping[str, JsonValue]

VARIANTS: list[tuple[str, Parameters]] = [
    ("otsu", {"foreground": "dark", "min_size": 1.0}),
    ("hysteresis", {"foreground": "dark"}),
    ("multi-otsu", {"classes": 4}),
    ("li", {"foreground": "dark"}),
    ("yen", {"foreground": "dark"}),
    ("triangle", {"foreground": "dark"}),
    ("local", {"method": "niblack", "window": 3.0, "k": 0.0, "foreground": "dark"}),
    ("watershed", {"distance": 2.0}),
    ("watershed", {"foreground": "dark", "distance": 0.1, "smoothing": 0.0}),
    ("random-walker", {"foreground": "dark"}),
    ("chan-vese", {"foreground": "dark", "stiffness": 0}),
    ("active-contour", {"foreground": "dark", "balloon": 1.0}),
    ("k-means", {"classes": 20}),
    ("slic", {"count": 100_000}),
    ("blobs", {"method": "dog", "min_radius": 0.5, "max_radius": 2.0, "foreground": "dark"}),
    ("circles", {"min_radius": 0.5, "max_radius": 3.0, "support": 0.1, "smoothing": 0.0}),
    ("ellipses", {"min_radius": 0.1, "deviation": 1.0, "smoothing": 0.0}),
    ("lines", {"min_length": 1.0, "smoothing": 0.0}),
    ("edges", {"smoothing": 0.0, "gap": 0.0}),
]
GIVEN: Mapping[str, Parameters] = {"threshold": {"lower": 5.0}}
BY_NAME: dict[str, Segmenter] = {
    algorithm.spec.name: algorithm
    for algorithm in offered_by("segmenters")
    if Input.LABELS not in algorithm.spec.inputs
}
SEGMENTERS: list[tuple[Segmenter, Parameters]] = [
    *((algorithm, GIVEN.get(name, {})) for name, algorithm in BY_NAME.items()),
    *((BY_NAME[name], parameters) for name, parameters in VARIANTS),
]

PARTITIONERS = {"felzenszwalb", "k-means", "slic"}
"""They give every pixel to something, the ground too."""

SEARCHERS = {
    "active-contour",
    "blobs",
    "chan-vese",
    "circles",
    "edges",
    "ellipses",
    "lines",
    "local",
    "threshold",
}
"""They look for something that need not be there, or smooth it away where it is small."""

DEGENERATE = {
    "one line": np.arange(9, dtype=np.float32)[np.newaxis],
    "one slice": np.arange(81, dtype=np.uint16).reshape(1, 9, 9),
    "three columns": np.arange(75, dtype=np.int16).reshape(5, 5, 3),
    "bool": np.eye(9, dtype=np.bool_),
    "float16": np.eye(9, dtype=np.float16),
    "long double": np.eye(9, dtype=np.longdouble),
    "big-endian": np.eye(9, dtype=">i2"),
    "64 bits": np.eye(9, dtype=np.int64) * 2**60,
    "far from zero": np.eye(9, dtype=np.int32) + 2**30,
    "the smallest normal floats": np.eye(9, dtype=np.float32) * 2e-38,
    "the largest floats": np.linspace(-1e38, 1e38, 81, dtype=np.float32).reshape(9, 9),
    "two neighbours of float32": np.where(
        np.eye(9) > 0, np.nextafter(np.float32(1), np.float32(2)), np.float32(1)
    ),
    "NaN in the half": np.where(np.arange(81).reshape(9, 9) < 40, np.nan, np.arange(81).reshape(9, 9)),
    "infinities": np.where(np.eye(9) > 0, np.inf, np.arange(81).reshape(9, 9)),
    "minus infinities": np.where(np.eye(9) > 0, -np.inf, np.arange(81).reshape(9, 9)),
}

WITHOUT_OBJECTS = {
    "black": np.zeros((9, 9), np.uint8),
    "black volume": np.zeros((5, 9, 9), np.int16),
    "constant": np.full((9, 9), 7.1, np.float32),
    "constant below zero": np.full((9, 9), -1000, np.int16),
    "one pixel": np.full((1, 1), 5, np.uint8),
    "all NaN": np.full((9, 9), np.nan),
    "all infinite": np.full((9, 9), -np.inf, np.float32),
    "constant but for NaN": np.where(np.eye(9) > 0, np.nan, 3.0),
    "two neighbours of float64": np.where(np.eye(9) > 0, 1.0, np.nextafter(1.0, 2.0)),
    "colour of one luminance": np.full((9, 9, 3), 80, np.uint8),
}


def each_with(images: Mapping[str, np.ndarray], *, without: Set[str] = frozenset()) -> pytest.MarkDecorator:
    """Parametrise over segmenters and images of dimensions that they work on."""
    return pytest.mark.parametrize(
        ("algorithm", "parameters", "pixels"),
        [
            pytest.param(a, p, pixels, id=" ".join([a.spec.name, *map(str, p.values()), "-", name]))
            for a, p in SEGMENTERS
            for name, pixels in images.items()
            if a.spec.name not in without and as_image(pixels, None).dimensions in a.spec.dimensions
        ],
    )


def as_image(pixels: np.ndarray, spacing: float | None) -> Image:
    is_colour = pixels.ndim == 3 and pixels.shape == (9, 9, 3)
    dimensions = pixels.ndim - is_colour
    return Image(pixels, Geometry((spacing,) * dimensions if spacing else None), has_channels=is_colour)


@each_with(DEGENERATE)
def test_a_degenerate_image_has_objects_that_can_be_measured(
    algorithm: Segmenter, parameters: Parameters, pixels: np.ndarray
) -> None:
    image = as_image(pixels, 0.7)
    labels = algorithm.run(Case.start(image), parameters)
    table = shape(image, labels)
    assert table.column("label") == tuple(range(1, labels.count + 1))
    assert labels.count > 0 or algorithm.spec.name in SEARCHERS
    assert None not in np.array(table.rows)
    if pixels.dtype.kind == "f":
        assert not labels.labels[~np.isfinite(pixels)].any()


@each_with(WITHOUT_OBJECTS, without=PARTITIONERS | {"threshold"})
def test_an_image_of_one_value_has_no_object(
    algorithm: Segmenter, parameters: Parameters, pixels: np.ndarray
) -> None:
    image = as_image(pixels, None)
    labels = algorithm.run(Case.start(image), parameters)
    assert labels.count == 0
    assert shape(image, labels).rows == ()


@each_with(DEGENERATE | WITHOUT_OBJECTS, without=set(BY_NAME) - PARTITIONERS)
def test_a_partition_leaves_out_what_is_no_number_and_nothing_else(
    algorithm: Segmenter, parameters: Parameters, pixels: np.ndarray
) -> None:
    image = as_image(pixels, None)
    labels = algorithm.run(Case.start(image), parameters).labels
    np.testing.assert_array_equal(labels > 0, np.isfinite(image.grey()))


@each_with({"channels": np.random.default_rng(0).integers(0, 9, (9, 9, 3))})
def test_the_same_seed_gives_the_same_objects(
    algorithm: Segmenter, parameters: Parameters, pixels: np.ndarray
) -> None:
    case = Case.start(as_image(pixels, None))
    first, again = (algorithm.run(case, parameters, Context(seed=3)) for _ in range(2))
    np.testing.assert_array_equal(first.labels, again.labels)
