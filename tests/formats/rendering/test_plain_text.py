import pytest

from coronal_formats.rendering.lettering import font
from coronal_formats.rendering.plain_text import fitted, plain

NAMES = [
    "benign",
    "Größe",
    "Größe".replace("ö", "o\u0308"),
    "łagodny",
    "良性",
    "доброкачественный",
    "حميد",
    "😀",
    "a\nb\tc",
    "\ud800",
    "\u202eabc",
    "\x00",
    "",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_text_becomes_printable_ascii(name: str) -> None:
    assert plain(name).isascii()
    assert plain(name).isprintable()


def test_two_names_of_another_script_stay_two() -> None:
    assert plain("良性") != plain("悪性")


def test_a_letter_with_a_mark_is_the_same_in_both_its_forms() -> None:
    assert plain("é") == plain("e\u0301") == "e"


@pytest.mark.parametrize("width_px", [0, 10, 60, 300, 5000])
@pytest.mark.parametrize("text", ["W" * 400, "i" * 400, "良性" * 400, "short", ""], ids=lambda text: text[:5])
def test_a_text_fits_the_room_that_there_is(text: str, width_px: int) -> None:
    found = fitted(text, width_px)
    assert font().getlength(found) <= max(width_px, font().getlength("…"))


def test_no_more_is_left_out_than_must_be() -> None:
    text = "adenocarcinoma, poorly differentiated (83.4%)"
    assert fitted(text, 1000) == text
    assert 170 < font().getlength(fitted(text, 200)) <= 200
