"""Every measurer bears what is hardly an image, and says what it measures."""

from collections.abc import Mapping

import numpy as np
import pytest
from offered import offered_by
from pydantic import JsonValue

from coronal import Algorithm, BadImage, Case, Geometry, Image, LabelMap, Reference, Table
from coronal.testing import check_algorithm

Measurer = Algorithm[..., Table]

VARIANTS: list[tuple[str, Mapping[str, JsonValue]]] = [
    ("shape", {"measures": ["hull", "outline"]}),
    ("shape", {"measures": []}),
    ("texture", {"levels": 2, "distance": 3}),
    ("hog", {"cells": 1, "block": 1, "orientations": 2}),
    ("compare", {"each_label": False}),
]
BY_NAME: dict[str, Measurer] = {algorithm.spec.name: algorithm for algorithm in offered_by("measurers")}
MEASURERS: list[tuple[Measurer, Mapping[str, JsonValue]]] = [
    *((algorithm, {}) for algorithm in BY_NAME.values()),
    *((BY_NAME[name], parameters) for name, parameters in VARIANTS),
]

measurers = pytest.mark.parametrize(
    ("algorithm", "parameters"),
    MEASURERS,
    ids=[" ".join([a.spec.name, *map(str, p.values())]) for a, p in MEASURERS],
)

PIXELS = {
    "one line": np.arange(9, dtype=np.float32)[np.newaxis],
    "one slice": np.arange(81, dtype=np.uint16).reshape(1, 9, 9),
    "three columns": np.arange(75, dtype=np.int16).reshape(5, 5, 3),
    "bool": np.eye(20, dtype=np.bool_),
    "float16": np.eye(20, dtype=np.float16),
    "long double": np.eye(20, dtype=np.longdouble),
    "big-endian": np.eye(20, dtype=">i2"),
    "Fortran order": np.asfortranarray(np.arange(400.0).reshape(20, 20)),
    "64 bits": np.eye(20, dtype=np.int64) * 2**60,
    "the smallest floats": np.eye(20, dtype=np.float32) * 1e-45,
    "the largest floats": np.linspace(-1e38, 1e38, 400, dtype=np.float32).reshape(20, 20),
    "beyond the largest": 1e308 * np.linspace(-1, 1, 400).reshape(20, 20),
    "two neighbours of float32": np.where(
        np.eye(20) > 0, np.nextafter(np.float32(1), np.float32(2)), np.float32(1)
    ),
    "NaN in the half": np.where(np.arange(400).reshape(20, 20) < 200, np.nan, np.arange(400).reshape(20, 20)),
    "infinities": np.where(np.eye(20) > 0, np.inf, -np.inf),
    "all NaN": np.full((20, 20), np.nan),
    "black volume": np.zeros((5, 9, 9), np.int16),
    "colour": np.arange(1200, dtype=np.uint16).reshape(20, 20, 3),
}


@pytest.mark.parametrize(
    ("name", "parameters"), VARIANTS, ids=[f"{name} {parameters}" for name, parameters in VARIANTS]
)
def test_it_keeps_the_contract_with_other_parameters(name: str, parameters: Mapping[str, JsonValue]) -> None:
    check_algorithm(BY_NAME[name], parameters)


@measurers
@pytest.mark.parametrize(("name", "pixels"), PIXELS.items(), ids=PIXELS.keys())
@pytest.mark.parametrize("spacing", [None, 0.7], ids=["in px", "in mm"])
def test_a_degenerate_image_has_a_table_or_a_clear_error(
    algorithm: Measurer,
    parameters: Mapping[str, JsonValue],
    name: str,
    pixels: np.ndarray,
    spacing: float | None,
) -> None:
    is_colour = name == "colour"
    n = pixels.ndim - is_colour
    image = Image(pixels, Geometry((spacing,) * n if spacing else None), has_channels=is_colour)
    numbers = (np.arange(np.prod(image.shape)).reshape(image.shape) % 7 > 2) * 5
    labels = LabelMap.of(image, numbers)
    case = Case(image, image, labels, Reference.of(image, np.roll(numbers, 1)))
    try:
        table = algorithm.run(case, parameters)
    except BadImage:
        assert algorithm.spec.name in ("hog", "quality")
    else:
        assert table.rows


@measurers
def test_every_column_says_what_it_is(algorithm: Measurer, parameters: Mapping[str, JsonValue]) -> None:
    image = Image(np.ones((20, 20)), Geometry((1.0, 1.0)))
    ones = np.ones((20, 20), np.uint8)
    case = Case(image, image, LabelMap.of(image, ones), Reference.of(image, ones))
    columns = algorithm.run(case, parameters).columns
    assert all(column.description.endswith(".") for column in columns)
