import numpy as np
import pytest

from coronal import Case, Column, Geometry, Image, LabelMap, Meaning, Table
from coronal_formats.rendering.comparison import before_and_after

PLANE = Image(np.tile(np.arange(0, 200, 2, dtype=np.uint8), (80, 1)))


def _halves(before: Image, after: Case) -> tuple[np.ndarray, np.ndarray]:
    picture = np.asarray(before_and_after(Case.start(before), after)).astype(int)
    middle = picture.shape[1] // 2
    return picture[:, :middle], picture[:, middle:]


def test_a_darker_image_is_seen_as_darker() -> None:
    left, right = _halves(PLANE, Case.start(PLANE.with_pixels(PLANE.pixels // 2)))
    assert right.mean() < 0.8 * left.mean()


def test_values_of_another_range_have_a_window_of_their_own() -> None:
    left, right = _halves(PLANE, Case.start(PLANE.with_pixels(PLANE.pixels / np.float32(1000))))
    assert abs(right.mean() - left.mean()) < 3


def test_a_brighter_image_is_seen_as_brighter_where_white_has_become_1() -> None:
    left, right = _halves(
        PLANE, Case.start(PLANE.with_pixels(PLANE.pixels / np.float32(255) + np.float32(0.2)))
    )
    assert right[100:200, 60:-60].mean() - left[100:200, 60:-60].mean() == pytest.approx(0.2 * 255, abs=5)


def test_what_is_no_longer_in_hounsfield_units_has_a_window_of_its_own() -> None:
    ct = Image(PLANE.pixels.astype(np.int16), meaning=Meaning.HOUNSFIELD)
    steps = ct.with_pixels(PLANE.pixels.astype(np.float32) * 2, meaning=Meaning.INTENSITY)
    _, right = _halves(ct, Case.start(steps))
    assert right[100:200, 60:-60].min() < 40


def test_the_label_map_is_over_the_image_after_it_alone() -> None:
    labels = LabelMap.of(PLANE, PLANE.pixels > 100)
    left, right = _halves(PLANE, Case.start(PLANE).add("half", labels))
    assert _is_grey(left)
    assert not _is_grey(right)


def test_a_cropped_image_is_drawn_to_the_scale_of_the_whole() -> None:
    half = PLANE.mapped(PLANE.pixels[:40, :50], np.eye(2), (0, 0))
    picture = np.asarray(before_and_after(Case.start(PLANE), Case.start(half)))
    row = (picture[picture.shape[0] // 2] != picture[0, 0]).any(axis=-1)
    (starts,), (ends,) = np.nonzero(np.diff(row * 1) == 1), np.nonzero(np.diff(row * 1) == -1)
    whole, cropped = ends - starts
    assert cropped == pytest.approx(whole / 2, abs=2)


def test_of_a_volume_the_planes_before_are_those_after() -> None:
    pixels = np.zeros((8, 20, 20), np.uint8)
    pixels[6, 4:9, 4:9] = 200
    volume = Image(pixels, Geometry((2.0, 1.0, 1.0)))
    labels = LabelMap.of(volume, pixels > 100)
    picture = np.asarray(before_and_after(Case.start(volume), Case.start(volume).add("bright", labels)))
    upper = picture[: picture.shape[0] // 2]
    assert (upper > 190).all(axis=-1).mean() > 0.01


def test_a_label_map_that_another_replaces_is_shown_before() -> None:
    before = Case.start(PLANE).add("half", LabelMap.of(PLANE, PLANE.pixels > 100))
    after = before.add("quarter", LabelMap.of(PLANE, PLANE.pixels > 150))
    picture = np.asarray(before_and_after(before, after)).astype(int)
    middle = picture.shape[1] // 2
    left, right = (np.ptp(half, axis=-1) > 20 for half in (picture[:, :middle], picture[:, middle:]))
    assert left.sum() == pytest.approx(2 * right.sum(), rel=0.1)


def test_a_label_map_that_stays_is_shown_after_alone() -> None:
    case = Case.start(PLANE).add("half", LabelMap.of(PLANE, PLANE.pixels > 100))
    picture = np.asarray(before_and_after(case, case.add("size", Table((Column("label"),))))).astype(int)
    assert _is_grey(picture[:, : picture.shape[1] // 2])


def test_what_has_not_changed_is_drawn_once() -> None:
    case = Case.start(PLANE)
    once = before_and_after(case, case.add("mean", Table((Column("mean"),))))
    twice = before_and_after(case, case.add("same", PLANE.with_pixels(PLANE.pixels)))
    assert once.width < 0.6 * twice.width


def test_of_a_replaced_label_map_of_a_volume_the_planes_are_those_after() -> None:
    labels = np.zeros((8, 20, 20), np.uint8)
    labels[1, 9:18, 9:18] = 1
    labels[6, 2:7, 2:7] = 2
    volume = Image(labels * np.uint8(90), Geometry((2.0, 1.0, 1.0)))
    before = Case.start(volume).add("all", LabelMap.of(volume, labels))
    after = before.add("second", LabelMap.of(volume, (labels == 2) * 2))
    picture = np.asarray(before_and_after(before, after)).astype(int)
    # The first label is larger, and would show where its own planes were chosen.
    coloured = [(np.ptp(half, axis=-1) > 20).sum() for half in np.array_split(picture, 2)]
    assert coloured[0] == pytest.approx(coloured[1], rel=0.1)


def test_values_that_a_filter_spreads_are_not_clipped() -> None:
    spread = PLANE.with_pixels(PLANE.pixels.astype(np.int16) * 3 - 200)
    left, right = _halves(PLANE, Case.start(spread))
    before, after = (half[100:200, 60:-60, 0].std() for half in (left, right))
    # Clipped to the range before, it would hold less than twice as much contrast.
    assert after == pytest.approx(3 * before, rel=0.1)


@pytest.mark.parametrize("max_width_px", [300, 900])
def test_the_panels_are_as_wide_as_there_is_room(max_width_px: int) -> None:
    half = PLANE.with_pixels(PLANE.pixels // 2)
    picture = before_and_after(Case.start(PLANE), Case.start(half), max_width_px)
    assert picture.width == pytest.approx(max(max_width_px, 360), abs=50)


def _is_grey(half: np.ndarray) -> bool:
    # The ground of the page and its letters are a little blue.
    return bool(np.ptp(half, axis=-1).max() < 20)
