from io import BytesIO

import pytest

from coronal import BadImage
from coronal_formats.readers.common.header_text import lines_of, real_numbers, whole_numbers


def test_lines_come_without_their_ends_and_the_file_stands_behind_the_last() -> None:
    file = BytesIO("a = 1\r\n  \u00b5m \nlast\npixels".encode())
    lines = lines_of("file", file)
    assert [next(lines) for _ in range(3)] == ["a = 1", "\u00b5m", "last"]
    assert file.read() == b"pixels"


def test_bytes_that_are_no_text_are_no_error() -> None:
    assert list(lines_of("file", BytesIO(b"\xff\xfe\0"))) == ["\ufffd\ufffd\0"]


@pytest.mark.parametrize("line", [b"x" * 1023 + b"\n", b"x" * (2**20 - 1) + b"\n"], ids=len)
def test_a_header_of_more_than_a_mebibyte_is_refused(line: bytes) -> None:
    file = BytesIO(line * (2**20 // len(line)))
    assert sum(1 for _ in lines_of("file", file)) == 2**20 // len(line)
    file.write(b"more than that" * 100)
    file.seek(0)
    with pytest.raises(BadImage, match="the header of a file must have at most 1,048,576 bytes"):
        list(lines_of("file", file))


def test_numbers_are_parted_by_blanks() -> None:
    assert whole_numbers("file", "sizes", " 3\t-4  +5 ", 3) == (3, -4, 5)
    assert real_numbers("file", "spacings", "0.5 -1e3 nan", 3)[:2] == (0.5, -1000.0)
    assert whole_numbers("file", "sizes", "7") == (7,)


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("1.5", 1), ("1 2", 3), ("\u0663", 1), ("9" * 19, 1), ("1_0", 1)]
)
def test_what_is_no_whole_number_is_reported(text: str, count: int) -> None:
    wanted = {0: "whole numbers", 1: "one whole number", 3: "3 whole numbers"}[count]
    with pytest.raises(BadImage, match=f"sizes of a file must be {wanted}, found"):
        whole_numbers("file", "sizes", text, count)


@pytest.mark.parametrize("text", ["", "1 2", "1 2 x", "1,2,3"])
def test_what_is_no_real_number_is_reported(text: str) -> None:
    with pytest.raises(BadImage, match="spacings of a file must be 3 numbers, found"):
        real_numbers("file", "spacings", text, 3)
