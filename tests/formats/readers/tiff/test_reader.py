import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from coronal import BadImage, Meaning, UnknownFormat
from coronal_formats.readers.tiff.axes import layout_of
from coronal_formats.readers.tiff.reader import tiff

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


def imagej(**metadata: object) -> dict[str, object]:
    return {"imagej": True, "resolution": (2, 4), "metadata": {"axes": "ZYX", "spacing": 3.0, **metadata}}


@pytest.mark.parametrize(
    ("metadata", "spacing"),
    [
        ({"unit": "nm", "zunit": "um"}, (3e-3, 0.25e-6, 0.5e-6)),
        ({"unit": "um", "yunit": "mm"}, (3e-3, 0.25, 0.5e-3)),
        ({"unit": "mm", "yunit": "cm", "zunit": "m"}, (3000.0, 2.5, 0.5)),
        ({"unit": "mm", "zunit": "sec"}, None),
    ],
    ids=str,
)
def test_imagej_has_a_unit_for_each_axis(
    tmp_path: Path, metadata: dict[str, object], spacing: tuple[float, ...] | None
) -> None:
    found = tiff(saved(tmp_path, STACK, **imagej(**metadata))).spacing_mm
    assert found == (None if spacing is None else pytest.approx(spacing, rel=1e-5))


PER_INCH = (1, 72, 96, 100, 120, 144, 150, 180, 192, 200, 240, 300, 360, 400, 600, 720, 1200)


@pytest.mark.parametrize("per_inch", PER_INCH)
@pytest.mark.parametrize("digits", [None, 2, 0], ids=["exact", "two digits", "whole"])
def test_the_density_of_a_print_is_no_spacing_in_either_unit(
    tmp_path: Path, per_inch: int, digits: int | None
) -> None:
    per_cm = round(per_inch / 2.54, digits) if digits is not None and per_inch > 1 else per_inch / 2.54
    for unit, density in (("INCH", per_inch), ("CENTIMETER", per_cm)):
        path = saved(tmp_path, PLANE, resolution=(density, density), resolutionunit=unit)
        assert tiff(path).spacing_mm is None, unit
        path = saved(tmp_path, PLANE, imagej=True, resolution=(density, density), resolutionunit=unit)
        assert tiff(path).spacing_mm is None, unit
    path = saved(tmp_path, PLANE, imagej=True, resolution=(per_inch, per_inch), metadata={"unit": "inch"})
    assert tiff(path).spacing_mm is None


@pytest.mark.parametrize("density", [(1, "CENTIMETER"), (1, "INCH")], ids=str)
def test_one_pixel_a_unit_is_what_programs_write_that_know_none(
    tmp_path: Path, density: tuple[float, str]
) -> None:
    path = saved(tmp_path, PLANE, resolution=(density[0],) * 2, resolutionunit=density[1])
    assert tiff(path).spacing_mm is None


def test_a_density_that_is_no_prints_along_one_axis_is_a_spacing(tmp_path: Path) -> None:
    found = tiff(saved(tmp_path, PLANE, resolution=(72, 50), resolutionunit="INCH")).spacing_mm
    assert found == pytest.approx((25.4 / 50, 25.4 / 72))


HU = np.linspace(-1000, 1000, 1200).reshape(30, 40).round().astype(np.int32)
SIGNED = {"cf": 0, "c0": -32768.0, "c1": 1.0, "vunit": "Gray Value"}


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_a_signed_image_of_imagej_has_its_own_values(tmp_path: Path, photometric: str) -> None:
    stored = (HU + 32768).astype(np.uint16)
    path = saved(tmp_path, stored, imagej=True, metadata=SIGNED, photometric=photometric)
    image = tiff(path)
    assert image.pixels.dtype == np.int16
    np.testing.assert_array_equal(image.pixels, HU)
    np.testing.assert_array_equal(tiff.read_labels(path).pixels, HU)


@pytest.mark.parametrize(
    ("metadata", "values"),
    [
        ({"cf": 0, "c0": -3.5, "c1": 0.25}, PLANE * 0.25 - 3.5),
        ({"cf": 0, "c0": -20.0, "c1": 1.0, "zeroclip": True}, np.maximum(PLANE - 20.0, 0)),
        ({"cf": 0, "c0": 255.0, "c1": -1.0}, 255.0 - PLANE),
        ({"cf": 20}, PLANE),
        ({}, PLANE),
    ],
    ids=str,
)
def test_a_calibration_of_imagej_that_is_a_straight_line_is_applied(
    tmp_path: Path, metadata: dict[str, object], values: np.ndarray
) -> None:
    found = tiff(saved(tmp_path, PLANE, imagej=True, metadata=metadata)).pixels
    np.testing.assert_allclose(found, values)


def test_real_numbers_are_their_own_values_whatever_imagejs_calibration_says(tmp_path: Path) -> None:
    path = saved(tmp_path, PLANE.astype(np.float32), imagej=True, metadata={"cf": 0, "c0": 5.0, "c1": 2.0})
    np.testing.assert_array_equal(tiff(path).pixels, PLANE)


@pytest.mark.parametrize(("function", "name"), [(7, "Rodbard"), (21, "uncalibrated OD"), (99, "unknown")])
def test_a_calibration_of_imagej_that_is_a_curve_is_refused_by_name(
    tmp_path: Path, function: int, name: str
) -> None:
    path = saved(tmp_path, PLANE, imagej=True, metadata={"cf": function, "c0": 1.0, "c1": 2.0})
    with pytest.raises(BadImage, match=rf"straight line.*found cf={function} \({name}\)"):
        tiff(path)


@pytest.mark.parametrize("orientation", range(9))
def test_rows_and_columns_lie_as_the_orientation_says_and_the_spacing_goes_with_them(
    tmp_path: Path, orientation: int
) -> None:
    tag = [(274, "H", 1, orientation, True)]
    path = saved(
        tmp_path, PLANE, resolution=(20, 50), resolutionunit="CENTIMETER", extratags=tag, metadata=None
    )
    image = tiff(path)
    # From bytes: given a path, Pillow maps the pixels into memory in a shape that they only get later.
    with PIL.Image.open(io.BytesIO(path.read_bytes())) as by_pillow:
        np.testing.assert_array_equal(image.pixels, np.asarray(by_pillow))
    stored = (0.2, 0.5)
    assert image.spacing_mm == pytest.approx(stored[::-1] if orientation >= 5 else stored)


def test_each_slice_of_a_stack_and_each_channel_is_turned(tmp_path: Path) -> None:
    tag = [(274, "H", 1, 6, True)]
    np.testing.assert_array_equal(
        tiff(saved(tmp_path, STACK, extratags=tag)).pixels, np.rot90(STACK, -1, axes=(1, 2))
    )
    colours = saved(tmp_path, RGB, photometric="rgb", extratags=tag)
    np.testing.assert_array_equal(tiff(colours).pixels, np.rot90(RGB, -1))


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
    with pytest.raises(
        BadImage, match="found the photometric interpretation SEPARATED and the compression NONE"
    ):
        tiff(saved(tmp_path, np.concatenate([RGB, RGB[..., :1]], -1), photometric="separated"))


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="found complex64"):
        tiff(saved(tmp_path, PLANE.astype(np.complex64)))


def with_tag(path: Path, code: int, value: int) -> Path:
    """Overwrite a short value of the first page."""
    with tifffile.TiffFile(path) as opened:
        place = opened.pages[0].tags[code].valueoffset
    content = bytearray(path.read_bytes())
    content[place : place + 2] = value.to_bytes(2, "little")
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("code", "value", "found"),
    [
        (259, 34661, "a compression that is read, found JBIG, which isn't"),
        (259, 32809, "a compression that is read, found THUNDERSCAN, which isn't"),
        (259, 65000, "a compression that is read, found EER_V0, which isn't"),
        (259, 60_123, "a compression that is read, found number 60123, which isn't"),
        (258, 4097, "a length that is read, found UINT of 4097 bits"),
        (317, 9, "a predictor that is read, found number 9"),
    ],
)
def test_what_is_not_decoded_is_refused_by_name_and_not_as_broken(
    tmp_path: Path, code: int, value: int, found: str
) -> None:
    path = saved(tmp_path, PLANE, compression="lzw" if code == 317 else None, predictor=code == 317)
    with pytest.raises(BadImage, match=found):
        tiff(with_tag(path, code, value))


def test_a_compression_without_its_library_is_a_form_that_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="must be of a form that its decoder reads, found another one"):
        tiff(with_tag(saved(tmp_path, PLANE), 259, 48124))


TWO_COLOURS = [(320, "H", 6, (0, 65535, 0, 514, 0, 257), True)]


def test_a_palette_of_one_bit_is_looked_up_and_its_indices_are_labels(tmp_path: Path) -> None:
    mask = np.median(PLANE) < PLANE
    path = with_tag(saved(tmp_path, mask, extratags=TWO_COLOURS, photometric="minisblack"), 262, 3)
    np.testing.assert_array_equal(tiff(path).pixels, np.where(mask[..., np.newaxis], (255, 2, 1), 0))
    np.testing.assert_array_equal(tiff.read_labels(path).pixels, mask)


def test_a_palette_of_numbers_with_a_sign_is_refused(tmp_path: Path) -> None:
    signed = np.array([[0, -1]], np.int8)
    colours = [(320, "H", 768, (0,) * 768, True)]
    path = with_tag(saved(tmp_path, signed, extratags=colours, photometric="minisblack"), 262, 3)
    with pytest.raises(BadImage, match="of a palette must hold unsigned whole numbers, found int8"):
        tiff(path)


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
