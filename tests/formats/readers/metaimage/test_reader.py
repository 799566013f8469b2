import gzip
import zlib
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from itk_images import TYPES, assert_as_itk_reads_it, oblique

from coronal import BadImage, Meaning, ReadLimits, UnknownFormat
from coronal_formats.readers.metaimage.reader import metaimage

RANDOM = np.random.default_rng(0)
VOLUME = RANDOM.integers(0, 100, (4, 5, 6)).astype(np.int16)  # z, y, x


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("kind", TYPES)
def test_every_number_lies_where_itk_puts_it(tmp_path: Path, kind: str, compressed: bool) -> None:
    path = tmp_path / "image.mha"
    for pixels in (VOLUME, VOLUME[0]):
        sitk.WriteImage(oblique(pixels.astype(kind), seed=compressed), path, useCompression=compressed)
        assert_as_itk_reads_it(metaimage(path), path)


@pytest.mark.parametrize("samples", [3, 4])
def test_three_or_four_numbers_of_8_bits_are_colours(tmp_path: Path, samples: int) -> None:
    pixels = RANDOM.integers(0, 256, (5, 6, samples), np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(pixels, isVector=True), tmp_path / "image.mha")
    image = metaimage(tmp_path / "image.mha")
    assert (image.axes, image.meaning) == ("yxc", Meaning.COLOUR)
    np.testing.assert_array_equal(image.pixels, pixels[..., :3])


HEADER = "ObjectType = Image\nNDims = 3\nDimSize = 6 5 4\nElementType = MET_SHORT\n"
RAW = VOLUME.astype("<i2").tobytes()


def written(folder: Path, fields: str, data: bytes = RAW, *, header: str = HEADER) -> Path:
    path = folder / "image.mha"
    path.write_bytes(f"{header}{fields}ElementDataFile = LOCAL\n".encode() + data)
    return path


@pytest.mark.parametrize(
    ("fields", "data"),
    [
        ("", RAW),
        ("BinaryData = True\nElementByteOrderMSB = False\n", RAW),
        ("ElementByteOrderMSB = True\n", VOLUME.astype(">i2").tobytes()),
        ("BinaryDataByteOrderMSB = True\n", VOLUME.astype(">i2").tobytes()),
        ("BinaryData = False\n", " ".join(map(str, VOLUME.ravel())).encode()),
        ("CompressedData = True\n", zlib.compress(RAW)),
        ("CompressedData = T\nCompressedDataSize = 12\n", gzip.compress(RAW)),
        ("HeaderSize = -1\n", b"anything" + RAW),
        ("HeaderSize = 0\n", RAW + b"\n"),
    ],
)
def test_pixels_are_read_however_they_are_stored(tmp_path: Path, fields: str, data: bytes) -> None:
    image = metaimage(written(tmp_path, fields, data))
    assert image.pixels.dtype == np.int16
    np.testing.assert_array_equal(image.pixels, VOLUME)


def test_lines_may_end_as_windows_ends_them(tmp_path: Path) -> None:
    path = tmp_path / "image.mha"
    path.write_bytes((HEADER + "ElementDataFile = LOCAL\n").replace("\n", "\r\n").encode() + RAW)
    np.testing.assert_array_equal(metaimage(path).pixels, VOLUME)


@pytest.mark.parametrize(
    ("kind", "dtype"), [("MET_LONG", "i4"), ("MET_ULONG", "u4"), ("MET_LONG_LONG", "i8")]
)
def test_a_long_has_four_bytes_as_itk_reads_it(tmp_path: Path, kind: str, dtype: str) -> None:
    header = HEADER.replace("MET_SHORT", kind)
    path = written(
        tmp_path, "Offset = 0 0 0\nElementSpacing = 1 1 1\n", VOLUME.astype(dtype).tobytes(), header=header
    )
    assert metaimage(path).pixels.dtype == dtype
    assert_as_itk_reads_it(metaimage(path), path)


MATRIX = "0 1 0 0 0 -1 -1 0 0"


@pytest.mark.parametrize(
    "fields",
    [
        f"TransformMatrix = {MATRIX}\nOffset = 1 2 3\nElementSpacing = 2 3 4\n",
        f"Rotation = {MATRIX}\nOrigin = 1 2 3\nElementSpacing = 2 3 4\n",
        f"Orientation = {MATRIX}\nPosition = 1 2 3\nElementSpacing = 2 3 4\n",
        f"TransformMatrix = {MATRIX}\nOffset = 1 2 3\nElementSpacing = 2 3 4\nCenterOfRotation = 7 8 9\n",
        f"TransformMatrix = {MATRIX}\nOffset = 1 2 3\nElementSize = 2 3 4\n",
        f"TransformMatrix = {MATRIX}\nElementSize = 5 5 5\nElementSpacing = 2 3 4\n",
        f"TransformMatrix = {MATRIX}\nElementSpacing = -2 3 4\n",
        "Offset = 1 2 3\nElementSpacing = 2 3 4\nAnatomicalOrientation = LPI\n",
    ],
)
def test_the_place_is_reported_in_any_of_its_words_as_itk_reads_them(tmp_path: Path, fields: str) -> None:
    path = written(tmp_path, fields)
    assert_as_itk_reads_it(metaimage(path), path)


def test_what_the_header_does_not_tell_stays_unknown(tmp_path: Path) -> None:
    geometry = metaimage(written(tmp_path, "")).geometry
    assert (geometry.spacing_mm, geometry.origin_mm, geometry.direction) == (None, None, None)
    geometry = metaimage(written(tmp_path, "ElementSpacing = 1 2 3\n")).geometry
    assert (geometry.spacing_mm, geometry.origin_mm, geometry.direction) == ((3.0, 2.0, 1.0), None, None)


@pytest.mark.parametrize(("unit", "mm"), [("mm", 1.0), ("um", 1e-3), ("cm", 10.0), ("?", 1.0)])
def test_lengths_are_mm_unless_the_header_says_otherwise(tmp_path: Path, unit: str, mm: float) -> None:
    fields = f"DistanceUnits = {unit}\nElementSpacing = 1 2 3\nOffset = 4 5 6\n"
    geometry = metaimage(written(tmp_path, fields)).geometry
    assert geometry.spacing_mm == pytest.approx((3 * mm, 2 * mm, mm))
    assert geometry.origin_mm == pytest.approx((4 * mm, 5 * mm, 6 * mm))


def test_axes_of_length_1_beyond_the_third_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "image.mha"
    sitk.WriteImage(sitk.JoinSeries([oblique(VOLUME)]), path)
    image = metaimage(path)
    assert image.axes == "zyx"
    sitk.WriteImage(oblique(VOLUME), path)
    np.testing.assert_allclose(image.geometry.affine(), metaimage(path).geometry.affine())


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("ObjectType = Tube\n", "each field of a MetaImage file must stand once, found 'ObjectType' twice"),
        ("ElementNumberOfChannels = 3\n", "colour of 3 or 4 of MET_UCHAR, found 3 of MET_SHORT"),
        ("ElementNumberOfChannels = 0\n", "found 0 of MET_SHORT"),
        ("ElementToIntensityFunctionSlope = 2\n", "scaled by 2 and 0 .ElementToIntensityFunction"),
        ("ElementToIntensityFunctionOffset = -1024\n", "scaled by 1 and -1024"),
        ("ElementSpacing = 0 1 1\n", "give each axis a length"),
        ("ElementSpacing = 1 1\n", "ElementSpacing of a MetaImage file must be 3 numbers, found '1 1'"),
        ("ElementSpacing = 1 nan 1\nOffset = 0 0 0\n", "must be finite"),
        ("ElementSpacing = 1 1 1\nTransformMatrix = 1 0 0 0 1 0 0.1 0 1\n", "at right angles, found a shear"),
        ("DistanceUnits = inch\nElementSpacing = 1 1 1\n", "one of mm, um, cm, found 'inch'"),
        ("Offset = 0 0 0\nOrigin = 1 1 1\nElementSpacing = 1 1 1\n", "the same, found that they differ"),
        ("BinaryDataByteOrderMSB = True\nElementByteOrderMSB = False\n", "the same, found that they differ"),
        ("CompressedData = maybe\n", "must be True or False, found 'maybe'"),
        ("HeaderSize = 4\n", "HeaderSize of a MetaImage file must be 0, .* found 4"),
        ("HeaderSize = -1\nCompressedData = True\n", "found -1"),
        ("HeaderSize = -2\n", "found -2"),
    ],
)
def test_a_header_that_is_wrong_or_says_more_than_is_read_is_refused(
    tmp_path: Path, fields: str, found: str
) -> None:
    with pytest.raises(BadImage, match=found) as refused:
        metaimage(written(tmp_path, fields))
    assert "broken" not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Image", "Tube", "must be an Image, found the object 'Tube'"),
        ("NDims = 3", "NDims = 11", "NDims of a MetaImage file must be from 1 to 10, found 11"),
        ("NDims = 3\n", "", "NDims of a MetaImage file must be one whole number, found ''"),
        ("6 5 4", "6 5", "DimSize of a MetaImage file must be 3 whole numbers, found '6 5'"),
        ("6 5 4", "6 0 4", r"found the size \(6, 0, 4\)"),
        ("6 5 4", "9" * 40 + " 5 4", "whole numbers, found '999"),
        (
            "MET_SHORT",
            "MET_UCHAR_ARRAY",
            "ElementType .* must be one of MET_CHAR, .* found 'MET_UCHAR_ARRAY'",
        ),
        ("6 5 4", "6000 5000 4000", "at most 536,870,912 values, found 6,000 × 5,000 × 4,000"),
        ("6 5 4", "60 50 40", "must hold 240000 bytes of pixels by its header, found 240: it is truncated"),
    ],
)
def test_an_image_that_is_none_is_reported_by_what_was_found(
    tmp_path: Path, old: str, new: str, found: str
) -> None:
    with pytest.raises(BadImage, match=found):
        metaimage(written(tmp_path, "", header=HEADER.replace(old, new)))


@pytest.mark.parametrize("shape", [(2, 4, 5, 6), (1, 4, 5, 6, 2)])
def test_a_time_axis_is_refused_with_its_sizes(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "image.mha"
    sizes = " ".join(map(str, shape[::-1]))
    fields = f"NDims = {len(shape)}\nDimSize = {sizes}\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    path.write_bytes(fields.encode() + bytes(2 * VOLUME.size))
    with pytest.raises(BadImage, match=r"plane \(x, y\) or a volume \(x, y, z\), found the size"):
        metaimage(path)


def test_compressed_pixels_that_are_cut_off_are_refused_where_itk_makes_them_up(tmp_path: Path) -> None:
    data = zlib.compress(RANDOM.integers(0, 2**15, VOLUME.size).astype("<i2").tobytes())
    for end in (0, 5, len(data) // 2, len(data) - 3):
        with pytest.raises(BadImage, match="truncated"):
            metaimage(written(tmp_path, "CompressedData = True\n", data[:end]))


@pytest.mark.parametrize(
    "value", ["image.raw", "LIST\n/etc/passwd", "%d.raw 1 4 1", "/etc/passwd", "../../x"]
)
def test_a_header_alone_asks_for_its_data_and_reads_no_other_file(tmp_path: Path, value: str) -> None:
    path = tmp_path / "image.mhd"
    (tmp_path / "image.raw").write_bytes(RAW)
    size = "DimSize = 6 5 1\n" if "passwd" in value else ""
    path.write_text(
        HEADER.replace("DimSize = 6 5 4\n", size or "DimSize = 6 5 4\n") + f"ElementDataFile = {value}\n"
    )
    with pytest.raises(BadImage, match="must be sent with it, in a zip of their own; found it alone"):
        metaimage(path)


def test_a_header_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.mha"
    path.write_bytes(HEADER.encode() + b"Comment = x\n" * 100_000)
    with pytest.raises(BadImage, match="header of a MetaImage file must have at most 1,048,576 bytes"):
        metaimage(path)
    path.write_bytes(HEADER.encode() + b"x" * 2**21)
    with pytest.raises(BadImage, match="at most 1,048,576 bytes"):
        metaimage(path)
    path.write_bytes(HEADER.encode())
    with pytest.raises(BadImage, match="must end with ElementDataFile, found it truncated"):
        metaimage(path)


def test_more_values_than_this_worker_allows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="at most 100 values, found 6 × 5 × 4"):
        metaimage(written(tmp_path, ""), ReadLimits(max_values=100))


def test_other_text_is_of_unknown_format(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Comment = what the doctor said\n")
    with pytest.raises(UnknownFormat):
        metaimage(path)


def test_a_label_map_is_read_as_its_numbers(tmp_path: Path) -> None:
    path = tmp_path / "labels.mha"
    sitk.WriteImage(oblique((VOLUME % 4).astype(np.uint8)), path, useCompression=True)
    np.testing.assert_array_equal(metaimage.read_labels(path).pixels, VOLUME % 4)
