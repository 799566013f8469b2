import unicodedata

import pytest

from coronal.formats.file_names import composed, is_left_out, reads_alike
from coronal_client.files import excluded as left_out


@pytest.mark.parametrize("name", ["séance", "Größe", "한국", "Ǟ", "plain", "腫瘍", "がん"])
def test_all_canonical_forms_of_a_name_are_one(name: str) -> None:
    forms = {composed(unicodedata.normalize(form, name)) for form in ("NFC", "NFD")}
    assert forms == {unicodedata.normalize("NFC", name)}


def test_names_that_mean_something_else_stay_two() -> None:
    assert composed("x²") != composed("x2")
    assert composed("Benign") != composed("benign")


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("Benign", "benign", True),
        ("STRASSE", "straße", True),
        ("stage ii", "Stage Ⅱ", True),
        ("a  b", "a b ", True),
        ("benign", "benigm", False),
        ("a-b", "a b", False),
    ],
)
def test_names_read_alike_by_case_blanks_and_form_alone(one: str, other: str, is_alike: bool) -> None:
    assert (reads_alike(one) == reads_alike(other)) == is_alike


@pytest.mark.parametrize(
    ("name", "is_system"),
    [
        ("Desktop.ini", True),
        ("DESKTOP.INI", True),
        ("thumbs.db", True),
        ("ehthumbs.db", True),
        ("__macosx", True),
        (".DS_Store", True),
        ("._1.png", True),
        ("$RECYCLE.BIN", True),
        ("System Volume Information", True),
        ("desktop.ini.png", False),
        ("thumbs", False),
        ("1.png", False),
    ],
)
def test_what_systems_make_is_left_out_in_any_case_by_server_and_client(name: str, is_system: bool) -> None:
    assert is_left_out(name) == is_system
    assert left_out.is_left_out(name) == is_system
