"""All planes of a volume in one."""

import numpy as np
import pytest
import SimpleITK

from coronal import Geometry, Image
from coronal_imaging.spatial.project import project

AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


@pytest.mark.parametrize(("axis", "dimension"), [("z", 2), ("y", 1), ("x", 0)])
@pytest.mark.parametrize(
    ("method", "library"),
    [
        ("maximum", SimpleITK.MaximumProjection),
        ("minimum", SimpleITK.MinimumProjection),
        ("mean", SimpleITK.MeanProjection),
    ],
)
def test_it_is_simpleitk(ct: Image, axis: str, dimension: int, method: str, library: object) -> None:
    assert callable(library)
    expected = SimpleITK.GetArrayFromImage(library(SimpleITK.GetImageFromArray(ct.pixels), dimension))
    result = project(ct, axis, method)  # type: ignore[arg-type]  # choices
    np.testing.assert_allclose(result.pixels, np.squeeze(expected), rtol=1e-6, atol=1e-3)


def test_a_thin_vessel_is_seen_from_all_sides() -> None:
    volume = np.zeros((10, 12, 14), np.uint16)
    volume[4, 5, :] = 700
    image = Image(volume)
    assert (project(image, "z").pixels[5] == 700).all()
    assert np.count_nonzero(project(image, "x").pixels) == 1
    assert project(image, "x", "mean").pixels[4, 5] == 700
    assert project(image, "z", "mean").pixels[5, 3] == 70
    assert not project(image, "z", "minimum").pixels.any()


def test_the_plane_lies_in_the_middle_of_the_volume() -> None:
    volume = Image(np.zeros((10, 8, 7)), Geometry((4.0, 0.5, 2.0), (10.0, 20.0, 30.0), AXIAL))
    assert project(volume, "z").geometry.origin_mm == (10.0, 20.0, 48.0)


@pytest.mark.parametrize(
    ("method", "dtype"), [("maximum", np.int16), ("minimum", np.int16), ("mean", np.float32)]
)
def test_the_type_is_kept_except_by_the_mean(ct: Image, method: str, dtype: type) -> None:
    assert project(ct, "z", method).pixels.dtype == dtype  # type: ignore[arg-type]  # a choice


@pytest.mark.parametrize("method", ["maximum", "mean", "minimum"])
@pytest.mark.parametrize("channels", [0, 2])
def test_padding_counts_for_no_line(method: str, channels: int) -> None:
    random = np.random.default_rng(0)
    shape = (4, 5, 6, *([channels] if channels else []))
    pixels, valid = random.integers(-50, 50, shape).astype(np.int16), random.random((4, 5, 6)) < 0.5
    valid[:, 2, 3] = False
    image = Image(pixels, has_channels=bool(channels), valid=valid)
    seen = project(image, method=method)  # type: ignore[arg-type]  # a choice
    counted = np.where(valid[..., np.newaxis] if channels else valid, pixels, np.nan)
    lines = {"maximum": np.nanmax, "mean": np.nanmean, "minimum": np.nanmin}[method]
    some = valid.any(axis=0)
    np.testing.assert_allclose(seen.pixels[some], lines(counted[:, some], axis=0), rtol=1e-6)
    np.testing.assert_array_equal(seen.valid, some)
    assert (seen.pixels[2, 3] == np.nanmin(counted)).all()
