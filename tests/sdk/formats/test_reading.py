from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from skimage import data

from coronal import BadImage, Image, Plugins, ReadLimits, Signature, UnknownFormat, reader
from coronal.formats.reader import Reader
from coronal.formats.reading import read_image
from coronal_worker.running.loader import load_plugins


def _reader(name: str, answer: Image | Exception) -> Reader:
    @reader(name=name, media_type="x/y", suffixes=(".x",), signatures=(Signature.at(0, b"HEAD"),))
    def read(path: Path) -> Image:
        """Read."""
        if isinstance(answer, Exception):
            raise answer
        return answer

    return read


def _plugins(**answers: Image | Exception) -> Plugins:
    plugins = Plugins()
    for name, answer in answers.items():
        plugins.add(name, _reader(name, answer))
    return plugins


@pytest.fixture
def cell() -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = data.cell()[::4, ::4].copy()
    return pixels


@pytest.fixture
def cell_png(cell: NDArray[np.uint8]) -> bytes:
    buffer = BytesIO()
    PIL.Image.fromarray(cell).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(b"HEAD and more")
    return path


def test_a_file_is_read_by_its_first_bytes_and_not_by_its_name(
    tmp_path: Path, cell: NDArray[np.uint8], cell_png: bytes
) -> None:
    path = tmp_path / "scan.dcm"
    path.write_bytes(cell_png)
    np.testing.assert_array_equal(read_image(path, load_plugins().plugins).pixels, cell)


def test_an_image_over_the_limits_of_the_worker_is_refused(
    tmp_path: Path, cell: NDArray[np.uint8], cell_png: bytes
) -> None:
    path = tmp_path / "blob"
    path.write_bytes(cell_png)
    plugins = load_plugins().plugins
    assert read_image(path, plugins, ReadLimits(max_values=cell.size)).pixels.size == cell.size
    with pytest.raises(BadImage, match="a PNG file may have at most"):
        read_image(path, plugins, ReadLimits(max_values=cell.size - 1))


def test_where_formats_begin_alike_each_is_tried_until_one_knows_the_file(file: Path) -> None:
    image = Image(np.ones((2, 2)))
    plugins = _plugins(first=UnknownFormat(b"HEAD", []), second=image, third=BadImage("never asked"))
    assert read_image(file, plugins) is image


def test_a_broken_file_of_a_known_format_is_not_tried_as_another(file: Path) -> None:
    with pytest.raises(BadImage, match="torn"):
        read_image(file, _plugins(first=BadImage("torn"), second=Image(np.ones((2, 2)))))


def test_where_no_reader_knows_the_file_the_last_one_tells_why(file: Path) -> None:
    with pytest.raises(UnknownFormat, match="GIF"):
        read_image(file, _plugins(first=UnknownFormat(b"HEAD", []), second=UnknownFormat(b"HEAD", ["GIF"])))


@pytest.mark.parametrize("content", [b"", b"GIFT", b"\x89PN"], ids=["empty", "another", "cut off"])
def test_a_file_of_no_format_is_reported_with_its_first_bytes_and_those_that_are_read(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "blob"
    path.write_bytes(content)
    with pytest.raises(UnknownFormat) as refused:
        read_image(path, load_plugins().plugins)
    assert (content[:8].hex(" ") or "it is empty") in str(refused.value)
    assert "dicom, jpeg, metaimage, nifti, nrrd, png, tiff, zip" in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
