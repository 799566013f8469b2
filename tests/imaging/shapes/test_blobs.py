"""Blobs: bright or dark spots of a size between two."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.feature import blob_dog, blob_log

from coronal import BadParameter, Geometry, Image
from coronal_imaging.shapes.blobs import blobs


@pytest.mark.parametrize("method", ["log", "dog"])
def test_they_are_those_of_the_library(method: str) -> None:
    pixels = data.microaneurysms()
    unit = ((pixels - float(pixels.min())) / float(np.ptp(pixels))).astype(np.float32)
    options = {"threshold": 0.1 * 2 / np.e, "min_sigma": 3 / np.sqrt(2), "max_sigma": 6 / np.sqrt(2)}
    found = (
        blob_log(1 - unit, num_sigma=8, **options)
        if method == "log"
        else blob_dog(1 - unit, sigma_ratio=1.3, **options)
    )
    labels = blobs(Image(pixels), method=method, max_radius=6.0, foreground="dark")
    assert len(found) > 3
    assert sorted(labels.names.values()) == sorted(f"blob, radius {s * np.sqrt(2):.3g} px" for *_, s in found)
    assert all(labels.labels[int(y), int(x)] for y, x, _ in found)


@pytest.mark.parametrize("foreground", ["bright", "dark"])
def test_touching_balls_in_thick_slices_are_found_with_their_radii(foreground: str) -> None:
    spacing = (2.0, 1.0, 1.0)
    balls = [ball((16, 32, 60), (16, 16, x), r, spacing) for x, r in ((16, 8.0), (29, 6.0), (50, 5.0))]
    noise = np.random.default_rng(0).normal(0, 3, balls[0].shape)
    pixels = np.any(balls, axis=0) * 100 + noise
    image = Image(pixels if foreground == "bright" else -pixels, Geometry(spacing))
    labels = blobs(image, min_radius=4.0, max_radius=10.0, contrast=0.3, foreground=foreground)
    assert labels.count == 3
    for inside, radius in zip(balls, (8.0, 6.0, 5.0), strict=True):
        number = np.bincount(labels.labels[inside]).argmax()
        found = float(labels.names[number].removeprefix("blob, radius ").removesuffix(" mm"))
        assert found == pytest.approx(radius, abs=1.0)
        assert np.argwhere(labels.labels == number).mean(0) == pytest.approx(
            np.argwhere(inside).mean(0), abs=1
        )


@pytest.mark.parametrize("n", [2, 3])
def test_a_disc_and_a_ball_are_found_from_their_contrast_on(n: int) -> None:
    inside = ball((41,) * n, (20,) * n, 8)
    pixels = inside * 0.2
    pixels[(0,) * n] = 1.0
    for contrast, count in ((0.18, 1), (0.22, 0)):
        assert blobs(Image(pixels), contrast=contrast, min_radius=6.0, max_radius=10.0).count == count


def test_a_scale_that_would_take_hours_is_refused() -> None:
    image = Image(np.eye(3000, dtype=np.uint8))
    with pytest.raises(BadParameter, match="max_radius must be smaller in so large an image"):
        blobs(image, max_radius=1000.0)
