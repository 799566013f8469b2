"""What a person should know of a stage's result that is no error."""

import numpy as np
import pytest

from coronal import Case, Column, Context, Geometry, Image, LabelMap, Meaning, Table, algorithm
from coronal.spec import AlgorithmSpec
from coronal.types.case import Output
from coronal.types.remarks import remark_on

SLOPE = Image(np.arange(12.0).reshape(3, 4))
NONE = LabelMap(np.zeros((3, 4), np.uint8))
ONE = LabelMap(np.eye(3, 4, dtype=np.uint8))


@algorithm
def refine(labels: LabelMap) -> LabelMap:
    """Refine a label map."""
    return labels


@algorithm
def regrow(image: Image, labels: LabelMap) -> LabelMap:
    """Flood an image from markers."""
    return LabelMap.of(image, labels.labels)


def remarks(case: Case, output: Output, spec: AlgorithmSpec | None = None) -> tuple[str, ...]:
    lines: list[str] = []
    context = Context(log=lines.append, warn=lambda line: lines.append(f"warning: {line}"))
    remark_on(case, output, context, spec)
    return tuple(lines)


def of_labels(image: Image, given: LabelMap | None, found: LabelMap) -> tuple[str, ...]:
    case = Case.start(image)
    if given is None:
        return remarks(case, found)
    return remarks(case.add("before", given, regrow.spec), found, refine.spec)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (SLOPE, "found"),
        (Image(np.full((3, 4), 7)), "found: all values of the image are equal"),
        (Image(np.full((3, 4), np.nan)), "found: no value of the image is a number"),
        (Image(SLOPE.pixels, valid=SLOPE.pixels == 5), "found: all values of the image are equal"),
    ],
    ids=["slope", "equal", "NaN", "padding"],
)
def test_an_empty_label_map_is_remarked_on_with_its_reason(image: Image, reason: str) -> None:
    assert of_labels(image, None, NONE) == (f"warning: no object {reason}",)


def test_a_refinement_says_whether_there_was_something_to_refine() -> None:
    assert of_labels(SLOPE, NONE, NONE) == ("no object found: the label map before it holds none",)
    assert of_labels(SLOPE, ONE, NONE) == ("warning: no object is left",)
    assert of_labels(SLOPE, ONE, ONE) == ("nothing changed: each label is where it was",)
    assert of_labels(SLOPE, ONE, LabelMap(ONE.labels * 2)) == ()


def test_a_label_that_covers_the_whole_image_is_remarked_on() -> None:
    everywhere = LabelMap(np.ones((3, 4), np.uint8))
    assert of_labels(SLOPE, None, everywhere) == ("warning: one label covers the whole image",)
    assert of_labels(SLOPE, None, ONE) == ()

    valid = np.arange(4) < np.full((3, 1), 2)
    padded = Image(SLOPE.pixels, valid=valid)
    assert of_labels(padded, None, LabelMap.of(padded, everywhere.labels)) == (
        "warning: one label covers the whole image",
    )


def test_an_image_that_stays_as_it_was_is_remarked_on() -> None:
    line = ("nothing changed: each value is what it was",)
    case = Case.start(SLOPE)
    assert remarks(case, SLOPE.with_pixels(SLOPE.pixels.astype(np.float32))) == line
    assert remarks(case, SLOPE.with_pixels(SLOPE.pixels + 1)) == ()
    assert remarks(case, SLOPE.with_pixels(SLOPE.pixels, meaning=Meaning.HOUNSFIELD)) == ()
    assert remarks(case, Image(SLOPE.pixels, Geometry((2.0, 2.0)))) == ()

    holed = Image(np.where(SLOPE.pixels == 3, np.nan, SLOPE.pixels))
    assert remarks(Case.start(holed), holed.with_pixels(holed.pixels.copy())) == line


def test_an_image_whose_values_have_become_one_is_remarked_on() -> None:
    flat = SLOPE.with_pixels(np.ones((3, 4)))
    assert remarks(Case.start(SLOPE), flat) == (
        "warning: all values of the result are equal, and those of the image are not",
    )
    assert remarks(Case.start(flat), SLOPE.with_pixels(np.zeros((3, 4)))) == ()


def test_values_that_are_no_longer_numbers_are_counted() -> None:
    spoiled = SLOPE.with_pixels(np.where(SLOPE.pixels > 8, np.inf, SLOPE.pixels))
    assert remarks(Case.start(SLOPE), spoiled) == ("warning: 3 values of the result are no numbers",)
    assert remarks(Case.start(spoiled), SLOPE) == ()


@pytest.mark.parametrize(("offset", "is_remarked_on"), [(2**15, False), (2**25, True), (-(2**25), True)])
def test_values_that_float32_can_not_tell_apart_are_remarked_on(offset: int, is_remarked_on: bool) -> None:
    far = Image(np.arange(200).reshape(10, 20) + offset)
    smooth = far.with_pixels((far.pixels + 0.4).astype(np.float32))
    lines = remarks(Case.start(far), smooth)
    assert [line.startswith("warning: the result holds fewer than") for line in lines] == (
        [True] if is_remarked_on else []
    )


def test_label_numbers_that_were_none_are_remarked_on() -> None:
    drawn = Image(np.array([[0, 0, 4, 4]], np.uint8), meaning=Meaning.INDEX)
    line = ("warning: the image holds numbers of labels, and the result others that stand for no label",)
    assert remarks(Case.start(drawn), drawn.with_pixels(np.array([[0, 2, 2, 4]], np.uint8))) == line
    assert remarks(Case.start(drawn), drawn.with_pixels(np.array([[0, 4, 4, 4]], np.uint8))) == ()


def test_a_table_without_rows_is_remarked_on() -> None:
    columns = (Column("label"), Column("area", "mm²"))
    assert remarks(Case.start(SLOPE), Table(columns)) == ("nothing measured: the label map holds no object",)
    assert remarks(Case.start(SLOPE), Table(columns, ((1, 2.0),))) == ()


def test_no_line_holds_a_value_of_the_image() -> None:
    secret = Image(np.full((3, 4), 4711))
    lines = [*remarks(Case.start(secret), NONE), *remarks(Case.start(SLOPE), secret)]
    assert lines
    assert not any("4711" in line for line in lines)
