"""Against the decoders, and against files cut anywhere."""

from io import BytesIO

import imagecodecs
import numpy as np
import PIL.Image
import pytest

from coronal_formats.readers.common.declared_size import declared_size

PIXELS = np.random.default_rng(0).integers(0, 256, (37, 53), np.uint8)


def jpeg_behind_a_preview() -> bytes:
    buffer = BytesIO()
    exif = PIL.Image.Exif()
    exif[0x010E] = "a description"
    PIL.Image.fromarray(PIXELS).save(buffer, "JPEG", exif=exif, progressive=True)
    return buffer.getvalue()


STREAMS = {
    "png": imagecodecs.png_encode(PIXELS),
    "jpeg": imagecodecs.jpeg_encode(PIXELS),
    "jpeg-with-exif": jpeg_behind_a_preview(),
    "jpeg-ls": imagecodecs.jpegls_encode(PIXELS),
    "jpeg-lossless": imagecodecs.ljpeg_encode(PIXELS),
    "jpeg2000": imagecodecs.jpeg2k_encode(PIXELS, codecformat="j2k"),
    "jp2": imagecodecs.jpeg2k_encode(PIXELS, codecformat="jp2"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_the_size_is_that_of_the_pixels(name: str) -> None:
    assert declared_size(BytesIO(STREAMS[name])) == (37, 53)


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_behind_other_bytes_is_read_from_where_it_begins(name: str) -> None:
    stream = BytesIO(b"other" + STREAMS[name])
    stream.seek(5)
    assert declared_size(stream) == (37, 53)


@pytest.mark.parametrize("name", STREAMS)
def test_of_a_truncated_stream_there_is_the_size_or_none(name: str) -> None:
    sizes = [declared_size(BytesIO(STREAMS[name][:length])) for length in range(300)]
    assert sizes[0] is None
    assert set(sizes) <= {None, (37, 53)}


@pytest.mark.parametrize("content", [b"", b"II*\0", b"\xff\xd8\xff\xd9", b"\xff\xd8" + bytes(99)], ids=len)
def test_of_anything_else_there_is_none(content: bytes) -> None:
    assert declared_size(BytesIO(content)) is None
