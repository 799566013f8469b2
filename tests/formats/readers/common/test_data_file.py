import bz2
import gzip
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO

import numpy as np
import pytest

from coronal import BadImage
from coronal_formats.readers.common.data_file import DataFile, Encoding, Storage, read_numbers

NUMBERS = np.arange(24, dtype="<i2").reshape(2, 3, 4) - 7
RAW = NUMBERS.tobytes()
I2 = np.dtype("<i2")
SHAPE = NUMBERS.shape


def file_of(content: bytes, *, start: int = 0, size_bytes: int | None = None) -> DataFile:
    return DataFile(size_bytes or len(content), lambda: nullcontext(BytesIO(content)), start)


def gzip_in_two(content: bytes) -> bytes:
    return gzip.compress(content[:11]) + gzip.compress(content[11:])


PACKED: list[tuple[Encoding, Callable[[bytes], bytes]]] = [
    (Encoding.RAW, bytes),
    (Encoding.DEFLATE, gzip.compress),
    (Encoding.DEFLATE, gzip_in_two),
    (Encoding.DEFLATE, zlib.compress),
    (Encoding.BZIP2, bz2.compress),
]


@pytest.mark.parametrize(("encoding", "packed"), PACKED)
def test_numbers_come_back_however_they_are_packed(
    encoding: Encoding, packed: Callable[[bytes], bytes]
) -> None:
    storage = Storage(I2, encoding)
    found = read_numbers("NRRD file", [file_of(b"junk" + packed(RAW), start=4)], SHAPE, storage)
    np.testing.assert_array_equal(found, NUMBERS)


@pytest.mark.parametrize(("encoding", "packed"), PACKED)
def test_bytes_are_skipped_in_what_is_inflated_and_lines_before(
    encoding: Encoding, packed: Callable[[bytes], bytes]
) -> None:
    storage = Storage(I2, encoding, skip_lines=2, skip_bytes=3)
    content = b"one\ntwo\r\n" + packed(b"abc" + RAW)
    np.testing.assert_array_equal(read_numbers("NRRD file", [file_of(content)], SHAPE, storage), NUMBERS)


@pytest.mark.parametrize(("encoding", "packed"), PACKED)
def test_several_files_are_one_array_in_their_order(
    encoding: Encoding, packed: Callable[[bytes], bytes]
) -> None:
    files = [file_of(packed(RAW[:24])), file_of(packed(RAW[24:]))]
    np.testing.assert_array_equal(read_numbers("file", files, SHAPE, Storage(I2, encoding)), NUMBERS)


@pytest.mark.parametrize(("encoding", "packed"), PACKED)
@pytest.mark.parametrize("missing", [1, 20, 47])
def test_too_few_numbers_are_reported_as_truncated(
    encoding: Encoding, packed: Callable[[bytes], bytes], missing: int
) -> None:
    with pytest.raises(BadImage, match=rf"must hold 48 bytes of pixels by its header, found {48 - missing}"):
        read_numbers("NRRD file", [file_of(packed(RAW[:-missing]))], SHAPE, Storage(I2, encoding))


@pytest.mark.parametrize(("encoding", "packed"), PACKED[1:])
def test_a_stream_that_ends_within_is_refused(encoding: Encoding, packed: Callable[[bytes], bytes]) -> None:
    content = packed(RAW)
    for end in range(len(content) - 1):
        with pytest.raises((BadImage, EOFError)):
            read_numbers("NRRD file", [file_of(content[:end])], SHAPE, Storage(I2, encoding))


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress])
def test_a_checksum_that_is_wrong_is_noticed(packed: Callable[[bytes], bytes]) -> None:
    content = bytearray(packed(RAW))
    content[-6 if packed is gzip.compress else -1] ^= 1
    with pytest.raises(zlib.error, match="check"):
        read_numbers("NRRD file", [file_of(bytes(content))], SHAPE, Storage(I2, Encoding.DEFLATE))


def test_pixels_at_the_end_of_a_file_are_found_from_there() -> None:
    for start, content in [(0, b"a header" + RAW), (3, b"own" + b"more" + RAW)]:
        storage = Storage(I2, skip_bytes=-1)
        found = read_numbers("file", [file_of(content, start=start)], SHAPE, storage)
        np.testing.assert_array_equal(found, NUMBERS)


@pytest.mark.parametrize("encoding", [Encoding.RAW, Encoding.DEFLATE, Encoding.BZIP2, Encoding.TEXT])
def test_a_shape_that_no_file_can_hold_takes_no_memory(encoding: Encoding) -> None:
    packed = {Encoding.BZIP2: bz2.compress(b"1 " * 99), Encoding.DEFLATE: zlib.compress(b"1 " * 99)}
    content = packed.get(encoding, b"1 " * 99)
    with pytest.raises(BadImage, match="it is truncated"):
        read_numbers("file", [file_of(content)], (2**20, 2**20, 2**20), Storage(I2, encoding))


def test_more_than_a_mebibyte_behind_the_pixels_is_refused_and_less_is_not() -> None:
    content = RAW + bytes(2**20)
    np.testing.assert_array_equal(read_numbers("file", [file_of(content)], SHAPE, Storage(I2)), NUMBERS)
    with pytest.raises(BadImage, match="found more than 1,048,576 bytes behind them"):
        read_numbers("file", [file_of(content + b"1")], SHAPE, Storage(I2))


def test_a_file_that_is_shorter_than_it_says_is_truncated() -> None:
    with pytest.raises(BadImage, match="must hold 48 bytes of pixels by its header, found 40"):
        read_numbers("file", [file_of(RAW[:40], size_bytes=48)], SHAPE, Storage(I2))


def test_lines_that_are_not_there_cannot_be_skipped() -> None:
    with pytest.raises(BadImage, match="lines to skip, found it ends before"):
        read_numbers("file", [file_of(bytes(60))], SHAPE, Storage(I2, skip_lines=10**17))


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u8", "i8", "f4", "f8"])
def test_text_is_read_exactly(kind: str) -> None:
    dtype = np.dtype(kind)
    limits = np.iinfo(dtype) if dtype.kind in "iu" else np.finfo(dtype)
    numbers = np.array([limits.min, limits.max, 0, 1, 3, 100], dtype).reshape(2, 3)
    text = "\n".join(" ".join(map(repr, row)) for row in numbers.tolist()).encode()
    storage = Storage(dtype, Encoding.TEXT)
    np.testing.assert_array_equal(read_numbers("file", [file_of(text)], (2, 3), storage), numbers)


def test_a_number_may_lie_across_two_pieces_of_a_text() -> None:
    numbers = np.arange(150_000, 350_000, dtype=np.int32)
    text = " ".join(map(str, numbers.tolist())).encode()
    assert len(text) > 2**20
    found = read_numbers("file", [file_of(text)], numbers.shape, Storage(numbers.dtype, Encoding.TEXT))
    np.testing.assert_array_equal(found, numbers)


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        (b"1 2 3    ", "u1", "must hold 4 numbers by its header, found 3"),
        (b"1 2 3 4 5", "u1", "must hold 4 numbers by its header, found more"),
        (b"1 2 3 256", "u1", "must hold whole numbers of 8 bits as text, found others"),
        (b"1 2 3 -4", "u1", "whole numbers"),
        (b"1 2 3 4.5", "i2", "whole numbers"),
        (b"1 2 3 1_0", "i2", "found an underscore"),
        (b"1 2 3 four", "f4", "must hold real numbers of 32 bits as text, found others"),
        (b"1 2 3 " + b"4" * 2**20, "i2", "something longer than a number|whole numbers"),
    ],
)
def test_text_that_is_no_such_numbers_is_refused(text: bytes, kind: str, found: str) -> None:
    with pytest.raises(BadImage, match=found):
        read_numbers("file", [file_of(text)], (2, 2), Storage(np.dtype(kind), Encoding.TEXT))
