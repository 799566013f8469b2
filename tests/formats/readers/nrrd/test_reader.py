import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from itk_images import TYPES, assert_as_itk_reads_it, oblique

from coronal import BadImage, Meaning, ReadLimits
from coronal_formats.readers.nrrd.reader import nrrd

RANDOM = np.random.default_rng(0)
VOLUME = RANDOM.integers(0, 100, (4, 5, 6)).astype(np.int16)  # z, y, x
RAW = VOLUME.astype("<i2").tobytes()
COLOURS = RANDOM.integers(0, 256, (4, 5, 6, 3), np.uint8)  # z, y, x, channel

SHAPED = "type: short\ndimension: 3\nsizes: 6 5 4\n"
HEADER = f"NRRD0004\n{SHAPED}endian: little\n"
PLACED = "space directions: (0,0.5,0) (0,0,-0.75) (-2,0,0)\nspace origin: (1,2,3)\n"


def written(folder: Path, fields: str, data: bytes = RAW, *, header: str = HEADER) -> Path:
    path = folder / "image.nrrd"
    encoding = "" if "encoding:" in fields else "encoding: raw\n"
    path.write_bytes(f"{header}{encoding}{fields}\n".encode() + data)
    return path


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("kind", TYPES)
def test_every_number_lies_where_itk_puts_it(tmp_path: Path, kind: str, compressed: bool) -> None:
    path = tmp_path / "image.nrrd"
    for pixels in (VOLUME, VOLUME[0]):
        sitk.WriteImage(oblique(pixels.astype(kind), seed=compressed), path, useCompression=compressed)
        assert_as_itk_reads_it(nrrd(path), path)


@pytest.mark.parametrize(
    "space",
    [
        *("left-posterior-superior", "LPS", "right-anterior-superior", "RAS"),
        *("left-anterior-superior", "LAS", "Right-Anterior-Superior"),
    ],
)
def test_each_space_of_a_patient_is_turned_to_lps(tmp_path: Path, space: str) -> None:
    path = written(tmp_path, f"space: {space}\n{PLACED}")
    image = nrrd(path)
    assert_as_itk_reads_it(image, path)
    x, y, z = image.geometry.position_mm((0, 0, 0))
    assert (abs(x), abs(y), z) == (1, 2, 3)
    assert (x > 0, y > 0) == (
        space[0].lower() == "l",
        (space[-1] == "S" and "P" in space) or "posterior" in space,
    )


@pytest.mark.parametrize("space", ["space: scanner-xyz", "space: 3D-right-handed", "space dimension: 3"])
def test_in_a_space_that_is_no_patients_only_the_spacing_is_known(tmp_path: Path, space: str) -> None:
    geometry = nrrd(written(tmp_path, f"{space}\n{PLACED}")).geometry
    assert (geometry.spacing_mm, geometry.origin_mm, geometry.direction) == ((2.0, 0.75, 0.5), None, None)


def test_without_an_origin_spacing_and_direction_are_known(tmp_path: Path) -> None:
    geometry = nrrd(written(tmp_path, f"space: LPS\n{PLACED.partition(chr(10))[0]}\n")).geometry
    assert (geometry.spacing_mm, geometry.origin_mm) == ((2.0, 0.75, 0.5), None)
    assert geometry.direction == ((-1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0))


def test_a_plane_may_lie_in_a_space_of_three_dimensions(tmp_path: Path) -> None:
    header = HEADER.replace("dimension: 3", "dimension: 2").replace("6 5 4", "6 5")
    fields = "space: RAS\nspace directions: (0,0.5,0) (0,0,-0.75)\nspace origin: (1,2,3)\n"
    image = nrrd(written(tmp_path, fields, VOLUME[0].tobytes(), header=header))
    np.testing.assert_array_equal(image.pixels, VOLUME[0])
    assert image.geometry.position_mm((1, 2)) == pytest.approx((-1.0, -3.0, 2.25))


@pytest.mark.parametrize(
    ("fields", "spacing_mm"),
    [
        ("spacings: 0.5 0.75 2\n", (2.0, 0.75, 0.5)),
        ("spacings: 0.5 -0.75 2\n", (2.0, 0.75, 0.5)),
        ('spacings: 500 750 2\nunits: "um" "um" "mm"\n', (2.0, 0.75, 0.5)),
        ("spacings: 0.5 0.75 nan\nkinds: domain domain domain\n", None),
        ("spacings: nan nan nan\n", None),
        ("thicknesses: 0.5 0.75 2\n", None),
        ("axis mins: 0 0 0\naxis maxs: 3 3 3\ncenters: cell cell cell\n", None),
        ("", None),
    ],
)
def test_spacings_alone_are_a_spacing_without_a_place(
    tmp_path: Path, fields: str, spacing_mm: tuple[float, ...] | None
) -> None:
    geometry = nrrd(written(tmp_path, fields)).geometry
    assert geometry.spacing_mm == (None if spacing_mm is None else pytest.approx(spacing_mm))
    assert not geometry.is_placed


@pytest.mark.parametrize(
    ("unit", "mm"), [("mm", 1), ("", 1), ("um", 1e-3), ("µm", 1e-3), ("cm", 10), ("m", 1000), ("nm", 1e-6)]
)
def test_lengths_are_mm_unless_the_header_says_otherwise(tmp_path: Path, unit: str, mm: float) -> None:
    units = " ".join([f'"{unit}"'] * 3)
    geometry = nrrd(written(tmp_path, f"space: LPS\nspace units: {units}\n{PLACED}")).geometry
    assert geometry.spacing_mm == pytest.approx((2 * mm, 0.75 * mm, 0.5 * mm))
    assert geometry.origin_mm == pytest.approx((mm, 2 * mm, 3 * mm))


BIG = SHAPED + "endian: big\n"


@pytest.mark.parametrize(
    ("fields", "data"),
    [
        ("encoding: raw\n", RAW),
        ("encoding: RAW\nbyte skip: 4\n", b"junk" + RAW),
        ("encoding: raw\nline skip: 2\nbyteskip: 4\n", b"a line\nanother\njunk" + RAW),
        ("encoding: raw\nbyte skip: -1\n", b"anything at all" + RAW),
        ("encoding: gzip\n", gzip.compress(RAW)),
        ("encoding: gz\nbyte skip: 4\n", gzip.compress(b"junk" + RAW)),
        ("encoding: gzip\nline skip: 1\n", b"a line\n" + gzip.compress(RAW)),
        ("encoding: bzip2\n", bz2.compress(RAW)),
        ("encoding: bz2\nbyte skip: 4\n", bz2.compress(b"junk" + RAW)),
        ("encoding: ascii\n", "\n".join(map(str, VOLUME.ravel())).encode()),
        ("encoding: txt\n", " ".join(map(str, VOLUME.ravel())).encode()),
        ('encoding: raw\n# a comment: that says nothing\nkey:=a value\nlabels: "x" "y" "z"\n', RAW),
    ],
)
def test_pixels_are_read_however_they_are_stored(tmp_path: Path, fields: str, data: bytes) -> None:
    image = nrrd(written(tmp_path, fields, data))
    assert image.pixels.dtype == np.int16
    np.testing.assert_array_equal(image.pixels, VOLUME)


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2"])
def test_the_byte_order_is_the_one_that_the_header_tells(tmp_path: Path, encoding: str) -> None:
    packed = {"raw": bytes, "gzip": gzip.compress, "bzip2": bz2.compress}[encoding]
    header = HEADER.replace("little", "big")
    path = written(tmp_path, f"encoding: {encoding}\n", packed(VOLUME.astype(">i2").tobytes()), header=header)
    np.testing.assert_array_equal(nrrd(path).pixels, VOLUME)


def test_lines_may_end_as_windows_ends_them_in_any_version_of_the_format(tmp_path: Path) -> None:
    path = tmp_path / "image.nrrd"
    for version in range(1, 7):
        header = f"NRRD000{version}\n{SHAPED}endian: little\nencoding: raw\n\n"
        path.write_bytes(header.replace("\n", "\r\n").encode() + RAW)
        np.testing.assert_array_equal(nrrd(path).pixels, VOLUME)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("signed char", "i1"),
        ("uint8_t", "u1"),
        ("unsigned short int", "u2"),
        ("long long int", "i8"),
        ("Double", "f8"),
    ],
)
def test_a_type_has_many_names(tmp_path: Path, name: str, kind: str) -> None:
    header = HEADER.replace("short", name)
    image = nrrd(written(tmp_path, "", VOLUME.astype(kind).tobytes(), header=header))
    assert image.pixels.dtype == kind
    np.testing.assert_array_equal(image.pixels, VOLUME.astype(kind))


def colour_header(kind: str, place: int, *, type_name: str = "uint8", size: int = 3) -> str:
    sizes, kinds = ["6", "5", "4"], ["domain"] * 3
    sizes.insert(place, str(size))
    kinds.insert(place, kind)
    directions = ["(0,0.5,0)", "(0,0,-0.75)", "(-2,0,0)"]
    directions.insert(place, "none")
    return (
        f"NRRD0005\ntype: {type_name}\ndimension: 4\nsizes: {' '.join(sizes)}\nkinds: {' '.join(kinds)}\n"
        f"space: LPS\nspace directions: {' '.join(directions)}\nspace origin: (1,2,3)\nendian: little\n"
    )


@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", ["RGB-color", "3-color", "vector"])
def test_colours_are_known_by_their_kind_wherever_their_axis_stands(
    tmp_path: Path, kind: str, place: int
) -> None:
    # The header's first axis is the array's last.
    data = np.moveaxis(COLOURS, -1, 3 - place).tobytes()
    image = nrrd(written(tmp_path, "", data, header=colour_header(kind, place)))
    assert (image.axes, image.meaning) == ("zyxc", Meaning.COLOUR)
    np.testing.assert_array_equal(image.pixels, COLOURS)
    assert image.geometry.position_mm((1, 1, 1)) == pytest.approx((-1.0, 2.5, 2.25))


def test_colours_of_itk_are_colours(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(COLOURS[0], isVector=True), tmp_path / "image.nrrd")
    image = nrrd(tmp_path / "image.nrrd")
    assert (image.axes, image.meaning) == ("yxc", Meaning.COLOUR)
    np.testing.assert_array_equal(image.pixels, COLOURS[0])


def test_colours_may_have_16_bits_and_an_opacity_where_their_kind_says_so(tmp_path: Path) -> None:
    pixels = RANDOM.integers(0, 2**16, (4, 5, 6, 4), np.uint16)
    header = colour_header("RGBA-color", 0, type_name="ushort", size=4)
    np.testing.assert_array_equal(
        nrrd(written(tmp_path, "", pixels.tobytes(), header=header)).pixels, pixels[..., :3]
    )


@pytest.mark.parametrize(
    ("kind", "type_name", "size"),
    [
        *(("time", "uint8", 3), ("list", "uint8", 3), ("vector", "short", 3), ("vector", "uint8", 7)),
        *(
            ("3-gradient", "uint8", 3),
            ("RGB-color", "float", 3),
            ("complex", "float", 2),
            ("???", "short", 3),
        ),
        *(("HSV-color", "uint8", 3), ("3D-symmetric-matrix", "float", 6), ("covariant-vector", "double", 3)),
    ],
)
def test_other_components_are_refused_with_what_was_found(
    tmp_path: Path, kind: str, type_name: str, size: int
) -> None:
    header = colour_header(kind, 0, type_name=type_name, size=size)
    reported = "no kind" if kind == "???" else kind.lower()
    with pytest.raises(
        BadImage, match=f"found the axes {size} × {reported}, 6 × domain, .*, 3 of them in space"
    ):
        nrrd(written(tmp_path, "", bytes(10_000), header=header))


def test_an_axis_of_length_1_that_is_not_in_space_is_left_out(tmp_path: Path) -> None:
    header = colour_header("time", 3, type_name="short", size=1)
    np.testing.assert_array_equal(nrrd(written(tmp_path, "", header=header)).pixels, VOLUME)


def test_without_kinds_an_axis_without_a_spacing_beside_those_with_one_may_be_anything(
    tmp_path: Path,
) -> None:
    header = "NRRD0001\ntype: uchar\ndimension: 3\nsizes: 3 6 5\nspacings: nan 1 2\n"
    with pytest.raises(BadImage, match="must have kinds, as nothing else tells which of them"):
        nrrd(written(tmp_path, "", COLOURS[0].tobytes(), header=header))
    image = nrrd(written(tmp_path, "kinds: 3-color domain domain\n", COLOURS[0].tobytes(), header=header))
    assert (image.axes, image.spacing_mm) == ("yxc", (2.0, 1.0))
    np.testing.assert_array_equal(image.pixels, COLOURS[0])


def test_four_axes_of_space_are_refused(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.Image([2, 3, 4, 5], sitk.sitkInt16), tmp_path / "image.nrrd")
    with pytest.raises(BadImage, match=r"found the axes 2 × domain, .* 5 × domain, 4 of them in space"):
        nrrd(tmp_path / "image.nrrd")


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("sizes: 1 2 3\n", "each field of a NRRD file must be a name and a value, and stand once"),
        ("no field\n", "must be a name and a value"),
        ("encoding: hex\n", "encoding of a NRRD file must be raw, gzip, bzip2 or ascii, found 'hex'"),
        ("encoding: gzip\nbyte skip: -1\n", "line skip of a NRRD file must be .* found 0 and -1"),
        ("line skip: 1000001\n", "from 0 to 1,000,000, .* found 1000001 and 0"),
        ("line skip: 1\nbyte skip: -1\n", "found 1 and -1"),
        ("byte skip: -2\n", "found 0 and -2"),
        ("encoding: bzip2\nbyte skip: 999999999999\n", "a part of a NRRD file that is skipped may"),
        (
            "space: inferior-right-blue\n",
            "space of a NRRD file must be one of .* found 'inferior-right-blue'",
        ),
        ("space: right-anterior-superior-time\n" + PLACED, "found 'right-anterior-superior-time'"),
        (f"space: LPS\n{PLACED.replace('(0,0.5,0)', '(0,0.5)')}", "must all be of 3 numbers"),
        (f"space: LPS\n{PLACED.replace('(1,2,3)', '(1,2)')}", "must all be of 3 numbers"),
        (
            f"space: LPS\n{PLACED.replace('(0,0.5,0) ', '')}",
            "space directions of a NRRD file must be 3, found 2",
        ),
        (f"space: LPS\n{PLACED.replace('(0,0.5,0)', '(0,x,0)')}", "a vector of a NRRD file must be numbers"),
        (f"space: LPS\n{PLACED.replace('(0,0.5,0)', '(0,0,0)')}", "give each axis a length"),
        (f"space: LPS\n{PLACED.replace('(0,0.5,0)', '(0,0.5,0.1)')}", "at right angles, found a sheared"),
        (f"space: LPS\n{PLACED.replace('(0,0.5,0)', 'none')}", "2 of them in space"),
        (f'space: LPS\nspace units: "px" "px" "px"\n{PLACED}', "must be m, cm, mm, um or nm, found 'px'"),
        (f'space: LPS\nspace units: "mm"\n{PLACED}', "space units of a NRRD file must be 3, found 1"),
        ("spacings: 1 0 1\n", "positive numbers of mm"),
        ("kinds: domain domain\n", "kinds of a NRRD file must be 3, found 2"),
        (
            "kinds: domain domain time\n",
            "found the axes 6 × domain, 5 × domain, 4 × time, 2 of them in space",
        ),
    ],
)
def test_a_header_that_is_wrong_or_says_more_than_is_read_is_refused(
    tmp_path: Path, fields: str, found: str
) -> None:
    with pytest.raises(BadImage, match=found) as refused:
        nrrd(written(tmp_path, fields))
    assert "broken" not in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("NRRD0004", "NRRD00.01", "one of the versions 1 to 6, found 'NRRD00.01'"),
        ("NRRD0004", "NRRD0009", "one of the versions 1 to 6, found 'NRRD0009'"),
        ("dimension: 3", "dimension: 17", "dimension of a NRRD file must be from 1 to 16, found 17"),
        ("dimension: 3\n", "", "dimension of a NRRD file must be one whole number, found ''"),
        ("6 5 4", "6 5", "sizes of a NRRD file must be 3 whole numbers, found '6 5'"),
        ("6 5 4", "6 -5 4", "sizes of a NRRD file must be from 1 on"),
        ("short", "block", "type of a NRRD file must be one of signed char, .* found 'block'"),
        ("short", "char", "found 'char'"),
        ("endian: little\n", "", "endian of a NRRD file must be little or big, found ''"),
        ("6 5 4", "6000 5000 4000", "at most 536,870,912 values, found 6,000 × 5,000 × 4,000"),
        ("6 5 4", "60 50 40", "must hold 240000 bytes of pixels by its header, found 240: it is truncated"),
    ],
)
def test_an_image_that_is_none_is_reported_by_what_was_found(
    tmp_path: Path, old: str, new: str, found: str
) -> None:
    with pytest.raises(BadImage, match=found):
        nrrd(written(tmp_path, "", header=HEADER.replace(old, new)))


@pytest.mark.parametrize(
    "value", ["image.raw", "LIST\n/etc/passwd", "%d.raw 1 4 1", "/etc/passwd", "../x.raw"]
)
def test_a_header_alone_asks_for_its_data_and_reads_no_other_file(tmp_path: Path, value: str) -> None:
    path = tmp_path / "image.nhdr"
    (tmp_path / "image.raw").write_bytes(RAW)
    header = HEADER.replace("6 5 4", "6 5 1") if "passwd" in value else HEADER
    path.write_text(f"{header}encoding: raw\ndata file: {value}\n")
    with pytest.raises(BadImage, match="must be sent with it, in a zip of their own; found it alone"):
        nrrd(path)


def test_a_header_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.nrrd"
    path.write_bytes(HEADER.encode() + b"# x\n" * 300_000)
    with pytest.raises(BadImage, match="header of a NRRD file must have at most 1,048,576 bytes"):
        nrrd(path)
    path.write_bytes(HEADER.encode())
    with pytest.raises(BadImage, match="must end with an empty line, found it truncated"):
        nrrd(path)


def test_more_values_than_this_worker_allows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImage, match="at most 100 values, found 6 × 5 × 4"):
        nrrd(written(tmp_path, ""), ReadLimits(max_values=100))


def test_a_label_map_is_read_as_its_numbers(tmp_path: Path) -> None:
    sitk.WriteImage(oblique((VOLUME % 4).astype(np.uint8)), tmp_path / "labels.nrrd", useCompression=True)
    np.testing.assert_array_equal(nrrd.read_labels(tmp_path / "labels.nrrd").pixels, VOLUME % 4)
