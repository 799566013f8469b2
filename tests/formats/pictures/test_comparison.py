import numpy as np
import pytest

from coronal import Case, Geometry, Image, LabelMap
from coronal_formats.pictures.comparison import before_and_after

PLANE = Image(np.tile(np.arange(0, 200, 2, dtype=np.uint8), (80, 1)))


def _halves(before: Image, after: Case) -> tuple[np.ndarray, np.ndarray]:
    picture = np.asarray(before_and_after(before, after)).astype(int)
    middle = picture.shape[1] // 2
    return picture[:, :middle], picture[:, middle:]


def test_a_darker_image_is_seen_as_darker() -> None:
    left, right = _halves(PLANE, Case.start(PLANE.with_pixels(PLANE.pixels // 2)))
    assert right.mean() < 0.8 * left.mean()


def test_values_of_another_range_have_a_window_of_their_own() -> None:
    left, right = _halves(PLANE, Case.start(PLANE.with_pixels(PLANE.pixels / np.float32(1000))))
    assert abs(right.mean() - left.mean()) < 3


def test_the_label_map_is_over_the_image_after_it_alone() -> None:
    labels = LabelMap.of(PLANE, PLANE.pixels > 100)
    left, right = _halves(PLANE, Case.start(PLANE).add("half", labels))
    assert _is_grey(left)
    assert not _is_grey(right)


def test_a_cropped_image_is_drawn_to_the_scale_of_the_whole() -> None:
    half = PLANE.mapped(PLANE.pixels[:40, :50], np.eye(2), (0, 0))
    picture = np.asarray(before_and_after(PLANE, Case.start(half)))
    row = (picture[picture.shape[0] // 2] != picture[0, 0]).any(axis=-1)
    (starts,), (ends,) = np.nonzero(np.diff(row * 1) == 1), np.nonzero(np.diff(row * 1) == -1)
    whole, cropped = ends - starts
    assert cropped == pytest.approx(whole / 2, abs=2)


def test_of_a_volume_the_planes_before_are_those_after() -> None:
    pixels = np.zeros((8, 20, 20), np.uint8)
    pixels[6, 4:9, 4:9] = 200
    volume = Image(pixels, Geometry((2.0, 1.0, 1.0)))
    labels = LabelMap.of(volume, pixels > 100)
    picture = np.asarray(before_and_after(volume, Case.start(volume).add("bright", labels)))
    upper = picture[: picture.shape[0] // 2]
    assert (upper > 190).all(axis=-1).mean() > 0.01


def _is_grey(half: np.ndarray) -> bool:
    # The ground of the page and its letters are a little blue.
    return bool(np.ptp(half, axis=-1).max() < 20)
