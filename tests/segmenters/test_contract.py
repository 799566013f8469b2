"""Every segmenter keeps the contract, and bears what is hardly an image."""

from collections.abc import Mapping

import numpy as np
import pytest
from offered import offered_by
from pydantic import JsonValue

from coronal import Algorithm, Case, Geometry, Image, LabelMap
from coronal.spec import Input
from coronal_measurers.shape import shape

Segmenter = Algorithm[..., LabelMap]

VARIANTS: list[tuple[str, Mapping[str, JsonValue]]] = [
    ("otsu", {"foreground": "dark", "smallest": 1.0}),
    ("watershed", {"distance": 2.0}),
    ("watershed", {"foreground": "dark", "distance": 0.1, "smoothing": 0.0}),
]
BY_NAME: dict[str, Segmenter] = {
    algorithm.spec.name: algorithm
    for algorithm in offered_by("segmenters")
    if Input.LABELS not in algorithm.spec.inputs
}
SEGMENTERS: list[tuple[Segmenter, Mapping[str, JsonValue]]] = [
    *((algorithm, {}) for algorithm in BY_NAME.values()),
    *((BY_NAME[name], parameters) for name, parameters in VARIANTS),
]

segmenters = pytest.mark.parametrize(
    ("algorithm", "parameters"),
    SEGMENTERS,
    ids=[" ".join([a.spec.name, *map(str, p.values())]) for a, p in SEGMENTERS],
)

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


@segmenters
@pytest.mark.parametrize("pixels", DEGENERATE.values(), ids=DEGENERATE.keys())
@pytest.mark.parametrize("spacing", [None, 0.7], ids=["in px", "in mm"])
def test_a_degenerate_image_has_objects_that_can_be_measured(
    algorithm: Segmenter, parameters: Mapping[str, JsonValue], pixels: np.ndarray, spacing: float | None
) -> None:
    image = Image(pixels, Geometry((spacing,) * pixels.ndim if spacing else None))
    labels = algorithm.run(Case.start(image), parameters)
    table = shape(image, labels)
    assert table.column("label") == tuple(range(1, labels.count + 1))
    assert labels.count > 0
    assert None not in np.array(table.rows)
    if pixels.dtype.kind == "f":
        assert not labels.labels[~np.isfinite(pixels)].any()


@segmenters
@pytest.mark.parametrize("pixels", WITHOUT_OBJECTS.values(), ids=WITHOUT_OBJECTS.keys())
def test_an_image_of_one_value_has_no_object(
    algorithm: Segmenter, parameters: Mapping[str, JsonValue], pixels: np.ndarray
) -> None:
    image = Image(pixels, has_channels=pixels.shape[-1] == 3)
    labels = algorithm.run(Case.start(image), parameters)
    assert labels.count == 0
    assert shape(image, labels).rows == ()
