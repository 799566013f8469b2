import numpy as np
import pytest

from coronal import Case, Column, Geometry, Image, LabelMap, Prediction, Table

IMAGE = Image(np.zeros((4, 6)), Geometry((0.5, 0.5)))
LABELS = LabelMap.of(IMAGE, np.ones((4, 6), bool))
SEGMENTED = Case.start(IMAGE).add("otsu", LABELS)


def test_at_the_start_the_image_is_the_source() -> None:
    case = Case.start(IMAGE)
    assert case.source is case.image is IMAGE
    assert case.labels is None
    assert not case.tables
    assert not case.predictions


def test_a_filtered_image_takes_the_place_of_the_old_and_the_source_stays() -> None:
    filtered = IMAGE.with_pixels(np.ones((4, 6)))
    case = Case.start(IMAGE).add("gaussian", filtered)
    assert case.image is filtered
    assert case.source is IMAGE


def test_labels_stay_on_a_new_image_of_the_same_grid() -> None:
    assert SEGMENTED.add("gaussian", IMAGE.with_pixels(np.ones((4, 6)))).labels is LABELS


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param(Image(np.zeros((2, 3)), Geometry((1.0, 1.0))), id="another shape"),
        pytest.param(Image(np.zeros((4, 6)), Geometry((1.0, 1.0))), id="another spacing"),
    ],
)
def test_labels_fall_away_where_they_no_longer_fit(moved: Image) -> None:
    case = SEGMENTED.add("resample", moved)
    assert case.labels is None
    assert case.source is IMAGE


def test_new_labels_take_the_place_of_the_old() -> None:
    refined = LabelMap.of(IMAGE, np.zeros((4, 6), bool))
    assert SEGMENTED.add("fill-holes", refined).labels is refined


def test_tables_and_predictions_are_kept_side_by_side_in_the_order_of_the_stages() -> None:
    table = Table((Column("area"),), ((1.0,),))
    prediction = Prediction(("a",), (1.0,))
    case = SEGMENTED.add("shape", table).add("texture", table).add("forest", prediction)
    assert list(case.tables) == ["shape", "texture"]
    assert case.predictions == {"forest": prediction}


def test_adding_leaves_the_case_before_as_it_was() -> None:
    before = Case.start(IMAGE)
    before.add("shape", Table((Column("area"),)))
    before.add("otsu", LABELS)
    assert before.labels is None
    assert not before.tables


def test_labels_are_looked_at_on_the_source_where_they_fit_it() -> None:
    filtered = SEGMENTED.add("gaussian", IMAGE.with_pixels(np.ones((4, 6))))
    assert filtered.backdrop is IMAGE
    assert Case.start(IMAGE).backdrop is IMAGE


def test_labels_of_a_resampled_image_are_looked_at_on_that() -> None:
    small = Image(np.zeros((2, 3)), Geometry((1.0, 1.0)))
    case = Case.start(IMAGE).add("resample", small).add("otsu", LabelMap.of(small, np.ones((2, 3), bool)))
    assert case.backdrop is small


def test_labels_of_a_flipped_photograph_are_looked_at_on_that_though_its_shape_is_the_same() -> None:
    plain = Image(np.arange(24).reshape(4, 6))
    flipped = plain.mapped(plain.pixels[:, ::-1], np.diag([1.0, -1.0]), (0, 5))
    segmented = Case.start(plain).add("otsu", LabelMap.of(plain, np.ones((4, 6), bool)))
    moved = segmented.add("flip", flipped, keeps_geometry=False)
    assert moved.labels is None
    again = moved.add("otsu", LabelMap.of(flipped, np.ones((4, 6), bool)))
    assert again.backdrop is flipped
