"""The part of an image in which something is."""

import numpy as np
import pytest
from phantoms import ball
from skimage import data
from skimage.color import rgb2gray
from skimage.filters import threshold_otsu
from skimage.measure import label, regionprops

from coronal import BadImage, Geometry, Image, Meaning
from coronal_imaging.spatial.crop_to_content import crop_to_content


@pytest.fixture
def egg() -> Image:
    """An ellipsoid of 8 × 5 × 4 mm half-axes on a noisy ground, in thick slices."""
    spacing = (2.0, 0.5, 1.0)
    inside = ball((16, 60, 40), (14.0, 12.0, 22.0), (8.0, 5.0, 4.0), spacing)
    noise = np.random.default_rng(0).normal(0, 5, inside.shape)
    return Image((100.0 * inside + noise).astype(np.float32), Geometry(spacing))


def test_it_is_the_box_around_all_that_stands_out(egg: Image) -> None:
    (region,) = regionprops((egg.pixels > 50).astype(int))
    np.testing.assert_array_equal(crop_to_content(egg, margin=0.0).pixels, egg.pixels[region.slice])


def test_the_margin_is_in_mm_along_each_axis(egg: Image) -> None:
    # The ellipsoid takes 9 slices, 21 rows and 9 columns; the margin 2, 6 and 3.
    assert crop_to_content(egg, margin=3.0).shape == (9 + 4, 21 + 12, 9 + 6)


def test_the_margin_ends_where_the_image_ends(egg: Image) -> None:
    np.testing.assert_array_equal(crop_to_content(egg, margin=1000.0).pixels, egg.pixels)


def test_the_field_of_a_photograph_of_the_retina_is_found() -> None:
    pixels = data.retina()[::4, ::4]
    result = crop_to_content(Image(pixels, has_channels=True, meaning=Meaning.COLOUR), margin=0.0)
    grey = rgb2gray(pixels)
    (region,) = regionprops((grey > threshold_otsu(grey)).astype(int))
    assert np.abs(np.subtract(result.shape, np.subtract(region.bbox[2:], region.bbox[:2]))).max() <= 2
    np.testing.assert_array_equal(result.pixels, pixels[region.slice])


def test_what_is_dark_is_found_on_a_bright_ground(egg: Image) -> None:
    negative = Image(255 - egg.pixels, egg.geometry)
    bright, dark = crop_to_content(egg), crop_to_content(negative, "dark")
    np.testing.assert_array_equal(dark.pixels, 255 - bright.pixels)
    assert dark.geometry == bright.geometry


def test_a_level_stands_in_for_the_threshold() -> None:
    pixels = np.zeros((20, 20), np.uint8)
    pixels[5:15, 5:15], pixels[8:10, 9:12] = 50, 200
    assert crop_to_content(Image(pixels), level=50.0, margin=0.0).shape == (2, 3)
    assert crop_to_content(Image(pixels), level=10.0, margin=0.0).shape == (10, 10)


def test_dust_does_not_count() -> None:
    pixels = np.zeros((40, 40), np.uint8)
    pixels[10:20, 12:20] = pixels[38, 38] = pixels[0, 0] = pixels[1, 1] = 100
    image = Image(pixels, Geometry((0.5, 0.5)))
    assert label(pixels).max() == 3
    assert crop_to_content(image, min_size=0.75, margin=0.0).shape == (10, 8)
    assert crop_to_content(image, margin=0.0).shape == (39, 39)


def test_what_is_no_number_is_ground() -> None:
    pixels = np.zeros((20, 20))
    pixels[5:8, 6:10] = 1
    pixels[0, 0], pixels[19, 19], pixels[0, 19], pixels[6, 7] = np.nan, np.inf, 1e300, np.nan
    result = crop_to_content(Image(pixels), margin=0.0).pixels
    assert result.shape == (3, 4)
    assert np.isnan(result[1, 1])


@pytest.mark.parametrize(
    "pixels", [np.full((5, 5), 7), np.full((5, 5), np.nan), np.zeros((1, 1))], ids=["constant", "NaN", "one"]
)
@pytest.mark.parametrize("content", ["bright", "dark"])
def test_where_nothing_stands_out_it_says_so(pixels: np.ndarray, content: str) -> None:
    with pytest.raises(BadImage, match=f"something {content} must stand out from the ground"):
        crop_to_content(Image(pixels), content)  # type: ignore[arg-type]  # a choice
