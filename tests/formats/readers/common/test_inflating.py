import zlib
from io import BytesIO

import pytest

from coronal import BadImage, ReadLimits
from coronal_formats.readers.common.bounded_file import BoundedFile
from coronal_formats.readers.common.inflating import inflated

CONTENT = bytes(range(256)) * 20_000


def file_of(content: bytes) -> BoundedFile:
    return BoundedFile(BytesIO(content))  # type: ignore[arg-type]


def deflated(content: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(content) + stream.flush()


@pytest.mark.parametrize("length", [0, 1, 2**20, len(CONTENT)])
@pytest.mark.parametrize("behind", [b"", b"\0"], ids=["even", "padded"])
def test_a_stream_becomes_what_it_was(length: int, behind: bytes) -> None:
    file = file_of(b"head" + deflated(CONTENT[:length]) + behind)
    file.seek(4)
    assert inflated("file", file, ReadLimits()).read() == CONTENT[:length]


def test_a_stream_may_become_as_long_as_the_limit_and_no_longer() -> None:
    packed = deflated(CONTENT)
    assert inflated("file", file_of(packed), ReadLimits(max_inflated_bytes=len(CONTENT))).read() == CONTENT
    with pytest.raises(BadImage, match="a file may inflate to at most 5,119,999 bytes"):
        inflated("file", file_of(packed), ReadLimits(max_inflated_bytes=len(CONTENT) - 1))


@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
def test_a_truncated_stream_is_refused(part: float) -> None:
    packed = deflated(CONTENT)
    with pytest.raises(BadImage, match="must be whole, found it truncated"):
        inflated("file", file_of(packed[: int(part * len(packed))]), ReadLimits())
