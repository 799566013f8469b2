from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from skimage.filters import threshold_otsu

from coronal import Case, Column, Image, LabelMap, Prediction, ResultFile, Table
from coronal.testing.cases import degenerate_cases, good_cases
from coronal_formats.readers.dicom.reader import dicom
from coronal_formats.readers.photographs.jpeg import jpeg
from coronal_formats.rendering.colours import colour_of
from coronal_formats.writers.overlay import overlay

Written = Callable[..., dict[str, ResultFile]]


def drawn(files: dict[str, ResultFile]) -> np.ndarray:
    assert list(files) == ["overlay.png"]
    with PIL.Image.open(BytesIO(files["overlay.png"].content)) as picture:
        return np.asarray(picture)


def where(picture: np.ndarray, label: int) -> np.ndarray:
    """Where the full contour of a label is, as (row, column) pairs."""
    return np.argwhere((picture == colour_of(label)).all(axis=-1))


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=name) for name, case in (*good_cases((2, 3)), *degenerate_cases((2, 3)))]
)
def test_every_case_gives_a_picture_that_fits_a_screen(case: Case, written: Written) -> None:
    height, width, channels = drawn(written(overlay, case)).shape
    assert channels == 3
    assert 360 <= width <= 1600
    assert height <= 1400


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (3000, 2500), (1, 1), (2, 900, 900), (900, 3, 3)])
def test_every_shape_gives_a_picture_that_fits_a_screen(shape: tuple[int, ...], written: Written) -> None:
    height, width, _ = drawn(written(overlay, Case.start(Image(np.zeros(shape, np.uint8))))).shape
    assert width <= 1600
    assert height <= 1400


def test_a_contour_stands_around_its_object(written: Written) -> None:
    labels = np.zeros((64, 64), np.int32)
    labels[8:16, 40:56] = 1
    image = Image(np.zeros((64, 64), np.uint8))
    found = where(drawn(written(overlay, Case.start(image).add("box", LabelMap.of(image, labels)))), 1)
    # 64 pixels become 768, behind a margin of 16.
    np.testing.assert_array_equal(found.min(axis=0), [16 + 8 * 12, 16 + 40 * 12])
    np.testing.assert_array_equal(found.max(axis=0), [16 + 16 * 12 - 1, 16 + 56 * 12 - 1])


def test_a_pixel_that_is_higher_than_wide_is_drawn_so(written: Written) -> None:
    geometry = next(case for name, case in good_cases((2,))).image.geometry
    image = Image(np.zeros((90, 60), np.uint8), geometry)  # of 0.5 mm × 0.75 mm: as high as wide
    height, width, _ = drawn(written(overlay, Case.start(image))).shape
    assert width == 768 + 2 * 16
    assert height == pytest.approx(width, abs=50)


def test_the_bright_field_of_a_retina_is_where_the_photograph_has_it(
    skimage_files: Path, written: Written
) -> None:
    image = jpeg(skimage_files / "retina.jpg")
    grey = image.grey()
    mask = grey > threshold_otsu(grey)
    picture = drawn(written(overlay, Case.start(image).add("otsu", LabelMap.of(image, mask))))
    scale = 1200 / 1411
    expected = np.argwhere(mask) * scale + 16
    found = where(picture, 1)
    np.testing.assert_allclose(found.min(axis=0), expected.min(axis=0), atol=3)
    np.testing.assert_allclose(found.max(axis=0), expected.max(axis=0), atol=3)


def test_the_same_case_gives_the_same_bytes_and_changes_nothing(
    pydicom_files: Path, written: Written
) -> None:
    image = dicom(pydicom_files / "CT_small.dcm")
    case = Case.start(image).add("bone", LabelMap.of(image, image.pixels > 200))
    before = image.pixels.copy()
    assert written(overlay, case) == written(overlay, case)
    np.testing.assert_array_equal(image.pixels, before)


def test_a_filtered_image_stands_beside_its_source(written: Written) -> None:
    image = Image(np.tile(np.arange(64, dtype=np.uint8), (64, 1)))
    alone = drawn(written(overlay, Case.start(image)))
    both = drawn(written(overlay, Case.start(image).add("invert", image.with_pixels(63 - image.pixels))))
    assert both.shape[1] > 1.8 * alone.shape[1]
    row = both[300].mean(axis=-1)
    left, right = row[16 : 16 + 700], row[-16 - 700 : -16]
    assert left[-100] > left[100]
    assert right[-100] < right[100]


def test_a_table_and_a_prediction_need_no_label_map(written: Written) -> None:
    case = Case.start(Image(np.ones((20, 20), np.uint8)))
    case = case.add("t", Table((Column("x"),))).add("forest", Prediction(("a", "b"), (0.1, 0.9)))
    assert drawn(written(overlay, case)).size


def test_names_are_reported_by_a_legend(written: Written) -> None:
    image = Image(np.zeros((40, 40), np.uint8))
    labels = np.zeros((40, 40), np.int32)
    labels[5:10, 5:10], labels[20:30, 20:30] = 1, 2
    named = LabelMap.of(image, labels, {1: "nucleus", 2: "cell"})
    picture = drawn(written(overlay, Case.start(image).add("s", named)))
    below = where(picture, 2)[:, 0].max()
    assert below > 16 + 768  # the swatch stands below the panel


def test_the_name_of_an_object_that_is_gone_is_not_reported(written: Written) -> None:
    image = Image(np.zeros((40, 40), np.uint8))
    labels = np.zeros((40, 40), np.int32)
    labels[20:30, 20:30] = 2
    left = LabelMap.of(image, labels, {1: "nucleus", 2: "cell"})
    picture = drawn(written(overlay, Case.start(image).add("s", left)))
    assert where(picture, 2)[:, 0].max() > 16 + 768
    assert where(picture, 1).size == 0


@pytest.mark.parametrize("channels", [1, 2, 4, 5])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_of_any_number_of_channels_but_three_the_mean_is_shown(
    channels: int, dtype: type, written: Written
) -> None:
    pixels = np.arange(30 * 40 * channels).reshape(30, 40, channels).astype(dtype)
    picture = drawn(written(overlay, Case.start(Image(pixels, has_channels=True))))
    panel = picture[16:400, 16:400]
    assert np.ptp(panel, axis=-1).max() == 0
    assert np.ptp(panel) > 100


def test_so_few_pixels_that_they_can_be_counted_are_drawn_as_squares(written: Written) -> None:
    few = Image(np.random.default_rng(0).integers(0, 255, (8, 8)).astype(np.uint8))
    panel = drawn(written(overlay, Case.start(few)))[16 : 16 + 768, 16 : 16 + 768, 0]
    # Each is 96 wide; the scale lies over the last row.
    squares = panel[: 7 * 96].reshape(7, 96, 8, 96)
    assert np.ptp(squares, axis=(1, 3)).max() == 0


def test_what_was_predicted_is_reported_below(written: Written) -> None:
    case = Case.start(Image(np.ones((20, 20), np.uint8)))
    without = drawn(written(overlay, case))
    reported = drawn(written(overlay, case.add("forest", Prediction(("a", "b"), (0.1, 0.9)))))
    np.testing.assert_array_equal(reported[:780], without[:780])
    assert (reported[790:] != without[790:]).any()


@pytest.mark.parametrize("name", ["良性", "a\nb", "x" * 1000, "\ud800", "😀"], ids=ascii)
def test_a_class_of_any_name_is_reported_within_the_page(name: str, written: Written) -> None:
    image = Image(np.ones((20, 20), np.uint8))
    case = Case.start(image).add("forest", Prediction((name, "other"), (0.9, 0.1)))
    picture = drawn(written(overlay, case))
    assert picture.shape[1] == 768 + 2 * 16
    assert picture[:, -16:].max() == picture[0, 0].max()
