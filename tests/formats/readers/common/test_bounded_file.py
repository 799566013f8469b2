from io import BytesIO

import pytest

from coronal_formats.readers.common.bounded_file import BoundedFile


@pytest.mark.parametrize("size", [-1, None, 7, 2**62])
def test_no_more_is_read_than_is_left(size: int | None) -> None:
    file = BoundedFile(BytesIO(b"0123456789"))  # type: ignore[arg-type]
    assert file.read(3) == b"012"
    assert file.read(size) == b"3456789"
    assert file.read(size) == b""


def test_behind_the_end_there_is_nothing() -> None:
    file = BoundedFile(BytesIO(b"0123456789"))  # type: ignore[arg-type]
    file.seek(99)
    assert (file.read(4), file.size_bytes) == (b"", 10)
