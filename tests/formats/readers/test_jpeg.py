from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from coronal import BadImage, Meaning, UnknownFormat
from coronal_formats.readers.jpeg import jpeg

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


def test_another_format_is_unknown_here(skimage_files: Path) -> None:
    with pytest.raises(UnknownFormat, match="89 50 4e 47"):
        jpeg(skimage_files / "coins.png")
