import pickle
from collections.abc import Iterator

import pytest

from coronal import errors
from coronal.errors import (
    BadArchive,
    BadDataset,
    BadDeclaration,
    BadImage,
    BadModel,
    BadOutput,
    BadParameter,
    BadTrainingSet,
    CoronalError,
    InputError,
    JobFailed,
    PluginError,
    UnknownFormat,
    shown,
)

CODES: dict[type[CoronalError], str] = {
    CoronalError: "error",
    InputError: "bad-input",
    BadImage: "bad-image",
    UnknownFormat: "unknown-format",
    BadParameter: "bad-parameter",
    BadArchive: "bad-archive",
    BadDataset: "bad-dataset",
    BadTrainingSet: "bad-training-set",
    BadModel: "bad-model",
    PluginError: "plugin-error",
    BadDeclaration: "bad-declaration",
    BadOutput: "bad-output",
    JobFailed: "job-failed",
}
EXAMPLES = [
    BadImage("broken"),
    UnknownFormat(b"GIF89a", ["PNG", "TIFF"]),
    BadParameter("sigma", found="-1", allowed="a number ≥ 0"),
    BadArchive("no zip"),
    BadTrainingSet("one class"),
    BadModel("holds a function"),
    BadDeclaration("no type"),
    BadOutput("another shape"),
    JobFailed("it took too long", code="timeout", stage="median"),
]


def tree(root: type[CoronalError]) -> Iterator[type[CoronalError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


def test_the_codes_are_what_scripts_rely_on() -> None:
    assert {kind: kind.code for kind in tree(CoronalError)} == CODES
    assert len(set(CODES.values())) == len(CODES)


@pytest.mark.parametrize("kind", CODES)
def test_each_class_is_documented_drawn_in_the_tree_and_public(kind: type[CoronalError]) -> None:
    assert kind.__doc__
    assert "code" in vars(kind), "it has a code of its own"
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__
    assert kind.__name__ in errors.__all__


@pytest.mark.parametrize("kind", [type(error) for error in EXAMPLES])
def test_what_is_raised_says_when_and_has_its_code_in_the_drawing(kind: type[CoronalError]) -> None:
    assert (kind.__doc__ or "").startswith("Raised ")
    line = next(line for line in (errors.__doc__ or "").splitlines() if f"─ {kind.__name__} " in line)
    assert line.endswith(f" {kind.code}")


def test_what_the_sender_can_mend_is_apart_from_what_the_author_can() -> None:
    assert all(
        issubclass(kind, InputError)
        for kind in (BadImage, BadModel, BadParameter, BadTrainingSet, UnknownFormat)
    )
    assert all(issubclass(kind, PluginError) for kind in (BadDeclaration, BadOutput))
    assert not issubclass(InputError, PluginError)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_an_error_survives_the_way_to_another_process(error: CoronalError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_an_unknown_format_says_what_was_found_and_what_is_read() -> None:
    error = UnknownFormat(b"Gandalf and more", ["PNG", "TIFF"])
    assert str(error) == (
        "the file is of no format that is read: "
        "its first bytes are 47 61 6e 64 61 6c 66 20; read are PNG, TIFF"
    )
    assert error.allowed == ("PNG", "TIFF")
    assert "it is empty" in str(UnknownFormat(b"", ["PNG"]))


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GIF89a", "GIF"),
        (bytes.fromhex("0000000c6a5020200d0a870a"), "JPEG 2000"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypmp42", "a film (MP4, QuickTime)"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"%PDF-1.7", "PDF"),
        (b"\x5c\x01\0\0" + bytes(340) + b"ni1\0", "the header of a NIfTI pair: send it and its data file in"),
        (b"\0\0\x01\x5c" + bytes(344), "the header of an Analyze pair: save it as NIfTI"),
    ],
)
def test_a_known_format_that_is_not_read_is_reported_by_name(head: bytes, name: str) -> None:
    assert f"the file is of no format that is read: it is {name}" in str(UnknownFormat(head, ["PNG"]))


def test_a_bad_parameter_says_what_was_found_and_what_is_allowed() -> None:
    assert str(EXAMPLES[2]) == "sigma must be a number ≥ 0, found -1"
    assert str(BadParameter("sigma", found=None, allowed="given")) == "sigma must be given"


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10_000,
        10**300,
        10**10_000,
        list(range(10_000)),
        [[["x" * 1000] * 99] * 99] * 99,
        {n: n for n in range(99)},
    ],
    ids=["text", "number", "huge number", "list", "lists of lists", "mapping"],
)
def test_a_value_is_shown_short_and_on_one_line(value: object) -> None:
    assert len(shown(value)) <= 80
    assert shown(value).isprintable()


def test_a_text_is_shown_with_its_line_ends_reported() -> None:
    assert shown("a\nb") == r"'a\nb'"
