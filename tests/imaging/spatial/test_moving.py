"""What moves pixels in their array leaves them where they were in the patient."""

from collections.abc import Mapping

import numpy as np
import pytest
from offered import offered_by
from pydantic import JsonValue

from coronal import Algorithm, BadImage, Case, Geometry, Image, Meaning

Filter = Algorithm[..., Image]

MOVERS: dict[str, Filter] = {a.spec.name: a for a in offered_by("filters") if not a.spec.keeps_geometry}
PARAMETERS: list[tuple[str, Mapping[str, JsonValue]]] = [
    ("resize", {"x": 20, "y": 50, "z": 7}),
    ("resize", {"x": 13, "y": 14, "z": None, "interpolation": "cubic"}),
    ("rescale", {"factor": 0.7}),
    ("rescale", {"factor": 1.5}),
    ("resample", {"x": 1.3, "y": 0.4, "z": 1.7}),
    ("rotate", {"degrees": 90.0}),
    ("rotate", {"degrees": -90.0, "plane": "yx", "frame": "keep"}),
    ("rotate", {"degrees": 33.0}),
    ("rotate", {"degrees": 180.0}),
    ("flip", {"axis": "x"}),
    ("flip", {"axis": "y"}),
    ("crop", {"x": [3, 19], "y": [7, 20], "z": [1, 6]}),
    ("crop", {"x": [1.0, 9.5], "y": [0.0, 5.5], "z": [2.5, 30], "unit": "mm"}),
    ("crop-to-content", {"level": -8.0, "margin": 0.0}),
    ("pad", {"x": [2, 3], "y": [4, 0], "z": [0, 8], "beyond": "mirror"}),
]
IN_VOLUMES: list[tuple[str, Mapping[str, JsonValue]]] = [
    ("rotate", {"degrees": 90.0, "plane": "zx"}),
    ("rotate", {"degrees": 20.0, "plane": "zy"}),
    ("flip", {"axis": "z"}),
    ("orient", {"axes": "RAS"}),
    ("orient", {"axes": "PSR"}),
    ("slice", {"axis": "z"}),
    ("slice", {"axis": "y", "index": 3}),
    ("slice", {"axis": "x", "index": 17}),
    ("project", {"axis": "y", "method": "mean"}),
]
CASES = [(n, name, p) for n in (2, 3) for name, p in PARAMETERS] + [(3, name, p) for name, p in IN_VOLUMES]


def placed(dimensions: int) -> Geometry:
    """Oblique, each axis of another spacing."""
    turned = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    direction = tuple(tuple(map(float, row)) for row in turned[:, 3 - dimensions :])
    return Geometry((2.5, 0.5, 0.75)[3 - dimensions :], (-40.0, 12.0, 7.0), direction)


def chart(dimensions: int) -> Image:
    """Return an image whose three channels are each pixel's own world coordinates x, y and z in mm."""
    geometry, shape = placed(dimensions), (9, 25, 24)[3 - dimensions :]
    places = np.moveaxis(np.indices(shape), 0, -1)
    axes = np.asarray(geometry.direction) * np.asarray(geometry.spacing_mm)
    return Image(places @ axes.T + np.array(geometry.origin_mm), geometry, has_channels=True)


@pytest.mark.parametrize(
    ("dimensions", "name", "parameters"), CASES, ids=[f"{n}-D {name} {p}" for n, name, p in CASES]
)
def test_a_point_of_the_patient_keeps_its_coordinates(
    dimensions: int, name: str, parameters: Mapping[str, JsonValue]
) -> None:
    result = MOVERS[name].run(Case.start(chart(dimensions)), parameters)
    # In the middle: near the edges what lies beyond them is mixed in.
    middle = tuple(size // 2 for size in result.shape)
    np.testing.assert_allclose(result.pixels[middle], result.geometry.position_mm(middle), atol=1e-3)


@pytest.mark.parametrize(("dimensions", "name", "parameters"), CASES)
def test_three_channels_move_as_each_does_alone(
    dimensions: int, name: str, parameters: Mapping[str, JsonValue]
) -> None:
    whole = chart(dimensions)
    together = MOVERS[name].run(Case.start(whole), parameters)
    alone = MOVERS[name].run(Case.start(Image(whole.pixels[..., 1], whole.geometry)), parameters)
    if name != "crop-to-content":
        np.testing.assert_array_equal(together.pixels[..., 1], alone.pixels)
        assert together.geometry == alone.geometry


@pytest.mark.parametrize("name", MOVERS)
def test_what_the_values_mean_stays(name: str) -> None:
    pixels = np.random.default_rng(0).integers(-1000, 2000, (8, 20, 24)).astype(np.int16)
    ct = Image(pixels, placed(3), modality="CT", meaning=Meaning.HOUNSFIELD)
    result = MOVERS[name].run(Case.start(ct), {})
    assert (result.meaning, result.modality) == (Meaning.HOUNSFIELD, "CT")


@pytest.mark.parametrize("name", MOVERS)
def test_colour_stays_colour(name: str, retina: Image) -> None:
    pixels = retina.pixels[:20, :24]
    colour = Image(np.stack([pixels] * 6), placed(3), has_channels=True, meaning=Meaning.COLOUR)
    result = MOVERS[name].run(Case.start(colour), {})
    assert (result.meaning, result.pixels.shape[-1]) == (Meaning.COLOUR, 3)


DEGENERATE = {
    "black": np.zeros((9, 9), np.uint8),
    "one pixel": np.full((1, 1), 5, np.uint8),
    "one line": np.arange(9, dtype=np.float32)[np.newaxis],
    "one slice": np.arange(81, dtype=np.uint16).reshape(1, 9, 9),
    "one voxel": np.full((1, 1, 1), -7, np.int16),
    "bool": np.eye(9, dtype=np.bool_),
    "float16": np.eye(9, dtype=np.float16),
    "long double": np.eye(9, dtype=np.longdouble),
    "big-endian": np.eye(9, dtype=">i2"),
    "Fortran order": np.asfortranarray(np.eye(9)),
    "64 bits": np.eye(9, dtype=np.int64) * 2**60,
    "the smallest floats": np.eye(9) * 5e-324,
    "the largest floats": np.linspace(-1e38, 1e38, 81, dtype=np.float32).reshape(9, 9),
}


DEGENERATE_CASES = [
    pytest.param(name, pixels, id=f"{name} {kind}")
    for name, mover in MOVERS.items()
    for kind, pixels in DEGENERATE.items()
    if pixels.ndim in mover.spec.dimensions and (name != "crop-to-content" or np.unique(pixels).size > 1)
]


@pytest.mark.parametrize(("name", "pixels"), DEGENERATE_CASES)
def test_a_degenerate_image_gives_finite_values_within_its_range(name: str, pixels: np.ndarray) -> None:
    image = Image(pixels, placed(pixels.ndim))
    result = MOVERS[name].run(Case.start(image), {}).pixels
    least, most = min(0, pixels.min()), max(0, pixels.max())
    assert np.isfinite(result).all()
    assert least - abs(least) * 1e-6 <= result.min() <= result.max() <= most + abs(most) * 1e-6


KEEPING = [
    ("resize", {"interpolation": "nearest"}),
    ("rotate", {"degrees": 90.0}),
    ("rotate", {"degrees": 30.0, "interpolation": "nearest"}),
    ("flip", {}),
    ("crop", {}),
    ("crop-to-content", {}),
    ("pad", {}),
    ("orient", {"axes": "RAS"}),
    ("slice", {"index": 1}),
]


@pytest.mark.parametrize(("name", "parameters"), KEEPING)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float16, np.float64])
def test_what_only_moves_pixels_makes_no_value_up_and_keeps_the_type(
    name: str, parameters: Mapping[str, JsonValue], dtype: type
) -> None:
    pixels = np.random.default_rng(0).integers(1, 100, (4, 9, 8)).astype(dtype)
    result = MOVERS[name].run(Case.start(Image(pixels, placed(3))), parameters).pixels
    assert result.dtype == dtype
    assert np.isin(result, [0, *pixels.flat]).all()


@pytest.mark.parametrize(("name", "parameters"), KEEPING)
def test_what_only_moves_pixels_keeps_a_nan(name: str, parameters: Mapping[str, JsonValue]) -> None:
    pixels = np.random.default_rng(0).random((4, 9, 8))
    pixels[1, 4, 4] = np.nan
    result = MOVERS[name].run(Case.start(Image(pixels, placed(3))), parameters).pixels
    assert np.isnan(result).any()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("resize", {}), ("rescale", {}), ("resample", {}), ("rotate", {"degrees": 5.0}), ("project", {})],
)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e300])
def test_what_mixes_pixels_refuses_what_is_no_number(
    name: str, parameters: Mapping[str, JsonValue], wrong: float
) -> None:
    pixels = np.ones((4, 5, 6))
    pixels[2, 2, 2] = wrong
    with pytest.raises(BadImage, match="found 1 of 120 that are NaN, infinite or beyond"):
        MOVERS[name].run(Case.start(Image(pixels, placed(3))), parameters)


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "cubic"])
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("resize", {"x": 31, "y": 29}),
        ("rescale", {"factor": 0.6}),
        ("resample", {"x": 0.3, "y": 0.7}),
        ("rotate", {"degrees": 20.0}),
    ],
)
def test_between_two_labels_no_third_is_made(
    name: str, parameters: Mapping[str, JsonValue], interpolation: str
) -> None:
    labels = np.zeros((20, 20), np.uint8)
    labels[4:12, 4:12], labels[12:18, 4:18] = 40, 200
    image = Image(labels, Geometry((0.5, 0.5)), meaning=Meaning.INDEX)
    moved = MOVERS[name].run(Case.start(image), {**parameters, "interpolation": interpolation})
    assert np.unique(moved.pixels).tolist() == [0, 40, 200]
    assert moved.pixels.dtype == np.uint8
