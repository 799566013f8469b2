from pathlib import Path

import imagecodecs
import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from coronal import BadImage, Meaning, UnknownFormat
from coronal_formats.readers.photographs.jpeg import jpeg

ORIENTATION = 0x0112
CORNER = np.zeros((16, 32), np.uint8)
CORNER[:8, :8] = 255


def saved(folder: Path, picture: PIL.Image.Image, **options: object) -> Path:
    path = folder / "picture.jpg"
    picture.save(path, quality=95, **options)
    return path


def test_a_real_photograph_equals_pillow_called_directly(skimage_files: Path) -> None:
    path = skimage_files / "retina.jpg"
    image = jpeg(path)
    assert (image.axes, image.shape, image.meaning) == ("yxc", (1411, 1411), Meaning.COLOUR)
    with PIL.Image.open(path) as direct:
        np.testing.assert_array_equal(image.pixels, np.asarray(direct))


def test_grey_stays_one_channel(tmp_path: Path) -> None:
    image = jpeg(saved(tmp_path, PIL.Image.fromarray(CORNER)))
    assert (image.axes, image.meaning, image.spacing_mm) == ("yx", Meaning.INTENSITY, None)


@pytest.mark.parametrize(
    ("orientation", "row", "column"),
    [(1, 0, 0), (2, 0, -1), (3, -1, -1), (4, -1, 0), (5, 0, 0), (6, 0, -1), (7, -1, -1), (8, -1, 0)],
)
def test_the_bright_corner_goes_where_its_exif_orientation_says(
    tmp_path: Path, orientation: int, row: int, column: int
) -> None:
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = orientation
    image = jpeg(saved(tmp_path, PIL.Image.fromarray(CORNER), exif=exif))
    assert image.shape == ((16, 32) if orientation <= 4 else (32, 16))
    assert image.pixels[row, column] > 200
    assert image.pixels[-1 - row, -1 - column] < 50


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    image = jpeg(saved(tmp_path, PIL.Image.new("CMYK", (8, 8), (0, 255, 255, 0))))
    red, green, blue = image.pixels[4, 4].tolist()
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize("missing", [2, 200, 2000])
def test_a_truncated_file_is_refused_even_where_the_decoder_makes_rows_up(
    skimage_files: Path, tmp_path: Path, missing: int
) -> None:
    path = tmp_path / "cut.jpg"
    path.write_bytes((skimage_files / "rocket.jpg").read_bytes()[:-missing])
    with pytest.raises(BadImage, match="truncated"):
        jpeg(path)


TRAILER = b"\0\0\0\x18ftypmp42" + b"\x01\x02\xff\xda\x03\x04" * 4


@pytest.mark.parametrize("progressive", [False, True])
def test_what_stands_behind_the_end_of_the_picture_is_no_part_of_it(
    tmp_path: Path, progressive: bool
) -> None:
    path = saved(tmp_path, PIL.Image.fromarray(CORNER), progressive=progressive)
    alone = jpeg(path).pixels
    path.write_bytes(path.read_bytes() + TRAILER)
    np.testing.assert_array_equal(jpeg(path).pixels, alone)


def test_a_cut_picture_with_another_behind_it_is_truncated_all_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path, PIL.Image.fromarray(CORNER))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20] + whole)
    with pytest.raises(BadImage, match="truncated"):
        jpeg(path)


def test_marks_within_a_thumbnail_are_none_of_the_picture(tmp_path: Path) -> None:
    path = saved(tmp_path, PIL.Image.fromarray(CORNER))
    whole = path.read_bytes()
    thumbnail = b"Exif\0\0" + whole
    head = b"\xff\xd8\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    path.write_bytes(head + whole[2:])
    np.testing.assert_array_equal(jpeg(path).shape, CORNER.shape)
    path.write_bytes(head + whole[2:-2])
    with pytest.raises(BadImage, match="truncated"):
        jpeg(path)


DEEP = (np.add.outer(np.arange(32), np.arange(32)) * 64).astype(np.uint16)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (imagecodecs.jpeg_encode(DEEP, bitspersample=12, level=95), "extended JPEG of 12 bits"),
        (imagecodecs.jpeg_encode(DEEP, bitspersample=16, lossless=True), "lossless JPEG of 16 bits"),
        (imagecodecs.jpegls_encode(CORNER), "JPEG-LS of 8 bits"),
        (imagecodecs.jpegls_encode(DEEP), "JPEG-LS of 16 bits"),
    ],
    ids=["12 bits", "lossless", "JPEG-LS", "JPEG-LS of 16 bits"],
)
def test_a_sound_file_of_another_jpeg_is_refused_by_its_name(
    tmp_path: Path, content: bytes, found: str
) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(BadImage, match=f"found {found}, which isn't read") as refused:
        jpeg(path)
    assert "truncated" not in str(refused.value)


def test_two_samples_and_a_height_behind_the_first_scan_are_refused_by_name(tmp_path: Path) -> None:
    path = saved(tmp_path, PIL.Image.fromarray(CORNER))
    content = bytearray(path.read_bytes())
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 7] = b"\0\0"
    path.write_bytes(content)
    with pytest.raises(BadImage, match="found it behind the first scan"):
        jpeg(path)
    content[frame + 9] = 2
    path.write_bytes(content)
    with pytest.raises(BadImage, match="found baseline JPEG of 8 bits × 2 samples, which isn't read"):
        jpeg(path)


def test_a_lossless_jpeg_of_8_bits_is_read_exactly(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(imagecodecs.jpeg_encode(CORNER, lossless=True))
    np.testing.assert_array_equal(jpeg(path).pixels, CORNER)


def test_another_format_is_unknown_here(skimage_files: Path) -> None:
    with pytest.raises(UnknownFormat, match="89 50 4e 47"):
        jpeg(skimage_files / "coins.png")
