import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import PIL.Image
import PIL.ImageOps
import PIL.PngImagePlugin
import pytest

from coronal import BadImage, Meaning
from coronal_formats.readers.photographs.png import png

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
RGB = np.random.default_rng(0).integers(0, 256, (3, 4, 3), np.uint8)


def saved(folder: Path, picture: PIL.Image.Image, **options: object) -> Path:
    path = folder / "picture.png"
    picture.save(path, **options)
    return path


def test_grey_of_8_bits_is_read_as_it_is(tmp_path: Path) -> None:
    image = png(saved(tmp_path, PIL.Image.fromarray(GREY)))
    assert (image.axes, image.pixels.dtype, image.meaning) == ("yx", np.uint8, Meaning.INTENSITY)
    np.testing.assert_array_equal(image.pixels, GREY)


def test_grey_of_16_bits_keeps_all_of_them(tmp_path: Path) -> None:
    deep = GREY.astype(np.uint16) * 257 + 3
    image = png(saved(tmp_path, PIL.Image.fromarray(deep)))
    assert image.pixels.dtype == np.uint16
    np.testing.assert_array_equal(image.pixels, deep)


def test_colour_of_16_bits_keeps_all_of_them(tmp_path: Path) -> None:
    deep = RGB.astype(np.uint16) * 257 + 3
    path = tmp_path / "deep.png"
    path.write_bytes(imagecodecs.png_encode(deep))
    image = png(path)
    assert (image.axes, image.meaning) == ("yxc", Meaning.COLOUR)
    np.testing.assert_array_equal(image.pixels, deep)


def test_one_bit_becomes_black_and_white(tmp_path: Path) -> None:
    mask = GREY > 100
    image = png(saved(tmp_path, PIL.Image.fromarray(mask)))
    np.testing.assert_array_equal(image.pixels, mask * np.uint8(255))


def test_a_palette_is_looked_up(tmp_path: Path) -> None:
    picture = PIL.Image.fromarray(np.array([[0, 1], [2, 1]], np.uint8), "P")
    picture.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    image = png(saved(tmp_path, picture))
    assert image.pixels[1, 0].tolist() == [70, 80, 90]


def test_opacity_is_left_out_and_the_colour_beneath_stays(tmp_path: Path) -> None:
    opacity = np.zeros((3, 4, 1), np.uint8)
    image = png(saved(tmp_path, PIL.Image.fromarray(np.concatenate([RGB, opacity], axis=-1))))
    np.testing.assert_array_equal(image.pixels, RGB)
    grey = png(saved(tmp_path, PIL.Image.fromarray(np.stack([GREY, GREY * 0], axis=-1), "LA")))
    np.testing.assert_array_equal(grey.pixels, GREY)


def test_the_density_of_a_print_is_no_spacing(tmp_path: Path) -> None:
    assert png(saved(tmp_path, PIL.Image.fromarray(GREY), dpi=(300, 300))).spacing_mm is None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["grey", "colour", "palette", "deep colour"])
def test_a_picture_is_turned_upright_as_its_exif_says(tmp_path: Path, orientation: int, kind: str) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    picture = PIL.Image.fromarray(RGB if "colour" in kind else GREY)
    if kind == "palette":
        picture = picture.quantize(12)
    path = saved(tmp_path, picture, exif=exif)
    if kind == "deep colour":
        # The chunk of one file in another, behind the pixels: PNG allows it there (Third Edition, 11.3.2.5).
        chunk = path.read_bytes()
        start = chunk.index(b"eXIf") - 4
        chunk = chunk[start : start + 12 + int.from_bytes(chunk[start : start + 4], "big")]
        deep = imagecodecs.png_encode(RGB.astype(np.uint16) * 257)
        path.write_bytes(deep[:-12] + chunk + deep[-12:])
    with PIL.Image.open(path) as opened:
        opened.load()
        expected = np.asarray(PIL.ImageOps.exif_transpose(opened).convert("RGB" if kind != "grey" else "L"))
        labels = np.asarray(PIL.ImageOps.exif_transpose(opened))
    found = png(path).pixels
    np.testing.assert_array_equal(found // 257 if kind == "deep colour" else found, expected)
    if kind == "palette":
        np.testing.assert_array_equal(png.read_labels(path).pixels, labels)


def test_an_exif_block_that_is_none_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path, PIL.Image.fromarray(GREY), exif=b"Exif\0\0no block at all")
    with pytest.raises(BadImage, match="the EXIF block of a PNG file"):
        png(path)


def test_an_animation_is_refused_with_its_number_of_frames(tmp_path: Path) -> None:
    frames = [PIL.Image.fromarray(GREY + shade) for shade in (1, 2)]
    path = saved(tmp_path, frames[0], save_all=True, append_images=frames[1:])
    with pytest.raises(BadImage, match="one image, found an animation of 2 frames"):
        png(path)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize("behind", [False, True], ids=["before the pixels", "behind them"])
@pytest.mark.parametrize("head", [b"zTXtComment\0\0", b"iTXtXML:com.adobe.xmp\0\1\0\0\0", b"iCCPicc\0\0"])
def test_a_text_that_becomes_too_long_is_refused_as_such_and_not_as_broken(
    tmp_path: Path, head: bytes, *, behind: bool
) -> None:
    path = saved(tmp_path, PIL.Image.fromarray(GREY))
    whole = path.read_bytes()
    place = -12 if behind else 33
    text = chunk(head[:4], head[4:] + zlib.compress(b" " * 2_000_000))
    path.write_bytes(whole[:place] + text + whole[place:])
    with pytest.raises(BadImage, match=r"become at most 1 MiB each.*found more: save it without them"):
        png(path)


def test_the_form_that_apple_writes_is_refused_by_name(tmp_path: Path) -> None:
    path = saved(tmp_path, PIL.Image.fromarray(GREY))
    whole = path.read_bytes()
    path.write_bytes(whole[:8] + chunk(b"CgBI", b"\x50\0\x20\2") + whole[8:])
    with pytest.raises(BadImage, match="found Apple's own form of PNG"):
        png(path)


def test_a_file_without_its_last_chunk_is_truncated(tmp_path: Path) -> None:
    path = saved(tmp_path, PIL.Image.fromarray(GREY))
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(BadImage, match="whole and sound"):
        png(path)


def test_a_header_of_billions_of_pixels_is_refused_before_they_are_decoded(tmp_path: Path) -> None:
    content = bytearray(imagecodecs.png_encode(GREY))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    content[29:33] = imagecodecs.zlib_crc32(bytes(content[12:29])).to_bytes(4, "big")
    path = tmp_path / "bomb.png"
    path.write_bytes(content)
    with pytest.raises(BadImage, match="at most 89,478,485 pixels, found 60,000 × 60,000"):
        png(path)


def test_a_real_photograph_equals_pillow_called_directly(skimage_files: Path) -> None:
    path = skimage_files / "ihc.png"
    with PIL.Image.open(path) as direct:
        np.testing.assert_array_equal(png(path).pixels, np.asarray(direct))
