"""The files that Coronal writes, read without NumPy: the same values as those that were written."""

import struct
import zlib
from io import BytesIO

import numpy as np
import PIL.Image
import pytest
import tifffile
from numpy.typing import NDArray

from coronal import Geometry, Image, Meaning
from coronal_client.comparison.grid import Grid, NotRead
from coronal_client.comparison.nifti import read_nifti
from coronal_client.comparison.png import read_png
from coronal_client.comparison.tiff import read_tiff
from coronal_formats.encoders.nifti import nifti_bytes
from coronal_formats.encoders.png import png_bytes
from coronal_formats.encoders.tiff import tiff_bytes

TYPES = ["bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]
PLACE = Geometry((1.5, 0.5, 0.25), (1.0, 2.0, 3.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))


def _values(shape: tuple[int, ...], dtype: str = "u1") -> NDArray[np.generic]:
    random = np.random.default_rng(7)
    if dtype == "bool":
        return random.random(shape) < 0.5
    return (random.random(shape) * 100 - 40 * (np.dtype(dtype).kind != "u")).astype(dtype)


def _array(grid: Grid) -> NDArray[np.generic]:
    return np.array(grid.values).reshape(grid.shape)


@pytest.mark.parametrize("dtype", TYPES)
def test_a_volume_of_each_type_is_read_from_nifti(dtype: str) -> None:
    pixels = _values((3, 4, 5), dtype)
    grid = read_nifti(nifti_bytes(Image(pixels, PLACE)))
    # NIfTI counts from x on, and its values lie in that order.
    assert grid.shape == (5, 4, 3)
    assert np.array_equal(np.array(grid.values).reshape(3, 4, 5), pixels)


def test_colours_and_a_long_axis_are_read_from_nifti() -> None:
    colours = _values((4, 5, 3))
    grid = read_nifti(nifti_bytes(Image(colours, has_channels=True, meaning=Meaning.COLOUR)))
    assert (grid.shape, np.array(grid.values).tolist()) == ((5, 4, 3), colours.ravel().tolist())
    long = _values((1, 32_768))
    assert read_nifti(nifti_bytes(Image(long))).shape == (32_768, 1)


def test_the_place_of_a_nifti_file_is_read() -> None:
    pixels = _values((3, 4, 5))
    here, there = (
        read_nifti(
            nifti_bytes(Image(pixels, Geometry(PLACE.spacing_mm, (1.0, 2.0, z), PLACE.direction)))
        ).place
        for z in (3.0, 4.0)
    )
    assert here != there
    assert read_nifti(nifti_bytes(Image(pixels, PLACE))).place == here


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(40, 50), (3, 4, 5)], ids=["plane", "volume"])
def test_each_type_is_read_from_tiff(dtype: str, shape: tuple[int, ...]) -> None:
    pixels = _values(shape, dtype)
    assert np.array_equal(_array(read_tiff(tiff_bytes(Image(pixels)))), pixels)


def test_colours_channels_and_many_strips_are_read_from_tiff() -> None:
    colours = _values((600, 700, 3))
    assert np.array_equal(
        _array(read_tiff(tiff_bytes(Image(colours, has_channels=True, meaning=Meaning.COLOUR)))), colours
    )


@pytest.mark.parametrize("shape", [(4, 5), (3, 4, 5)], ids=["plane", "volume"])
@pytest.mark.parametrize("dtype", ["u1", "u8"], ids=["in OME", "without OME"])
def test_the_spacing_of_a_tiff_file_is_read_and_not_its_digest(shape: tuple[int, ...], dtype: str) -> None:
    steps = (1.5, 0.5, 0.25)[-len(shape) :]
    one, other = _values(shape, dtype), _values(shape, dtype) + np.dtype(dtype).type(1)
    places = [read_tiff(tiff_bytes(Image(pixels, Geometry(steps)))).place for pixels in (one, other)]
    assert places[0] == places[1]
    further = read_tiff(tiff_bytes(Image(one, Geometry((*steps[:-1], 0.75))))).place
    assert (further != places[0]) == (dtype == "u1" or len(shape) == 2)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_file_of_either_byte_order_is_read(order: str) -> None:
    pixels, buffer = _values((4, 5), "u2"), BytesIO()
    tifffile.imwrite(buffer, pixels, byteorder=order)
    assert np.array_equal(_array(read_tiff(buffer.getvalue())), pixels)


@pytest.mark.parametrize("dtype", ["bool", "u1", "u2"])
def test_each_type_is_read_from_png(dtype: str) -> None:
    pixels = _values((40, 50), dtype)
    found = _array(read_png(png_bytes(Image(pixels))))
    assert np.array_equal(found, pixels * np.uint8(255) if dtype == "bool" else pixels)


@pytest.mark.parametrize("filter_", range(5), ids=["none", "left", "above", "mean", "Paeth"])
@pytest.mark.parametrize(
    ("colour", "bits", "channels"),
    [(0, 8, 1), (0, 16, 1), (2, 8, 3), (4, 8, 2), (6, 8, 4)],
    ids=["grey", "grey of 16 bits", "RGB", "grey with opacity", "RGBA"],
)
def test_each_filter_of_png_is_undone_as_pillow_does_it(
    filter_: int, colour: int, bits: int, channels: int
) -> None:
    # Any bytes are lines that have been filtered.
    height, width = 6, 9
    lines = np.random.default_rng(1).integers(0, 256, (height, 1 + width * channels * bits // 8), "u1")
    lines[:, 0] = filter_
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)),
            (b"pHYs", struct.pack(">IIB", 2000, 1000, 1)),
            (b"IDAT", zlib.compress(lines.tobytes())),
            (b"IEND", b""),
        )
    )
    grid = read_png(content)
    with PIL.Image.open(BytesIO(content)) as image:
        assert np.array_equal(_array(grid).squeeze(), np.asarray(image))
    assert grid.place == (2000, 1000, 1)


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (read_png, {"format": "PNG", "mode": "P"}),
        (read_png, {"format": "PNG", "mode": "1"}),
        (read_png, {"format": "BMP", "mode": "L"}),
        (read_tiff, {"format": "TIFF", "mode": "L", "compression": "tiff_lzw"}),
        (read_tiff, {"format": "PNG", "mode": "L"}),
    ],
    ids=["palette", "a bit", "no PNG", "LZW", "no TIFF"],
)
def test_what_coronal_does_not_write_is_not_read(read, written: dict[str, str]) -> None:
    buffer = BytesIO()
    mode = written.pop("mode")
    PIL.Image.new(mode, (8, 8)).save(buffer, **written)
    with pytest.raises(NotRead):
        read(buffer.getvalue())


def test_a_file_with_too_few_values_is_not_read() -> None:
    with pytest.raises(NotRead, match="20 values are declared, found 19"):
        Grid((4, 5), read_png(png_bytes(Image(_values((1, 19))))).values)
