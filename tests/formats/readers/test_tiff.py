from pathlib import Path

import numpy as np
import pytest
import tifffile

from coronal import BadImage, Meaning, UnknownFormat
from coronal_formats.readers.tiff import tiff
from coronal_formats.readers.tiff_axes import layout_of

RANDOM = np.random.default_rng(0)
PLANE = RANDOM.integers(0, 255, (30, 40), np.uint8)
STACK = RANDOM.integers(0, 60_000, (5, 30, 40), np.uint16)
RGB = RANDOM.integers(0, 255, (30, 40, 3), np.uint8)


def saved(folder: Path, array: np.ndarray, **options: object) -> Path:
    path = folder / "image.tif"
    tifffile.imwrite(path, array, **{"photometric": "minisblack", **options})
    return path


@pytest.mark.parametrize("kind", ["u1", "u2", "i2", "u4", "i4", "f2", "f4", "f8"])
@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "packbits"])
def test_every_number_type_is_read_exactly(tmp_path: Path, kind: str, compression: str | None) -> None:
    array = PLANE.astype(kind)
    image = tiff(saved(tmp_path, array, compression=compression))
    assert image.pixels.dtype == array.dtype
    np.testing.assert_array_equal(image.pixels, array)


@pytest.mark.parametrize("options", [{}, {"bigtiff": True}, {"byteorder": ">"}, {"tile": (16, 16)}], ids=str)
def test_the_pages_of_a_stack_are_z(tmp_path: Path, options: dict[str, object]) -> None:
    image = tiff(saved(tmp_path, STACK, **options))
    assert (image.axes, image.spacing_mm) == ("zyx", None)
    np.testing.assert_array_equal(image.pixels, STACK)


@pytest.mark.parametrize(
    ("array", "planar"), [(RGB, "contig"), (RGB.transpose(2, 0, 1), "separate")], ids=["contig", "separate"]
)
def test_colours_are_the_last_axis_however_they_are_stored(
    tmp_path: Path, array: np.ndarray, planar: str
) -> None:
    image = tiff(saved(tmp_path, array, photometric="rgb", planarconfig=planar))
    assert (image.axes, image.meaning) == ("yxc", Meaning.COLOUR)
    np.testing.assert_array_equal(image.pixels, RGB)


def test_opacity_is_left_out(tmp_path: Path) -> None:
    rgba = np.concatenate([RGB, RGB[..., :1]], axis=-1)
    image = tiff(saved(tmp_path, rgba, photometric="rgb", extrasamples=["unassalpha"]))
    np.testing.assert_array_equal(image.pixels, RGB)


def test_a_palette_is_looked_up(tmp_path: Path) -> None:
    colormap = np.stack([np.arange(256) * 257, np.arange(256) * 0, np.arange(256)[::-1] * 257]).astype(
        np.uint16
    )
    image = tiff(saved(tmp_path, PLANE, photometric="palette", colormap=colormap))
    np.testing.assert_array_equal(image.pixels, np.stack([PLANE, PLANE * 0, 255 - PLANE], axis=-1))


def test_where_0_is_white_the_values_are_turned_round(tmp_path: Path) -> None:
    np.testing.assert_array_equal(tiff(saved(tmp_path, PLANE, photometric="miniswhite")).pixels, 255 - PLANE)


SPACED = [
    pytest.param(PLANE, {"resolution": (50, 25), "resolutionunit": "CENTIMETER"}, (0.4, 0.2), id="cm"),
    pytest.param(PLANE, {"resolution": (254, 508), "resolutionunit": "INCH"}, (0.05, 0.1), id="inch"),
    pytest.param(PLANE, {"resolution": (72, 72), "resolutionunit": "INCH"}, None, id="a print's density"),
    pytest.param(PLANE, {"resolution": (50, 25), "resolutionunit": "NONE"}, None, id="no unit"),
    pytest.param(STACK, {"resolution": (50, 25), "resolutionunit": "CENTIMETER"}, None, id="cm without z"),
    pytest.param(
        STACK,
        {"imagej": True, "resolution": (2, 4), "metadata": {"axes": "ZYX", "spacing": 3.0, "unit": "um"}},
        (0.003, 0.00025, 0.0005),
        id="ImageJ",
    ),
    pytest.param(
        STACK,
        {"imagej": True, "resolution": (2, 4), "metadata": {"axes": "ZYX", "spacing": 3.0, "unit": "pixel"}},
        None,
        id="ImageJ in pixels",
    ),
    pytest.param(
        STACK,
        {
            "ome": True,
            "metadata": {
                "axes": "ZYX",
                "PhysicalSizeX": 250.0,
                "PhysicalSizeY": 0.5,
                "PhysicalSizeYUnit": "mm",
                "PhysicalSizeZ": 2000.0,
                "PhysicalSizeZUnit": "nm",
            },
        },
        (0.002, 0.5, 0.25),
        id="OME, micrometres by default",
    ),
]


@pytest.mark.parametrize(("array", "options", "spacing"), SPACED)
def test_the_spacing_comes_in_mm_where_a_unit_is_given(
    tmp_path: Path, array: np.ndarray, options: dict[str, object], spacing: tuple[float, ...] | None
) -> None:
    found = tiff(saved(tmp_path, array, **options)).spacing_mm
    assert found == (None if spacing is None else pytest.approx(spacing, rel=1e-5))


def test_the_channels_of_ome_become_the_last_axis(tmp_path: Path) -> None:
    array = np.stack([STACK, STACK // 2])
    image = tiff(saved(tmp_path, array, ome=True, metadata={"axes": "CZYX"}))
    assert (image.axes, image.meaning) == ("zyxc", Meaning.INTENSITY)
    np.testing.assert_array_equal(image.pixels, np.moveaxis(array, 0, -1))


@pytest.mark.parametrize(
    ("array", "options", "found"),
    [
        (STACK, {"imagej": True, "metadata": {"axes": "TYX"}}, r"TYX \(5, 30, 40\)"),
        (np.stack([STACK, STACK]), {"metadata": {"axes": "TZYX"}, "ome": True}, r"TZYX \(2, 5, 30, 40\)"),
        (np.stack([STACK, STACK]), {}, r"\(2, 5, 30, 40\)"),
    ],
    ids=["time", "time and z", "two unnamed axes"],
)
def test_what_is_no_stack_is_refused_with_its_axes(
    tmp_path: Path, array: np.ndarray, options: dict[str, object], found: str
) -> None:
    with pytest.raises(BadImage, match=f"a plane or one stack .* found .*{found}"):
        tiff(saved(tmp_path, array, **options))


def test_pages_of_different_shape_are_refused_with_their_shapes(tmp_path: Path) -> None:
    path = tmp_path / "two.tif"
    with tifffile.TiffWriter(path) as writer:
        writer.write(PLANE, photometric="minisblack")
        writer.write(PLANE[:10], photometric="minisblack")
    with pytest.raises(BadImage, match=r"found 2: YX \(30, 40\), YX \(10, 40\)"):
        tiff(path)


def test_cmyk_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match=r"must be grey, RGB or of a palette.* found"):
        tiff(saved(tmp_path, np.concatenate([RGB, RGB[..., :1]], -1), photometric="separated"))


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="found complex64"):
        tiff(saved(tmp_path, PLANE.astype(np.complex64)))


def test_a_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, STACK)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadImage):
        tiff(path)


def test_a_lost_page_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as writer:
        for plane in STACK:
            writer.write(plane, photometric="minisblack", contiguous=False, metadata=None)
    with tifffile.TiffFile(path) as opened:
        last = opened.pages[-1].offset
    path.write_bytes(path.read_bytes()[: last - 1])
    with pytest.raises(BadImage, match="broken"):
        tiff(path)


def test_a_dicom_file_with_a_tiff_preamble_is_left_to_dicom(pydicom_files: Path) -> None:
    with pytest.raises(UnknownFormat):
        tiff(pydicom_files / "CT_small.dcm")


@pytest.mark.parametrize("shape", [(1, 9), (9, 1), (1, 1), (1, 5, 6)])
def test_an_axis_of_length_1_is_kept_where_it_is_y_or_x(shape: tuple[int, ...], tmp_path: Path) -> None:
    assert tiff(saved(tmp_path, np.ones(shape, np.uint8))).shape == shape[-2:]


def test_the_layout_keeps_the_order_that_an_image_has() -> None:
    array = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    layout = layout_of("SYX", array.shape)
    np.testing.assert_array_equal(layout.arrange(array), np.moveaxis(array, 0, -1))
