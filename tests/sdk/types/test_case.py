import numpy as np
import pytest

from coronal import Case, Column, Geometry, Image, LabelMap, Prediction, Table, algorithm

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


PLAIN = Image(np.arange(24).reshape(4, 6))
FLIPPED = PLAIN.mapped(PLAIN.pixels[:, ::-1], np.diag([1.0, -1.0]), (0, 5))
ALL = np.ones((4, 6), bool)


@algorithm(keeps_geometry=False)
def flip(image: Image) -> Image:
    """Exchange left and right."""
    raise NotImplementedError


@algorithm
def smooth(image: Image) -> Image:
    """Smooth."""
    raise NotImplementedError


@algorithm
def fill(labels: LabelMap) -> LabelMap:
    """Fill holes."""
    raise NotImplementedError


def test_labels_of_a_flipped_photograph_are_looked_at_on_that_though_its_shape_is_the_same() -> None:
    segmented = Case.start(PLAIN).add("otsu", LabelMap.of(PLAIN, ALL))
    moved = segmented.add("flip", FLIPPED, flip.spec)
    assert moved.labels is None
    again = moved.add("otsu", LabelMap.of(FLIPPED, ALL))
    assert again.backdrop is FLIPPED
    assert again.add("fill", LabelMap.of(FLIPPED, ALL), fill.spec).backdrop is FLIPPED
    assert again.add("smooth", FLIPPED.with_pixels(ALL), smooth.spec).labels is not None


def test_what_was_made_on_the_source_lies_there_whatever_a_filter_has_moved() -> None:
    moved = Case.start(PLAIN).add("flip", FLIPPED, flip.spec)
    segmented = moved.add("otsu", LabelMap.of(PLAIN, ALL), on_source=True)
    assert segmented.backdrop is PLAIN
    assert segmented.add("fill", LabelMap.of(PLAIN, ALL), fill.spec).backdrop is PLAIN
    smoothed = segmented.add("smooth", PLAIN.with_pixels(ALL), smooth.spec, on_source=True)
    assert (smoothed.is_moved, smoothed.labels is not None) == (False, True)
    assert segmented.add("smooth", FLIPPED.with_pixels(ALL), smooth.spec).labels is None


def test_labels_fit_the_image_on_whose_grid_they_lie() -> None:
    segmented = Case.start(PLAIN).add("otsu", LabelMap.of(PLAIN, ALL))
    assert segmented.labels_fit
    assert not Case.start(PLAIN).labels_fit
    moved = Case.start(PLAIN).add("flip", FLIPPED, flip.spec)
    assert not moved.add("otsu", LabelMap.of(PLAIN, ALL), on_source=True).labels_fit
