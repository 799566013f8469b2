"""Two files of one name: equal, equal within tolerance, or not, and what is said of it."""

import json
from collections.abc import Callable
from io import BytesIO

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from coronal import Geometry, Image
from coronal_client.comparison.files import compare_files
from coronal_client.comparison.verdict import Found, Verdict
from coronal_formats.encoders.nifti import nifti_bytes
from coronal_formats.encoders.png import png_bytes
from coronal_formats.encoders.tiff import tiff_bytes

Write = Callable[[Image], bytes]
PLACE = Geometry((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))
LABELS = np.zeros((10, 100, 100), np.uint16)
LABELS[2:7, :50, :40] = 1
LABELS[8, 0, :20] = 2


def _labels(pixels: NDArray[np.generic], place: Geometry = PLACE) -> bytes:
    return nifti_bytes(Image(pixels, place))


def _changed(pixels: NDArray[np.generic], place: object, value: object) -> NDArray[np.generic]:
    changed = pixels.copy()
    changed[place] = value
    return changed


def test_the_same_bytes_are_equal_whatever_they_are() -> None:
    assert compare_files("anything.bin", b"same", b"same") == Found(Verdict.EQUAL)


def test_other_bytes_of_an_unknown_kind_differ() -> None:
    found = compare_files("anything.bin", b"one", b"other")
    assert found == Found(Verdict.DIFFERS, "the bytes differ: 3 and 5 of them")


@pytest.mark.parametrize("name", ["labels.png", "image.nii.gz", "image.tiff", "measurements.csv", "a.json"])
def test_what_can_not_be_read_differs_and_it_is_said(name: str) -> None:
    found = compare_files(name, b"\xff\xfe broken", b"\xff\xfe otherwise broken")
    assert found.verdict is Verdict.DIFFERS
    assert "can't be compared" in found.detail


class TestLabelMaps:
    def test_a_label_map_that_is_packed_otherwise_is_equal(self) -> None:
        plane, buffer = LABELS[3].astype("u1"), BytesIO()
        PIL.Image.fromarray(plane).save(buffer, "PNG", compress_level=0)
        found = compare_files("labels.png", png_bytes(Image(plane)), buffer.getvalue())
        assert found == Found(Verdict.EQUAL, "all values are equal; the bytes of the file aren't")

    @pytest.mark.parametrize(("count", "verdict"), [(20, "within tolerance"), (21, "differs")])
    def test_two_in_a_thousand_of_what_is_labelled_may_differ(self, count: int, verdict: str) -> None:
        found = compare_files(
            "labels.nii.gz", _labels(LABELS), _labels(_changed(LABELS, (3, 0, slice(count)), 0))
        )
        assert (str(found.verdict), found.detail) == (
            verdict,
            f"{count} of 10,020 labelled pixels differ",
        )

    def test_what_only_the_second_has_labelled_counts_too(self) -> None:
        found = compare_files("labels.nii.gz", _labels(LABELS), _labels(_changed(LABELS, (0, 0), 1)))
        assert found == Found(Verdict.DIFFERS, "100 of 10,120 labelled pixels differ")

    def test_a_label_that_is_lost_differs_however_small_it_is(self) -> None:
        # 20 of 10,020 would be within tolerance: but it may be the lesion.
        found = compare_files("labels.nii.gz", _labels(LABELS), _labels(_changed(LABELS, LABELS == 2, 0)))
        assert found == Found(Verdict.DIFFERS, "label 2 only in one of both")

    def test_another_shape_differs(self) -> None:
        found = compare_files("labels.nii.gz", _labels(LABELS), _labels(LABELS[:9]))
        assert found == Found(Verdict.DIFFERS, "shape 100 × 100 × 10 became 100 × 100 × 9")

    def test_another_place_differs(self) -> None:
        moved = Geometry(PLACE.spacing_mm, (0.0, 0.0, 0.5), PLACE.direction)
        found = compare_files("labels.nii.gz", _labels(LABELS), _labels(LABELS, moved))
        assert found == Found(Verdict.DIFFERS, "spacing or place in the patient differs")

    def test_another_type_with_the_same_numbers_is_equal(self) -> None:
        found = compare_files("labels.nii.gz", _labels(LABELS), _labels(LABELS.astype(np.uint32)))
        assert found.verdict is Verdict.EQUAL


class TestImages:
    VALUES = np.linspace(-50, 1000, 5_000, dtype=np.float32).reshape(50, 100)

    @pytest.mark.parametrize(
        ("step", "verdict"), [(0.0, "equal"), (1.9e-3, "within tolerance"), (2.1e-3, "differs")]
    )
    @pytest.mark.parametrize(("name", "write"), [("image.tiff", tiff_bytes), ("image.nii.gz", nifti_bytes)])
    def test_each_value_may_differ_by_a_little_of_the_largest(
        self, name: str, write: Write, step: float, verdict: str
    ) -> None:
        one, other = self.VALUES.astype(np.float64), self.VALUES.astype(np.float64) + step
        found = compare_files(name, write(Image(one)), write(Image(other)))
        assert str(found.verdict) == verdict
        assert verdict == "equal" or "5,000 of 5,000 values differ, by 2e-06 of the largest" in found.detail

    @pytest.mark.parametrize("odd", [np.nan, np.inf])
    def test_what_is_no_number_is_the_same_in_the_same_place_alone(self, odd: float) -> None:
        holed = _changed(self.VALUES, (0, 0), odd)
        nearly = _changed(holed, (1, 0), holed[1, 0] + 1e-5)
        one, other, whole = (tiff_bytes(Image(pixels)) for pixels in (holed, nearly, self.VALUES))
        assert compare_files("image.tiff", one, other).verdict is Verdict.WITHIN_TOLERANCE
        assert compare_files("image.tiff", one, whole).verdict is Verdict.DIFFERS
        assert compare_files("image.tiff", whole, one).verdict is Verdict.DIFFERS

    @pytest.mark.parametrize(
        ("count", "step", "verdict"), [(10, 1, "within tolerance"), (11, 1, "differs"), (1, 2, "differs")]
    )
    def test_of_whole_numbers_a_few_may_be_rounded_otherwise(
        self, count: int, step: int, verdict: str
    ) -> None:
        grey = (self.VALUES / 5 + 10).astype(np.uint8)
        other = grey.copy()
        other.reshape(-1)[:count] += np.uint8(step)
        found = compare_files("image.png", png_bytes(Image(grey)), png_bytes(Image(other)))
        assert (str(found.verdict), found.detail) == (
            verdict,
            f"{count} of 5,000 values differ, by {step} at most",
        )

    def test_what_is_no_number_in_one_part_hides_nothing_in_another(self) -> None:
        holed = np.ones((100, 100), np.float32)
        holed[:50] = np.nan
        one, other = (tiff_bytes(Image(_changed(holed, (90, 0), value))) for value in (1.0, 1.1))
        found = compare_files("image.tiff", one, other)
        assert found == Found(Verdict.DIFFERS, "1 of 10,000 values differ, by 0.1 of the largest at most")

    def test_of_an_image_of_zeros_nothing_is_a_little(self) -> None:
        one, other = np.zeros((5, 5), np.float32), np.full((5, 5), 1e-12, np.float32)
        found = compare_files("image.tiff", tiff_bytes(Image(one)), tiff_bytes(Image(other)))
        assert found.verdict is Verdict.DIFFERS


@pytest.mark.parametrize(("count", "verdict"), [(50, "within tolerance"), (51, "differs")])
@pytest.mark.parametrize("name", ["overlay.png", "explanation-forest.png"])
def test_of_a_picture_one_value_in_a_hundred_may_be_another(name: str, count: int, verdict: str) -> None:
    one = np.zeros((50, 100), np.uint8)
    other = one.copy()
    other.reshape(-1)[:count] = 255
    found = compare_files(name, png_bytes(Image(one)), png_bytes(Image(other)))
    assert (str(found.verdict), found.detail) == (verdict, f"{count} of 5,000 values differ")


def _table(*rows: str) -> bytes:
    return "".join(f"{row}\r\n" for row in ("label,area_mm2,name", *rows)).encode()


@pytest.mark.parametrize(
    ("row", "verdict", "detail"),
    [
        ("1,2.50,a", "equal", "all values are equal"),
        ("1,2.5000000001,a", "within tolerance", "1 of 6 values differ, by 1e-10 at most"),
        ("1,2.50000001,a", "differs", "1 of 6 values differ; line 2 column 2: 2.5 → 2.50000001"),
        ("2,2.5,a", "differs", "line 2 column 1: 1 → 2"),
        ("1,2.5,b", "differs", 'line 2 column 3: "a" → "b"'),
        ("1,,a", "differs", 'line 2 column 2: 2.5 → ""'),
        ("1,nan,a", "differs", "2.5 → NaN"),
        ("1,2.5", "differs", "line 2 column 3 only in one of both"),
        ("1,2.5,a\r\n2,3.5,b", "differs", "line 3 column 1 only in one of both, and 2 more"),
    ],
)
def test_a_table_is_compared_cell_by_cell(row: str, verdict: str, detail: str) -> None:
    found = compare_files("measurements.csv", _table("1,2.5,a"), _table(row))
    assert str(found.verdict) == verdict
    assert detail in found.detail


def test_what_rounding_leaves_of_zero_is_within_tolerance() -> None:
    found = compare_files("measurements.csv", _table("1,0.0,a"), _table("1,-3e-17,a"))
    assert found == Found(Verdict.WITHIN_TOLERANCE, "1 of 6 values differ, by 3e-17 at most")


RESULT = {
    "job": "one",
    "labels": {"count": 3, "names": {}},
    "tables": {"shape": {"rows": [[1, 0.25, None], [2, 0.5, "x"]]}},
}


def _result(**changes: object) -> bytes:
    return json.dumps({**RESULT, **changes}).encode()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"job": "two"}, Found(Verdict.EQUAL)),
        (
            {"labels": {"count": 4, "names": {}}},
            Found(Verdict.DIFFERS, "1 of 8 values differ; labels count: 3 → 4"),
        ),
        ({"labels": None}, Found(Verdict.DIFFERS, "labels count only in one of both, and 2 more")),
        (
            {"tables": {"shape": {"rows": [[1, 0.25 + 1e-12, None], [2, 0.5, "x"]]}}},
            Found(Verdict.WITHIN_TOLERANCE, "1 of 8 values differ, by 1e-12 at most"),
        ),
        (
            {"tables": {"shape": {"rows": [[True, 0.25, None], [2, 0.5, "x"]]}}},
            Found(Verdict.DIFFERS, "1 of 8 values differ; tables shape rows 0 0: 1 → true"),
        ),
        (
            {"tables": {"shape": {"rows": [[1, 0.25, 0], [2, 0.5, "x"]]}}},
            Found(Verdict.DIFFERS, "1 of 8 values differ; tables shape rows 0 2: null → 0"),
        ),
    ],
    ids=["its job", "a count", "a part", "a rounding", "true is no number", "nothing is not 0"],
)
def test_a_summary_is_compared_field_by_field(changes: dict[str, object], found: Found) -> None:
    assert compare_files("result.json", _result(), _result(**changes)) == found
